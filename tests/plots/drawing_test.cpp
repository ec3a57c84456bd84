// What gnuplot makes of the scripts. Without gnuplot these tests say so and pass.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>
#include <vector>

#include "plots/figure.hpp"
#include "plots/gnuplot.hpp"
#include "tests/not_finite.hpp"
#include "tests/plots/workspace.hpp"

namespace {

using Values = std::vector<double>;

bool without_gnuplot() {
  if (plots::gnuplot_is_on_path()) return false;
  MESSAGE("skipped: gnuplot is not installed");
  return true;
}

plots::Curves curves() {
  plots::Curves figure{.title = "Error", .x_label = "samples R", .y_label = "|error|", .log_x = true, .log_y = true};
  figure.line("line", Values{1, 10, 100, 1000}, Values{1, kNaN, 0, 0.03}, plots::Style::line_points);
  figure.band("band", Values{1, 10, 100}, Values{3, 1, 0.3}, Values{1, 2, 0.1});
  figure.band("bars", Values{1, 10, 100}, Values{2, 1, 0.2}, Values{1, 0.5, 0}, Values{3, 2, 1}, plots::Style::points);
  figure.line("flat", Values{1, 10}, Values{1, 1}, plots::Style::dashed);
  figure.power_law("σ/√R", 2, -0.5);
  figure.slope("slope −1", -1);
  figure.horizontal("exact", 0.5);
  figure.vertical("burn-in", 50);
  return figure;
}

plots::Scatter scatter() {
  plots::Scatter figure{.title = "z", .x_label = "z_1", .y_label = "z_2", .same_scale = true};
  figure.points(Values{1, 2, 3, kNaN}, Values{4, 5, 6, 7}, std::vector{9, 0, 12, 9});
  figure.curve("boundary", Values{0, 4}, Values{4, 5});
  return figure;
}

plots::Histogram histogram() {
  plots::Histogram figure{.title = "Samples", .x_label = "x", .bins = 3};
  figure.sample("x", Values{1, 2, 2, 3});
  figure.sample("y", Values{4, 4, 5});
  figure.curve("p(x)", Values{1, 2, 3}, Values{0.1, 0.4, 0.1});
  return figure;
}

plots::HeatMap heat_map() {
  plots::HeatMap figure{.title = "Joint", .value_label = "log p (nats)", .row_0_on_top = true};
  figure.matrix(Values{1, 2, 3, 4, kNaN, 6}, 2, 3);
  return figure;
}

// Two rows; the last place stays empty.
plots::ImageGrid image_grid() {
  plots::ImageGrid figure{.title = "Digits", .image_height = 2, .image_width = 2, .columns = 2};
  figure.row_labels = {"x", "x̂"};
  figure.image(Values{0, 1, 0.5, 0.25});
  figure.image(Values{-1, 2, 0.75, 0.75});
  figure.image(Values{0.75, 0.75, 0.75, 0.75});
  return figure;
}

// Bytes 16 to 23 of a PNG: width and height, the higher byte first.
std::pair<int, int> png_size(const std::string& png) {
  const auto number = [&](std::size_t at) {
    int value = 0;
    for (std::size_t i = at; i < at + 4; ++i) value = 256 * value + static_cast<unsigned char>(png.at(i));
    return value;
  };
  return {number(16), number(20)};
}

void check_png(const Workspace& here, const std::string& name, const plots::Drawing& drawing) {
  const std::string png = here.read(name + ".png");
  REQUIRE(png.size() > 1000);
  CHECK(png.substr(0, 8) == "\x89PNG\r\n\x1A\n");
  CHECK(png_size(png) == std::pair{drawing.width, drawing.height});
}

struct Pixels {
  int count = 0;
  double x = 0, y = 0;  // their mean place; y from the bottom
};

// The pixels of the picture with red = green = blue = grey, for each grey; gnuplot reads the picture back.
std::map<int, Pixels> grey_pixels(const Workspace& here, const std::string& name) {
  here.write("read.gp", "set table 'pixels'\nplot '" + name + ".png' binary filetype=png with rgbimage\n");
  CHECK(plots::run_gnuplot(here.path, "read.gp", false).succeeded);
  std::istringstream rows(here.read("pixels"));
  std::map<int, Pixels> pixels;
  double x, y;
  int red, green, blue;
  for (std::string row; std::getline(rows, row);) {
    if (!(std::istringstream(row) >> x >> y >> red >> green >> blue) || red != green || green != blue) continue;
    Pixels& grey = pixels[red];
    ++grey.count;
    grey.x += (x - grey.x) / grey.count;
    grey.y += (y - grey.y) / grey.count;
  }
  return pixels;
}

// The points that gnuplot draws, one text for each element of the plot command.
std::vector<std::string> drawn_points(const Workspace& here, const std::string& name) {
  std::string script = here.read(name + ".gp");
  script.insert(script.find("\nplot ") + 1, "set table 'points'\n");
  here.write("table.gp", script);
  CHECK(plots::run_gnuplot(here.path, "table.gp", false).succeeded);
  std::istringstream rows(here.read("points"));
  std::vector<std::string> elements;
  for (std::string row; std::getline(rows, row);) {
    std::string x, y, type;
    if (row.starts_with("# Curve ") && row.find(" of ") != std::string::npos)
      elements.emplace_back();
    else if (std::istringstream(row) >> x >> y >> type && type == "i")
      elements.back() += x + "," + y + " ";
  }
  return elements;
}

}  // namespace

