#include "plots/scatter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "plots/look.hpp"
#include "plots/points.hpp"
#include "plots/text.hpp"

namespace plots {
namespace {

// The points of each class, in the order they were added.
using ByClass = std::map<int, std::vector<Scatter::Point>>;

ByClass by_class(const Scatter& scatter) {
  ByClass classes;
  for (const Scatter::Point& point : scatter.all_points) classes[point.in_class].push_back(point);
  return classes;
}

std::string name_of(const Scatter& scatter, int in_class) {
  const std::size_t c = in_class;
  return c < scatter.class_names.size() ? scatter.class_names[c] : std::to_string(in_class);
}

double marker_size(std::size_t points) { return points <= 200 ? 1.3 : points <= 2000 ? 0.8 : 0.5; }

// The points, and a legend entry with a marker large enough to be told apart.
std::vector<std::string> class_elements(int in_class, const std::string& name, double size, bool legend) {
  const std::size_t series = in_class;
  const Marker marker = class_marker(series);
  const std::string look =
      fmt::format("with points pointtype {} linecolor rgb '{}' pointsize", marker.shape, marker.colour);
  std::vector<std::string> elements = {fmt::format("{} {} {} notitle", rows_of(series, "34"), look, size)};
  if (legend) elements.push_back(fmt::format("keyentry {} 1.5 title {}", look, literal(name)));
  return elements;
}

std::string curve_element(const Scatter::Curve& curve, std::size_t series, std::size_t which) {
  return fmt::format("{} with lines linewidth 2.5 dashtype {} linecolor rgb '#000000' title {}", rows_of(series, "34"),
                     which + 1, literal(curve.label));
}

}  // namespace

void Scatter::points(std::span<const double> x, std::span<const double> y, std::span<const int> classes) {
  check_same_length("scatter", title, x, "y", y);
  if (!classes.empty() && classes.size() != x.size())
    throw std::invalid_argument(fmt::format("scatter \"{}\": x has {} values, classes has {} (need the same number)",
                                            title, x.size(), classes.size()));
  if (!classes.empty() && std::ranges::min(classes) < 0)
    throw std::invalid_argument(
        fmt::format("scatter \"{}\": a class is {} (need integers from 0)", title, std::ranges::min(classes)));
  for (std::size_t i = 0; i < x.size(); ++i) all_points.push_back({x[i], y[i], classes.empty() ? 0 : classes[i]});
}

void Scatter::curve(std::string label, std::span<const double> x, std::span<const double> y) {
  check_same_length("curve", label, x, "y", y);
  curves.push_back({std::move(label), {x.begin(), x.end()}, {y.begin(), y.end()}});
}

Drawing Scatter::drawing() const {
  if (all_points.empty()) throw std::invalid_argument(fmt::format("figure \"{}\" is empty: add points", title));
  const ByClass classes = by_class(*this);
  const bool legend = classes.size() > 1 || !class_names.empty();
  std::string csv = "series,label,x,y\n";
  std::vector<std::string> elements;
  for (const auto& [in_class, points] : classes) {
    const std::string name = name_of(*this, in_class);
    for (const Point& p : points) csv += csv_row(in_class, name, p.x, p.y);
    for (auto& element : class_elements(in_class, name, marker_size(all_points.size()), legend))
      elements.push_back(std::move(element));
  }
  std::size_t series = classes.rbegin()->first + 1;
  for (std::size_t i = 0; i < curves.size(); ++i, ++series) {
    for (std::size_t j = 0; j < curves[i].x.size(); ++j)
      csv += csv_row(series, curves[i].label, curves[i].x[j], curves[i].y[j]);
    elements.push_back(curve_element(curves[i], series, i));
  }
  std::string commands = captions(title, x_label, y_label) + scale("x", x_range) + scale("y", y_range);
  if (same_scale) commands += "set size ratio -1\n";
  commands += "set key outside right center vertical samplen 1 width 0\n";
  commands += kPickSeries;
  return {.csv = csv, .commands = commands + plot_command(elements), .width = same_scale ? 900 : 1200, .height = 800};
}

}  // namespace plots
