#include "chapters/lesson/demo/lesson.hpp"

#include "chapters/lesson/demo/command.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <limits>

#include "tests/chapters/room.hpp"

using namespace lesson;

namespace {

// The exit status of a lesson that makes one equation.
int status_of(const std::function<void(Equation&)>& check) {
  return Room().run({"--no-plots"}, [&](Lesson& lesson) {
    Equation equation = lesson.equation("1.5", "a = b", "eq:iid");
    check(equation);
  });
}

}  // namespace

TEST_SUITE("chapters/lesson") {
  TEST_CASE("what a reader sees") {
    Room room;
    CHECK(room.run({"--no-plots"}, unbiased) == 0);
    CHECK(room.err.str().empty());
    CHECK(room.text() ==
          R"(05 · A minibatch gradient is unbiased                                       notes 1.6, 1.6.1
                                       left side   right side
1.6.1   E[ (N/M) Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D)                            eq:expectation
        every subset (10 of 10)        20.000000    20.000000   |Δ| 0.0e+00   holds
        every ordered pair (25 of 25)  20.000000    20.000000   |Δ| 0.0e+00   holds
        100,000 draws             20.013 ± 0.035    20.000000   z  +0.38      holds
        chi-square                        p 0.42    ≥ 6.3e-05                 holds
1.6     E[ Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D), as printed in the notes        eq:sgd-unbiased
        every subset (10 of 10)         8.000000    20.000000   ratio 2/5     does not hold: N/M is missing

2 equations: 1 holds, 1 printed wrongly in the notes and shown so.)");
  }

  TEST_CASE("a bound that the printed sides do not show says what makes it hold") {
    Room room;
    room.run({"--no-plots"}, [](Lesson& lesson) {
      lesson.equation("2.1", "a ≥ b", "eq:elbo")
          .at_least("as printed", 2, 1, 0.5)
          .at_least("by the tolerance", 0.004, 0.0055, 0.002)
          .at_most("by chance", {2.1, 0.1}, 2);
    });
    CHECK(room.text().find("Δ +1.0e+00    holds\n") != std::string::npos);
    CHECK(room.text().find("≥ 0.005500   Δ -1.5e-03    holds within the tolerance 0.002\n") != std::string::npos);
    CHECK(room.text().find("z  +1.00      holds within 4 standard errors\n") != std::string::npos);
  }

  TEST_CASE("a narrow terminal: lines are broken between words, never in a number") {
    const std::string line = check_line(judge_exact(20, 20, 1e-12), {true});
    CHECK(wrapped(line, 0) == line);
    CHECK(wrapped(line, 200) == line);
    for (const int columns : {60, 40, 20}) {
      CAPTURE(columns);
      std::istringstream broken(wrapped(line, columns)), whole(line);
      std::vector<std::string> words, expected;
      for (std::string word; whole >> word;) expected.push_back(word);
      for (std::string part; std::getline(broken, part);) {
        const std::string visible = part.substr(0, part.find("\x1b"));
        CHECK(display_width(visible) <= columns);
        std::istringstream in(part);
        for (std::string word; in >> word;) words.push_back(word);
      }
      CHECK(words == expected);
    }
    CHECK(wrapped("1.6     one two \x1b[32mthree\x1b[0m four", 20) ==
          "1.6     one two\n        \x1b[32mthree\x1b[0m four");
  }

  TEST_CASE("an equation that fails twice is named once") {
    Room room;
    room.run({"--no-plots"}, [](Lesson& lesson) {
      for (int i = 0; i < 2; ++i) lesson.equation("1.5", "a = b", "eq:dataset").exact("", 1, 2);
    });
    CHECK(room.last_line() == "2 equations: 0 hold, 2 FAILED: eq:dataset.");
  }

  TEST_CASE("the verdict of an interrupted lesson names what was not checked, announced or not") {
    const std::vector<Heading> headings{{.section = "1", .statement = "", .slug = "eq:a", .checks = 1},
                                        {.section = "1", .statement = "", .slug = "eq:b"}};
    const std::vector<std::string> owed{"eq:a", "eq:b", "eq:c"};
    CHECK(verdict(headings, true, {}, owed).line == "2 equations: 1 holds; interrupted, not checked: eq:b, eq:c");
    CHECK(verdict(headings, true, {}, owed).passed);
    CHECK(verdict(headings, false, {}, owed).line == "2 equations: 1 holds, 1 FAILED: eq:b (never checked)");
  }

  TEST_CASE("the command to go on can be pasted into a shell, and does not grow") {
    CHECK(shell_word("digits") == "digits");
    CHECK(shell_word("") == "''");
    CHECK(shell_word("my data") == "'my data'");
    CHECK(shell_word("it's $HOME") == "'it'\\''s $HOME'");
    const std::vector<const char*> words{"a demo", "--resume", "old", "--data", "x;y", "--resume=older"};
    CHECK(command_with(words.size(), words.data(), "--resume", "new file") ==
          "'a demo' --data 'x;y' --resume 'new file'");
  }

  TEST_CASE("names of files and folders that cannot be are refused at the start") {
    const std::string longest(300, 'x');
    const auto refusal = [](const char* option, const std::string& name) {
      Room room;
      CHECK(room.run({option, name.c_str()}, unbiased) == 2);
      CHECK(room.out.str().empty());
      return room.err.str();
    };
    CHECK(refusal("--json", "") == "05_minibatch_sgd: --json: expected the name of a file, found ''\n");
    CHECK(refusal("--figures", "") == "05_minibatch_sgd: --figures: expected the name of a folder, found ''\n");
    CHECK(refusal("--json", longest) == "05_minibatch_sgd: cannot write " + longest + ": File name too long\n");
    CHECK(refusal("--figures", longest).find("at most 255 bytes, found 300") != std::string::npos);
  }

  TEST_CASE("a long label leaves the columns where they are") {
    Room room;
    room.run({"--no-plots"}, [](Lesson& lesson) {
      lesson.equation("2.1", "ELBO ≤ log p(x)", "eq:elbo").at_most("a label that has far too much to say", 1, 2);
    });
    CHECK(room.text().find("a label that has far too much to say\n"
                           "                                        1.000000   ≤ 2.000000   Δ -1.0e+00    holds\n") !=
          std::string::npos);
  }

  TEST_CASE("the exit status is the verdict") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> good{1, 2}, bad{1, 2.1}, se{0.1, 0.1};
    CHECK(status_of([](Equation& e) { e.exact("", 1, 1); }) == 0);
    CHECK(status_of([](Equation& e) { e.exact("", 1, 1 + 2e-12); }) == 1);
    CHECK(status_of([&](Equation& e) { e.exact("", nan, nan); }) == 1);
    CHECK(status_of([&](Equation& e) { e.exact("", good, good); }) == 0);
    CHECK(status_of([&](Equation& e) { e.exact("", good, bad); }) == 1);
    CHECK(status_of([](Equation& e) { e.sampled("", {1.3, 0.1}, 1); }) == 0);
    CHECK(status_of([](Equation& e) { e.sampled("", {1.401, 0.1}, 1); }) == 1);
    CHECK(status_of([](Equation& e) { e.sampled("", {1, 0}, 1); }) == 1);
    CHECK(status_of([&](Equation& e) { e.sampled("", bad, se, good); }) == 0);
    CHECK(status_of([](Equation& e) { e.at_least("", 1, 2); }) == 1);
    CHECK(status_of([](Equation& e) { e.at_least("", {1.7, 0.1}, 2); }) == 0);
    CHECK(status_of([&](Equation& e) { e.increasing("", good); }) == 0);
    CHECK(status_of([](Equation& e) { e.p_value("", 1e-6); }) == 1);
    CHECK(status_of([](Equation& e) { e.fails("", 8, 20, "N/M"); }) == 0);
    CHECK(status_of([](Equation& e) { e.fails("", 20, 20, "N/M"); }) == 1);
    CHECK(status_of([](Equation& e) { e.fails("", {8, 1}, 20, "N/M"); }) == 0);
    CHECK(status_of([](Equation& e) { e.exact("", 1, 1).exact("", 1, 2).exact("", 1, 1); }) == 1);
  }

  TEST_CASE("an equation that is never checked, and a lesson without any, fail") {
    CHECK(status_of([](Equation&) {}) == 1);
    Room open, empty;
    open.run({"--no-plots"}, [](Lesson& lesson) { lesson.equation("1.5", "a = b", "eq:iid"); });
    CHECK(open.last_line() == "1 equation: 0 hold, 1 FAILED: eq:iid (never checked).");
    CHECK(empty.run({"--no-plots"}, [](Lesson&) {}) == 1);
  }

  TEST_CASE("the verdict names what failed") {
    Room room;
    const int status = room.run({"--no-plots"}, [](Lesson& lesson) {
      lesson.equation("1.5", "a = b", "eq:iid").exact("", 1, 2);
      lesson.equation("1.6", "c = d", "eq:scaled").exact("", 1, 1);
      lesson.equation("1.6", "e = f", "eq:sgd-unbiased").fails("", 1, 1, "N/M");
      lesson.equation("1.1", "g", "claim:bayes").exact("", 1, 1);
    });
    CHECK(status == 1);
    CHECK(room.text().find("FAILED: tolerance 1e-12") != std::string::npos);
    CHECK(room.text().find("FAILED: it holds, though it should not") != std::string::npos);
    CHECK(room.last_line() == "4 equations and claims: 2 hold, 2 FAILED: eq:iid, eq:sgd-unbiased.");
  }

  TEST_CASE("a wrong command line ends with status 2, --help with 0, before anything runs") {
    bool started = false;
    const auto body = [&](Lesson&) { started = true; };
    Room unknown, help;
    CHECK(unknown.run({"--sead", "3"}, body) == 2);
    CHECK(unknown.err.str() == "05_minibatch_sgd: unknown option --sead: did you mean --seed?\n");
    CHECK(unknown.out.str().empty());
    CHECK(help.run({"--help"}, body) == 0);
    CHECK(help.out.str().find("--json FILE") != std::string::npos);
    CHECK_FALSE(started);
  }

  TEST_CASE("the common options reach the lesson") {
    Room room;
    room.run({"--seed", "9", "--quick", "--format", "svg", "--figures", "here/there"}, [](Lesson& lesson) {
      CHECK(lesson.seed() == 9);
      CHECK(lesson.quick());
      CHECK(lesson.figures().format == plots::Format::svg);
      CHECK(lesson.figures().folder == "here/there");
      CHECK(fs::exists(lesson.data("digits")));
      CHECK_THROWS(lesson.data("imagenet"));
    });
    Room quiet;
    quiet.run({"--no-plots"}, [](Lesson& lesson) { CHECK(lesson.figures().format == plots::Format::none); });
  }

  TEST_CASE("the verdict names the figures of this run, and data where there is no picture") {
    const TemporaryFolder folder;
    std::ofstream(folder / "05_old.png") << "x";
    fs::last_write_time(folder.path / "05_old.png", fs::file_time_type::clock::now() - std::chrono::hours(1));
    const auto draw = [&](const char* name) {
      Room room;
      room.run({"--figures", folder.path.c_str()}, [&](Lesson& lesson) {
        unbiased(lesson);
        if (*name != '\0') std::ofstream(folder / name) << "x";
      });
      return room.last_line();
    };
    CHECK(draw("").ends_with("shown so."));
    CHECK(draw("05_bias.csv").ends_with("   figures: " + (folder / "05_*.csv")));
    fs::remove(folder.path / "05_bias.csv");
    CHECK(draw("05_bias.png").ends_with("   figures: " + (folder / "05_*.png")));
  }
}
