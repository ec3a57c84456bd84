#include "chapters/lesson/demo/shown.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "plots/figure.hpp"
#include "tests/chapters/room.hpp"

using namespace lesson;

namespace {

// What a run says of its figure 05_a, and its exit status: "1: ..."
std::string of_run(const std::function<void(plots::Curves&)>& draw, const std::function<void(Lesson&)>& metrics,
                   std::vector<const char*> words = {}) {
  const TemporaryFolder folder;
  Room room;
  words.insert(words.end(), {"--figures", folder.path.c_str()});
  const int status = room.run(words, [&](Lesson& lesson) {
    unbiased(lesson);
    metrics(lesson);
    plots::Curves figure;
    draw(figure);
    // the sentence that gnuplot is missing is of no interest here
    const plots::Output quiet{lesson.figures().folder, lesson.figures().format, [](const std::string&) {}};
    plots::save(figure, quiet, "05_a");
  });
  return std::to_string(status) + ": " + room.err.str();
}

const std::vector<double> kX{1, 2, 3}, kRate{5, 4, 0.3}, kDistortion{9, 8, 7};

void right(plots::Curves& figure) {
  figure.line("rate, test", kX, kRate);
  figure.line("distortion", kX, kDistortion);
}
void swapped(plots::Curves& figure) {
  figure.line("rate, test", kX, kDistortion);
  figure.line("distortion", kX, kRate);
}

// The expected numbers come about by another sum, which rounds differently.
void last_rate(Lesson& lesson) { lesson.metric("test_rate", 0.1 + 0.2).shown("05_a", "rate, test"); }
void second_distortion(Lesson& lesson) { lesson.metric("second", 8).shown("05_a", "distortion", 2); }

std::string fault(const std::string& sentence) { return "1: 05_minibatch_sgd: 05_a.csv, " + sentence + "\n"; }

}  // namespace

TEST_SUITE("chapters/shown") {
  TEST_CASE("a number that a figure shows: at the last point, or at x") {
    CHECK(of_run(right, last_rate) == "0: ");
    CHECK(of_run(right, second_distortion) == "0: ");
    CHECK(of_run(right, [](Lesson& lesson) {
            lesson.metric("second", 4).shown("05_a", "rate, test", 2).shown("05_a", "rate, test", 2 + 1e-14);
          }) == "0: ");
  }

  TEST_CASE("two series that were swapped") {
    CHECK(of_run(swapped, last_rate) ==
          fault("series 'rate, test', last point: expected test_rate = 0.30000000000000004, found 7"));
    CHECK(of_run(swapped, second_distortion) == fault("series 'distortion', x = 2: expected second = 8, found 4"));
  }

  TEST_CASE("another number, no such series, no point at x, no figure") {
    const auto of_metric = [](double value, const char* figure, const char* series, double x) {
      return of_run(right, [&](Lesson& lesson) { lesson.metric("m", value).shown(figure, series, x); });
    };
    CHECK(of_metric(8.00000001, "05_a", "distortion", 2) ==
          fault("series 'distortion', x = 2: expected m = 8.00000001, found 8"));
    CHECK(of_metric(8, "05_a", "rate", 2) == fault("series 'rate', x = 2: expected m = 8, found no such series"));
    CHECK(of_metric(8, "05_a", "distortion", 2.5) ==
          fault("series 'distortion', x = 2.5: expected m = 8, found no point"));
    CHECK(of_metric(8, "05_b", "distortion", 2) ==
          "1: 05_minibatch_sgd: 05_b.csv, series 'distortion', x = 2: "
          "expected m = 8, found no such figure of this run\n");
  }

  TEST_CASE("a figure of an earlier run shows nothing of this one") {
    const TemporaryFolder folder;
    std::ofstream(folder / "05_a.csv") << "series,label,x,y\n0,rate,1,4\n";
    const auto faults = [&](std::chrono::hours later) {
      const Shown shown[] = {{"m", 4, "05_a", "rate", {}}};
      const auto written = fs::last_write_time(folder.path / "05_a.csv");
      return faults_of_figures(shown, folder.path, "05_", written + later).size();
    };
    CHECK(faults(std::chrono::hours(0)) == 0);
    CHECK(faults(std::chrono::hours(1)) == 1);
  }

  TEST_CASE("gaps in a line are no points; of several points at x one has the number; NaN is found as NaN") {
    const double nan = std::nan("");
    const auto curve = [&](plots::Curves& figure) {
      figure.line("closed", std::vector{1.0, 2.0, 1.0, nan}, std::vector{3.0, 4.0, 5.0, nan});
      figure.line("lost", kX, std::vector{1.0, 2.0, nan});
    };
    CHECK(of_run(curve, [&](Lesson& lesson) {
            lesson.metric("a", 5).shown("05_a", "closed").shown("05_a", "closed", 1);
            lesson.metric("b", 3).shown("05_a", "closed", 1);
            lesson.metric("c", nan).shown("05_a", "lost");
          }) == "0: ");
    CHECK(of_run(curve, [](Lesson& lesson) { lesson.metric("d", 6).shown("05_a", "closed", 1); }) ==
          fault("series 'closed', x = 1: expected d = 6, found 3"));
  }

  TEST_CASE("a series without a finite number is a fault, whatever is looked for; images have no series") {
    const auto lost = [](plots::Curves& figure) {
      right(figure);
      figure.line("lost", kX, std::vector{std::nan(""), HUGE_VAL, -HUGE_VAL});
    };
    CHECK(of_run(lost, last_rate) == fault("series 'lost': no y is finite"));
    const TemporaryFolder folder;
    std::ofstream(folder / "05_images.csv") << "image,y,x,grey\n0,0,0,NaN\n";
    CHECK(faults_of_figures({}, folder.path, "05_", fs::file_time_type::min()).empty());
  }

  TEST_CASE("without figures nothing is looked for, and the JSON says what was not found") {
    CHECK(of_run(swapped, last_rate, {"--no-plots"}) == "0: ");
    const TemporaryFolder folder;
    const std::string json = folder / "result.json";
    of_run(swapped, last_rate, {"--json", json.c_str()});
    CHECK(nlohmann::json::parse(content_of(json))["error"] ==
          "05_a.csv, series 'rate, test', last point: expected test_rate = 0.30000000000000004, found 7");
  }
}
