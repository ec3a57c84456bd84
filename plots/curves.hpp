// Curves: how numbers go with x, e.g. a loss over epochs or an error over sample size.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plots/drawing.hpp"

namespace plots {

enum class Style { line, dashed, points, line_points };

// Draws lines in the order of the calls, bands under them, guides in grey; the legend stands below the axes.
// On a log axis a value <= 0 is a gap, counted in the note; the lower end of a band is cut off there.
// .csv: series,label,x,y and, with a band, low,high (NaN for a series without one). Guides stand in the .gp alone.
struct Curves {
  std::string title{}, x_label{}, y_label{};
  bool log_x = false, log_y = false;
  std::optional<Range> x_range{}, y_range{};  // chosen by the data unless given

  // x, y: n values each, n >= 1. Throws std::invalid_argument if their numbers differ, as band does.
  void line(std::string label, std::span<const double> x, std::span<const double> y, Style style = Style::line);

  // A line within a shaded band from low to high; with Style::points, error bars. All n values.
  void band(std::string label, std::span<const double> x, std::span<const double> y, std::span<const double> low,
            std::span<const double> high, Style style = Style::line);

  // The band y ± half_width, e.g. a standard error.
  void band(std::string label, std::span<const double> x, std::span<const double> y,
            std::span<const double> half_width, Style style = Style::line);

  // Guide coefficient · x^exponent, e.g. power_law("σ/√R", sigma, -0.5). Does not widen the y axis.
  void power_law(std::string label, double coefficient, double exponent);

  // Reference slope: the power law through the first point of the latest line with x > 0 and a finite y.
  // Throws std::invalid_argument if there is no such point.
  void slope(std::string label, double exponent);

  // Guides across the whole figure, e.g. the exact value, or the epoch at which something changes.
  void horizontal(std::string label, double y);
  void vertical(std::string label, double x);

  // Throws std::invalid_argument if no line was added.
  Drawing drawing() const;

  struct Line {
    std::string label;
    Style style;
    std::vector<double> x, y, low, high;  // low, high: empty without a band
  };
  struct Guide {
    enum class Kind { power_law, horizontal, vertical } kind;
    std::string label;
    double value;     // coefficient, y or x
    double exponent;  // of a power law
  };
  std::vector<Line> lines{};
  std::vector<Guide> guides{};
};

// {1, 2, ..., n}: epochs, steps.
std::vector<double> one_to(std::size_t n);

}  // namespace plots