TEST_SUITE("plots") {
  TEST_CASE("every kind of figure is drawn without a warning, and drawn again by its script alone") {
    if (without_gnuplot()) return;
    Workspace here;
    const std::map<std::string, plots::Drawing> figures = {{"curves", curves().drawing()},
                                                           {"scatter", scatter().drawing()},
                                                           {"histogram", histogram().drawing()},
                                                           {"heat map", heat_map().drawing()},
                                                           {"image_grid", image_grid().drawing()}};
    for (const auto& figure : figures) {
      const std::string& name = figure.first;
      plots::Drawing drawing = figure.second;
      CAPTURE(name);
      drawing.note.clear();
      CHECK(save(drawing, here.output(), name));
      CHECK(here.notes == std::vector<std::string>{});
      check_png(here, name, drawing);
      std::filesystem::remove(here.path / (name + ".png"));
      CHECK(std::system(("cd '" + here.path.string() + "' && gnuplot '" + name + ".gp'").c_str()) == 0);
      check_png(here, name, drawing);
    }
  }

  TEST_CASE("svg; the words are drawn letter by letter") {
    if (without_gnuplot()) return;
    Workspace here;
    plots::Curves figure{
        .title = "a_b {x}^2 @q ~\\n 'q' \"d\" `ls` %d $x − × σ", .x_label = "p_θ(x)", .y_label = "x^{2}"};
    figure.line("tr_ai,n \"q\" it's", Values{1, 2}, Values{1, 2});
    figure.line("'q'", Values{1, 2}, Values{2, 3});
    CHECK(save(figure, here.output(plots::Format::svg), "words"));
    CHECK(here.notes == std::vector<std::string>{});
    const std::string svg = here.read("words.svg");
    for (const std::string& words :
         {figure.title, figure.x_label, figure.y_label, figure.lines[0].label, figure.lines[1].label}) {
      CAPTURE(words);
      CHECK(svg.find("<text>" + words + "</text>") != std::string::npos);
    }
  }

  TEST_CASE("a figure on the terminal is printed, not written") {
    if (without_gnuplot()) return;
    Workspace here;
    {
      const StandardOutputTo file(here.path / "printed");
      CHECK(save(histogram(), here.output(plots::Format::terminal), "h"));
    }
    CHECK(here.notes == std::vector<std::string>{});
    CHECK(here.read("printed").find("Samples") != std::string::npos);
    CHECK(here.has("h.csv"));
    CHECK_FALSE(here.has("h.png"));
  }

  TEST_CASE("each line gets its own points, and a gap where a value is missing") {
    if (without_gnuplot()) return;
    Workspace here;
    plots::Curves figure{.log_y = true};
    figure.line("a", Values{1, 2, 3, 4}, Values{10, kNaN, -1, 20});
    figure.line("b, \"c\", \"d\"", Values{2, 4}, Values{30, 40});
    CHECK(save(figure, here.output(), "lines"));
    CHECK(drawn_points(here, "lines") == std::vector<std::string>{"1,10 4,20 ", "2,30 4,40 "});
    CHECK(here.notes ==
          std::vector<std::string>{"lines: 1 of 6 points are not positive and cannot be drawn on a log axis"});
  }

  TEST_CASE("a flat figure is nothing to warn about") {
    if (without_gnuplot()) return;
    Workspace here;
    plots::Curves flat;
    flat.line("constant", Values{1, 2}, Values{3, 3});
    CHECK(save(flat, here.output(), "flat"));
    plots::HeatMap even;
    even.matrix(Values(4, 7.0), 2, 2);
    CHECK(save(even, here.output(), "even"));
    CHECK(here.notes == std::vector<std::string>{});
  }

  TEST_CASE("the image grid shows greys as they are, where they are, each as a block of whole pixels") {
    if (without_gnuplot()) return;
    Workspace here;
    CHECK(save(image_grid(), here.output(), "grid"));
    std::map<int, Pixels> pixels = grey_pixels(here, "grid");
    // 12 × 12 picture pixels for one pixel of an image; the outermost row and column may be blended
    CHECK(pixels[128].count >= 11 * 11);
    CHECK(pixels[128].count <= 12 * 12 + 20);
    CHECK(pixels[64].count >= 11 * 11);
    CHECK(pixels[64].count <= 12 * 12 + 20);
    CHECK(pixels[191].count >= 6 * 11 * 11);
    CHECK(pixels[191].count <= 6 * 12 * 12 + 40);
    CHECK(pixels[0].count >= 2 * 11 * 11);  // 0, and -1 drawn as 0
    // 0.5 lies left of 0.25, on the same row; most of 0.75 lies to the right of it and below
    CHECK(std::abs(pixels[64].x - pixels[128].x - 12) <= 1);
    CHECK(std::abs(pixels[64].y - pixels[128].y) <= 1);
    CHECK(pixels[191].x > pixels[128].x + 12);
    CHECK(pixels[191].y < pixels[128].y - 12);

    plots::ImageGrid ink = image_grid();
    ink.ink_on_paper = true;
    CHECK(save(ink, here.output(), "ink"));
    pixels = grey_pixels(here, "ink");
    CHECK(pixels[191].count >= 11 * 11);     // 0.25
    CHECK(pixels[64].count >= 6 * 11 * 11);  // 0.75
  }

  TEST_CASE("a name with spaces and a folder with a quote") {
    if (without_gnuplot()) return;
    Workspace here;
    plots::Output output = here.output();
    for (const std::string folder : {"it's a folder", "'q'"}) {
      output.folder = here.path / folder;
      CHECK(save(histogram(), output, "my figure"));
      CHECK(here.notes == std::vector<std::string>{});
      CHECK(here.has(folder + "/my figure.png"));
    }
    // a relative one begins with its quote
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(here.path);
    output.folder = "'q'";
    CHECK(save(histogram(), output, "relative"));
    std::filesystem::current_path(before);
    CHECK(here.has("'q'/relative.png"));
  }

  TEST_CASE("axes over the whole range of numbers") {
    if (without_gnuplot()) return;
    for (const bool log : {false, true}) {
      Workspace here;
      plots::Curves figure{.title = "wide", .log_x = log, .log_y = log};
      figure.line("a", Values{1e-300, 1, 1e300}, Values{1e-300, 1, 1e300});
      CHECK(save(figure, here.output(), "wide"));
      CHECK(here.notes == std::vector<std::string>{});
    }
    Workspace here;
    plots::Histogram equal;
    equal.sample("x", Values{1e300, 1e300});
    CHECK(save(equal, here.output(), "equal"));
    CHECK(here.notes == std::vector<std::string>{});
  }
}
