// The .csv beside a figure: exact to the last bit, with a header, tidy.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <sstream>
#include <vector>

#include "plots/figure.hpp"
#include "plots/text.hpp"

#include "tests/not_finite.hpp"

namespace {
using Values = std::vector<double>;
}  // namespace

TEST_SUITE("plots") {
  TEST_CASE("a number reads back as the same double") {
    CHECK(plots::number(0.1) == "0.1");
    CHECK(plots::number(-3) == "-3");
    CHECK(plots::number(kNaN) == "NaN");
    CHECK(plots::number(-kNaN) == "NaN");
    CHECK(plots::number(kInfinity) == "Inf");
    CHECK(plots::number(-kInfinity) == "-Inf");
    std::mt19937_64 bits(1);
    for (int i = 0; i < 10'000; ++i) {
      const double value = std::ldexp(bits() - 0x1p63, static_cast<int>(bits() % 1900) - 1000);
      REQUIRE(std::stod(plots::number(value)) == value);
    }
  }

  TEST_CASE("words stay on one line and inside their quotes") {
    CHECK(plots::csv_field("R = 10, M = 5") == "\"R = 10, M = 5\"");
    CHECK(plots::csv_field("say \"x\"\n") == "say 'x' ");
    CHECK(plots::csv_field("say \"x\", y") == "\"say 'x', y\"");
    CHECK(plots::csv_field("− × σ") == "− × σ");
    CHECK(plots::literal("it's `ls`\t\"q\"\n") == "'it''s `ls` \"q\" '");
    CHECK(plots::literal("''q'") == "\"''\" . 'q'''");
  }

  TEST_CASE("curves: one row a point, the band beside it") {
    plots::Curves curves{.title = "t"};
    curves.line("train", Values{1, 2}, Values{0.1, kNaN});
    CHECK(curves.drawing().csv == "series,label,x,y\n0,train,1,0.1\n0,train,2,NaN\n");
    curves.band("test", Values{1}, Values{4}, Values{0.5});
    CHECK(curves.drawing().csv ==
          "series,label,x,y,low,high\n0,train,1,0.1,NaN,NaN\n0,train,2,NaN,NaN,NaN\n1,test,1,4,3.5,4.5\n");
  }

  TEST_CASE("curves: a slope goes through the first point it can go through") {
    plots::Curves curves;
    curves.line("error", Values{0, 4, 9}, Values{1, 3, 2});
    curves.slope("1/√R", -0.5);
    REQUIRE(curves.guides.size() == 1);
    CHECK(curves.guides[0].value == 6);  // 3 = 6 · 4^(-1/2)
    CHECK(curves.guides[0].exponent == -0.5);
  }

  TEST_CASE("curves: values that a log axis cannot show stay in the data and are counted") {
    plots::Curves curves{.log_x = true, .log_y = true};
    curves.line("loss", Values{0, 1, 2, 3}, Values{1, 2, 0, -1});
    const plots::Drawing drawing = curves.drawing();
    CHECK(drawing.csv == "series,label,x,y\n0,loss,0,1\n0,loss,1,2\n0,loss,2,0\n0,loss,3,-1\n");
    CHECK(drawing.note == "3 of 4 points are not positive and cannot be drawn on a log axis");
    curves.log_x = curves.log_y = false;
    CHECK(curves.drawing().note.empty());
  }

  TEST_CASE("curves: exponents, bands and error bars as the script has them") {
    plots::Curves curves;
    curves.band("band", Values{1, 2}, Values{3, 4}, Values{1, 2}, Values{5, 6});
    curves.band("bars", Values{1, 2}, Values{3, 4}, Values{1, 2}, Values{5, 6}, plots::Style::points);
    curves.power_law("σ/√R", 2, -0.5);
    curves.horizontal("exact", 0.25);
    const auto has = [&](const std::string& words) {
      return curves.drawing().commands.find(words) != std::string::npos;
    };
    CHECK(has("2 * x**(-0.5) with lines"));
    CHECK(has("0.25 with lines"));
    // x, low, high of the band; x, y, low, high of the bars
    CHECK(has("data skip 1 using (of(0,3)):(shown(of(0,5))):(shown(of(0,6))) with filledcurves"));
    CHECK(has("data skip 1 using (of(1,3)):(of(1,4)):(shown(of(1,5))):(of(1,6)) with yerrorbars"));
    CHECK(has("of(k, c) = column(1) == k ? column(c) : NaN\n"));
    CHECK(has("shown(v) = v\n"));
    curves.log_y = true;
    CHECK(has("set logscale y\n"));
    CHECK(has("shown(v) = v <= 0 ? "));
    curves.line("far", Values{1, 2}, Values{1e-6, 1e6});
    CHECK(has("set format y '10^{%T}'\n"));
  }

  TEST_CASE("rows of a matrix: upwards as on a plot, downwards as a matrix is written; images from the top") {
    plots::HeatMap map;
    map.matrix(Values{1, 2, 3, 4}, 2, 2);
    CHECK(map.drawing().commands.find("set yrange [-0.5:1.5]\n") != std::string::npos);
    map.row_0_on_top = true;
    CHECK(map.drawing().commands.find("set yrange [1.5:-0.5]\n") != std::string::npos);
    CHECK(map.drawing().commands.find("set xrange [-0.5:1.5]\n") != std::string::npos);
    plots::ImageGrid grid{.image_height = 1, .image_width = 2};
    grid.image(Values{0, 1});
    CHECK(grid.drawing().commands.find("set yrange [H - 0.5:-0.5]\n") != std::string::npos);
    CHECK(grid.drawing().commands.find("(image_at(x, y)*h + y%(h + gap))*w + x%(w + gap) + 1") != std::string::npos);
  }

  TEST_CASE("scatter: a point's series is its class, curves come after") {
    plots::Scatter scatter{.class_names = {"ham"}};
    scatter.points(Values{1, 2, 3}, Values{4, 5, 6}, std::vector{2, 0, 2});
    scatter.curve("boundary", Values{0}, Values{7});
    CHECK(scatter.drawing().csv == "series,label,x,y\n0,ham,2,5\n2,2,1,4\n2,2,3,6\n3,boundary,0,7\n");
  }

  TEST_CASE("histogram: counts and densities, both ends included") {
    plots::Histogram histogram{.bins = 2, .density = false, .range = plots::Range{0, 4}};
    histogram.sample("x", Values{0, 1.5, 2, 4, 5, -0.1, kNaN});
    CHECK(histogram.drawing().csv == "series,label,x,y,width\n0,x,1,2,2\n0,x,3,2,2\n");
    CHECK(histogram.drawing().note == "1 of 7 values are not finite and are left out");
    histogram.density = true;
    histogram.curve("p(x)", Values{1}, Values{0.25});
    // 2 / (6 · 2): the two values outside the range count in n
    CHECK(histogram.drawing().csv ==
          "series,label,x,y,width\n0,x,1,0.16666666666666666,2\n0,x,3,0.16666666666666666,2\n1,p(x),1,0.25,0\n");
  }

  TEST_CASE("histogram: equal values get a bin of width 1") {
    plots::Histogram histogram{.bins = 1};
    histogram.sample("x", Values{3, 3});
    CHECK(histogram.drawing().csv == "series,label,x,y,width\n0,x,3,1,1\n");
  }

  TEST_CASE("histogram: of equal values of any size, of nearly equal ones, and of the whole range of numbers") {
    constexpr double kLargest = std::numeric_limits<double>::max();
    for (const Values& values : {Values{1e300, 1e300}, Values{-1e16, -1e16}, Values{kLargest, kLargest},
                                 Values{-kLargest, kLargest}, Values{1e16, 1e16 + 2}, Values{0, 5e-324}}) {
      CAPTURE(values[0]);
      plots::Histogram histogram{.bins = 4, .density = false};
      histogram.sample("x", values);
      std::istringstream rows(histogram.drawing().csv);
      std::string row;
      std::getline(rows, row);
      double before = -kInfinity, all = 0;
      while (std::getline(rows, row)) {
        double x = 0, y = 0, width = 0;
        REQUIRE(std::sscanf(row.c_str(), "0,x,%lf,%lf,%lf", &x, &y, &width) == 3);
        CHECK(x > before);
        CHECK(std::isfinite(x));
        CHECK(width > 0);
        CHECK(std::isfinite(width));
        before = x, all += y;
      }
      CHECK(all == 2);
    }
  }

  TEST_CASE("heat map: row by row, at the centres of the cells") {
    plots::HeatMap map{.x = plots::Range{-1, 1}};
    map.matrix(Values{1, 2, 3, 4, 5, kNaN}, 2, 3);
    CHECK(map.drawing().csv == "x,y,value\n-1,0,1\n0,0,2\n1,0,3\n-1,1,4\n0,1,5\n1,1,NaN\n");
  }

  TEST_CASE("image grid: image, row, column, grey, from float as from double") {
    plots::ImageGrid grid{.image_height = 1, .image_width = 2};
    grid.image(Values{0, 0.1});
    grid.image(std::vector<float>{1, 0.5F});
    CHECK(grid.drawing().csv == "image,y,x,grey\n0,0,0,0\n0,0,1,0.1\n1,0,0,1\n1,0,1,0.5\n");
  }
}
