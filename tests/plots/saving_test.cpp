// Saving when something is missing or broken: the run goes on where it can, and says what happened.
#include <doctest/doctest.h>

#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "plots/figure.hpp"
#include "plots/gnuplot.hpp"
#include "tests/plots/workspace.hpp"

namespace {

plots::Curves small_figure() {
  plots::Curves curves{.title = "t", .x_label = "epoch", .y_label = "nats"};
  curves.line("train", std::vector<double>{1, 2}, std::vector<double>{3, 4});
  return curves;
}

constexpr const char* kSmallCsv = "series,label,x,y\n0,train,1,3\n0,train,2,4\n";

void install_gnuplot(const Workspace& here, const std::string& shell_commands) {
  here.write("gnuplot", "#!/bin/sh\n" + shell_commands);
  std::filesystem::permissions(here.path / "gnuplot", std::filesystem::perms::owner_all);
}

std::string refusal(auto act) { return message_of<std::runtime_error>(act); }

}  // namespace

TEST_SUITE("plots") {
  TEST_CASE("no plots: nothing is written") {
    Workspace here;
    CHECK_FALSE(save(small_figure(), here.output(plots::Format::none), "05_a"));
    CHECK(std::filesystem::is_empty(here.path));
  }

  TEST_CASE("gnuplot missing: data and script are written, one line says how to draw, once") {
    Workspace here;
    const OnlyOnPath nothing(here.path);
    plots::told_that_gnuplot_is_missing() = false;
    plots::Output output = here.output();
    output.folder /= "figures";
    CHECK_FALSE(save(small_figure(), output, "05_a"));
    CHECK_FALSE(save(small_figure(), output, "05_b"));
    const std::string folder = output.folder.string();
    REQUIRE(here.notes.size() == 1);
    CHECK(here.notes[0] == "gnuplot not found: wrote " + folder +
                               "/05_a.csv and .gp; install gnuplot and run: gnuplot 05_a.gp in " + folder);
    CHECK(here.read("figures/05_a.csv") == kSmallCsv);
    CHECK(here.read("figures/05_b.csv") == kSmallCsv);
    CHECK(here.read("figures/05_b.gp").find("data = '05_b.csv'\n") != std::string::npos);
    CHECK_FALSE(here.has("figures/05_a.png"));
  }

  TEST_CASE("a folder named gnuplot on PATH is not gnuplot") {
    Workspace here;
    std::filesystem::create_directory(here.path / "gnuplot");
    const OnlyOnPath folder(here.path);
    CHECK_FALSE(plots::gnuplot_is_on_path());
  }

  TEST_CASE("gnuplot fails: its own error line is passed on, the broken picture is removed") {
    Workspace here;
    install_gnuplot(here,
                    "printf '\\nplot f(x)\\n     ^\\n\"05_a.gp\" line 7: undefined function: "
                    "f\\nmore\\n' >&2\nexit 1\n");
    const OnlyOnPath fake(here.path);
    here.write("05_a.png", "half a picture");
    CHECK_FALSE(save(small_figure(), here.output(), "05_a"));
    const std::string stem = (here.path / "05_a").string();
    REQUIRE(here.notes.size() == 1);
    CHECK(here.notes[0] == "gnuplot failed on " + stem +
                               ".gp: \"05_a.gp\" line 7: undefined function: f; the data are in " + stem + ".csv");
    CHECK(here.read("05_a.csv") == kSmallCsv);
    CHECK(here.has("05_a.gp"));
    CHECK_FALSE(here.has("05_a.png"));
  }

  TEST_CASE("gnuplot fails without a word: the exit status is passed on") {
    Workspace here;
    install_gnuplot(here, "exit 3\n");
    const OnlyOnPath fake(here.path);
    CHECK(plots::run_gnuplot(here.path, "a.gp", false).complaint == "exit status 3");
    install_gnuplot(here, "kill -9 $$\n");
    CHECK(plots::run_gnuplot(here.path, "a.gp", false).complaint == "killed by signal 9");
  }

  TEST_CASE("a folder on PATH that cannot be looked into is passed over") {
    Workspace here;
    install_gnuplot(here, "exit 0\n");
    std::filesystem::create_symlink("loop", here.path / "loop");
    const OnlyOnPath folders(here / "loop" + ":" + std::string(5000, 'x') + ":" + here.path.string());
    CHECK(plots::gnuplot_is_on_path());
  }

  TEST_CASE("a gnuplot that does not end is killed") {
    Workspace here;
    install_gnuplot(here, "while :; do :; done\n");
    const OnlyOnPath fake(here.path);
    CHECK(plots::run_gnuplot(here.path, "a.gp", false, std::chrono::milliseconds(50)).complaint ==
          "it did not end within 0.05 s");
  }

  TEST_CASE("a program that was started without stdin draws as any other") {
    Workspace here;
    install_gnuplot(here, "while read line; do :; done\necho read all >&2\nexit 1\n");
    const OnlyOnPath fake(here.path);
    const int before = dup(0);
    close(0);
    const plots::GnuplotRun run = plots::run_gnuplot(here.path, "a.gp", false, std::chrono::seconds(20));
    dup2(before, 0);
    close(before);
    CHECK(run.complaint == "read all");
  }

  TEST_CASE("gnuplot says it is done, but there is no picture") {
    Workspace here;
    install_gnuplot(here, "exit 0\n");
    const OnlyOnPath fake(here.path);
    CHECK_FALSE(save(small_figure(), here.output(), "05_a"));
    const std::string stem = (here.path / "05_a").string();
    REQUIRE(here.notes.size() == 1);
    CHECK(here.notes[0] == "gnuplot failed on " + stem + ".gp: it wrote no picture; the data are in " + stem + ".csv");
  }

  TEST_CASE("gnuplot dies before it has read its commands: the program survives") {
    Workspace here;
    install_gnuplot(here, "exit 1\n");
    const OnlyOnPath fake(here.path);
    // far more than a pipe holds, so that writing is still under way when the reader dies
    const plots::GnuplotRun run = plots::run_gnuplot(here.path, std::string(1'000'000, 'x'), false);
    CHECK_FALSE(run.succeeded);
    const bool signal_is_as_before = std::signal(SIGPIPE, SIG_DFL) == SIG_DFL;
    CHECK(signal_is_as_before);
  }

  TEST_CASE("a folder that cannot be made") {
    Workspace here;
    here.write("file", "");
    plots::Output output = here.output();
    output.folder = here.path / "file" / "figures";
    CHECK(refusal([&] { save(small_figure(), output, "05_a"); }) ==
          "cannot make the folder for figures " + output.folder.string() + ": Not a directory");
    output.folder = here.path / "file";
    CHECK(refusal([&] { save(small_figure(), output, "05_a"); }) ==
          "cannot make the folder for figures " + output.folder.string() + ": Not a directory");
  }

  TEST_CASE("a file that cannot be opened, and a full disk") {
    Workspace here;
    const std::string stem = (here.path / "05_a").string();
    std::filesystem::create_directory(stem + ".gp");
    CHECK(refusal([&] { save(small_figure(), here.output(), "05_a"); }) ==
          "cannot write " + stem + ".gp: Is a directory");
    std::filesystem::remove(stem + ".gp");
    rlimit before{}, little{};
    getrlimit(RLIMIT_FSIZE, &before);
    little = {10, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &little);
    const std::string message = refusal([&] { save(small_figure(), here.output(), "05_a"); });
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(message == "cannot write " + stem + ".csv: File too large");
  }

  TEST_CASE("nothing but the figure is left in the folder") {
    Workspace here;
    install_gnuplot(here, "exit 1\n");
    const OnlyOnPath fake(here.path);
    save(small_figure(), here.output(), "05_a");
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(here.path)) names.insert(file.path().filename());
    CHECK(names == std::set<std::string>{"05_a.csv", "05_a.gp", "gnuplot"});
  }

  TEST_CASE("two programs that draw in one folder: each is drawn from its own data") {
    Workspace here;
    // this gnuplot finds that, meanwhile, another program has written files of the same names
    install_gnuplot(here, "read cd; eval \"$cd\"\necho other > '" + here / "05_a.csv" + "'\necho other > '" +
                              here / "05_a.gp" +
                              "'\nwhile read line; do echo \"$line\"; done < 05_a.csv > 05_a.png\n");
    const OnlyOnPath fake(here.path);
    CHECK(save(small_figure(), here.output(), "05_a"));
    CHECK(here.read("05_a.png") == kSmallCsv);
    CHECK(here.read("05_a.csv") == kSmallCsv);
    CHECK(here.read("05_a.gp").starts_with("# Draw this figure again"));
  }
}
