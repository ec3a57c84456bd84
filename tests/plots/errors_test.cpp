// What a wrong figure is told: what was expected, what was found, where.
#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <vector>

#include "plots/figure.hpp"
#include "tests/plots/workspace.hpp"

namespace {
using Values = std::vector<double>;

std::string invalid(auto act) { return message_of<std::invalid_argument>(act); }
}  // namespace

TEST_SUITE("plots") {
  TEST_CASE("an empty figure is refused, also when nothing is to be drawn") {
    const plots::Output none{.format = plots::Format::none};
    CHECK(invalid([&] { save(plots::Curves{.title = "ELBO"}, none, "a"); }) ==
          "figure \"ELBO\" is empty: add a line or a band");
    CHECK(invalid([&] { save(plots::Scatter{.title = "z"}, none, "a"); }) == "figure \"z\" is empty: add points");
    CHECK(invalid([&] { save(plots::Histogram{.title = "h"}, none, "a"); }) == "figure \"h\" is empty: add a sample");
    CHECK(invalid([&] { save(plots::HeatMap{.title = "m"}, none, "a"); }) == "figure \"m\" is empty: add a matrix");
    CHECK(invalid([&] { save(plots::ImageGrid{.title = "g"}, none, "a"); }) == "figure \"g\" is empty: add an image");
  }

  TEST_CASE("curves") {
    plots::Curves curves;
    CHECK(invalid([&] {
            curves.line("train", Values{1, 2, 3}, Values{1});
          }) == "line \"train\": x has 3 values, y has 1 (need the same number)");
    CHECK(invalid([&] { curves.line("train", Values{}, Values{}); }) ==
          "line \"train\": x has no values (need at least one)");
    CHECK(invalid([&] {
            curves.band("test", Values{1}, Values{1}, Values{1, 2});
          }) == "band \"test\": x has 1 values, half_width has 2 (need the same number)");
    CHECK(invalid([&] { curves.band("test", Values{1}, Values{1}, Values{0}, Values{}); }) ==
          "band \"test\": x has 1 values, high has 0 (need the same number)");
    CHECK(invalid([&] { curves.slope("1/R", -1); }) ==
          "slope \"1/R\": needs a line before it with a point where x > 0 and y is finite");
    CHECK(curves.lines.empty());
    curves.line("loss", Values{1}, Values{1});
    curves.log_y = true;
    curves.y_range = plots::Range{0, 1};
    CHECK(invalid([&] { curves.drawing(); }) == "log y axis: the range is 0 to 1 (need 0 < low < high, both finite)");
  }

  TEST_CASE("scatter") {
    plots::Scatter scatter{.title = "z"};
    CHECK(invalid([&] {
            scatter.points(Values{1, 2}, Values{1, 2}, std::vector{1});
          }) == "scatter \"z\": x has 2 values, classes has 1 (need the same number)");
    CHECK(invalid([&] {
            scatter.points(Values{1, 2}, Values{1, 2}, std::vector{1, -3});
          }) == "scatter \"z\": a class is -3 (need integers from 0)");
    CHECK(scatter.all_points.empty());
  }

  TEST_CASE("histogram") {
    plots::Histogram histogram{.title = "h", .bins = 0};
    CHECK(invalid([&] { histogram.sample("x", Values{std::numeric_limits<double>::infinity()}); }) ==
          "sample \"x\": none of its 1 values is finite");
    histogram.sample("x", Values{1});
    CHECK(invalid([&] { histogram.drawing(); }) == "histogram \"h\": bins is 0 (need at least 1)");
    histogram.bins = 3;
    histogram.range = plots::Range{1, 1};
    CHECK(invalid([&] { histogram.drawing(); }) == "histogram \"h\": range is 1 to 1 (need low < high, both finite)");
  }

  TEST_CASE("heat map") {
    plots::HeatMap map{.title = "m"};
    CHECK(invalid([&] { map.matrix(Values(5), 1, 5); }) == "heat map \"m\": the matrix is 1×5 (need at least 2×2)");
    CHECK(invalid([&] { map.matrix(Values(5), 2, 3); }) == "heat map \"m\": a 2×3 matrix has 6 values, found 5");
    map.matrix(Values(6), 2, 3);
    map.y = plots::Range{2, 2};
    CHECK(invalid([&] { map.drawing(); }) == "heat map \"m\": y is 2 to 2 (need low < high)");
  }

  TEST_CASE("image grid") {
    plots::ImageGrid grid{.title = "g", .columns = 2};
    CHECK(invalid([&] { grid.image(Values(783)); }) ==
          "image 0 of grid \"g\": 783 values found, 28×28 = 784 expected");
    grid.image(Values(784));
    grid.row_labels = {"a", "b"};
    CHECK(invalid([&] { grid.drawing(); }) == "grid \"g\": 2 row labels and 0 column labels for 1 rows and 1 columns");
    grid.columns = 0;
    CHECK(invalid([&] { grid.drawing(); }) == "grid \"g\": columns is 0 (need at least 1)");
  }

  TEST_CASE("names of formats and figures") {
    CHECK(plots::format_named("svg") == plots::Format::svg);
    CHECK(plots::format_named("none") == plots::Format::none);
    CHECK(invalid([] { plots::format_named("jpg"); }) ==
          "the format of figures is png, svg, window, terminal, sixel or none; found \"jpg\"");
    Workspace here;
    CHECK(invalid([&] { plots::save(plots::Drawing{}, here.output(), "a/b"); }) ==
          "a figure's name is a plain file name without extension, such as 05_bias; found \"a/b\"");
  }
}
