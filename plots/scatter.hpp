// A scatter of points, coloured by class.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plots/drawing.hpp"

namespace plots {

// Each class has a colour and a marker of its own (ten, then they repeat); the legend stands to the right.
// .csv: series,label,x,y. A point's series is its class (0 without classes); curves are numbered after the classes.
struct Scatter {
  std::string title{}, x_label{}, y_label{};
  std::vector<std::string> class_names{};     // class c is named class_names[c], or by its number if that is absent
  bool same_scale = false;                    // one unit is as long on the x axis as on the y axis
  std::optional<Range> x_range{}, y_range{};  // chosen by the data unless given

  // x, y: n values each, n >= 1; classes: n integers >= 0, or none. Can be called more than once.
  // Throws std::invalid_argument if their numbers differ or a class is negative.
  void points(std::span<const double> x, std::span<const double> y, std::span<const int> classes = {});

  // A line over the points: a decision boundary, an ellipse, a trajectory. x, y: m values each.
  void curve(std::string label, std::span<const double> x, std::span<const double> y);

  // Throws std::invalid_argument if no points were added.
  Drawing drawing() const;

  struct Point {
    double x, y;
    int in_class;
  };
  struct Curve {
    std::string label;
    std::vector<double> x, y;
  };
  std::vector<Point> all_points{};
  std::vector<Curve> curves{};
};

}  // namespace plots
