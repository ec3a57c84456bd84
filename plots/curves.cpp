#include "plots/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <string_view>

#include "plots/log_axis.hpp"
#include "plots/look.hpp"
#include "plots/points.hpp"
#include "plots/text.hpp"

namespace plots {
namespace {

std::vector<double> copy_of(std::span<const double> values) { return {values.begin(), values.end()}; }

bool has_band(const Curves::Line& line) { return !line.low.empty(); }

std::string csv_of(const std::vector<Curves::Line>& lines) {
  const bool bands = std::ranges::any_of(lines, has_band);
  std::string csv = bands ? "series,label,x,y,low,high\n" : "series,label,x,y\n";
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const Curves::Line& line = lines[k];
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      std::string rest;
      if (has_band(line))
        rest = fmt::format(",{},{}", number(line.low[i]), number(line.high[i]));
      else if (bands)
        rest = ",NaN,NaN";
      csv += csv_row(k, line.label, line.x[i], line.y[i], rest);
    }
  }
  return csv;
}

// Everything drawn along y but the guides that must not widen it.
std::vector<double> all_y(const Curves& curves) {
  std::vector<double> all;
  for (const Curves::Line& line : curves.lines)
    for (const auto* values : {&line.y, &line.low, &line.high}) all.insert(all.end(), values->begin(), values->end());
  for (const Curves::Guide& guide : curves.guides)
    if (guide.kind == Curves::Guide::Kind::horizontal) all.push_back(guide.value);
  return all;
}

std::vector<double> all_x(const Curves& curves) {
  std::vector<double> all;
  for (const Curves::Line& line : curves.lines) all.insert(all.end(), line.x.begin(), line.x.end());
  return all;
}

// The range as given; else, for a log axis, as the values need it; else gnuplot's choice.
std::optional<Range> range_of(bool log, const std::optional<Range>& given, const std::vector<double>& values) {
  if (given || !log) return given;
  return log_range(values).value_or(Range{1, 10});
}

std::string axis_commands(std::string_view axis, bool log, const std::optional<Range>& range) {
  return log ? log_axis(axis, *range) : scale(axis, range);
}

std::string what_log_axes_leave_out(const Curves& curves) {
  std::size_t left_out = 0, all = 0;
  for (const Curves::Line& line : curves.lines)
    for (std::size_t i = 0; i < line.x.size(); ++i, ++all)
      left_out += (curves.log_x && line.x[i] <= 0) || (curves.log_y && line.y[i] <= 0);
  if (left_out == 0) return "";
  return fmt::format("{} of {} points are not positive and cannot be drawn on a log axis", left_out, all);
}

std::string band_element(const Curves::Line& line, std::size_t k) {
  const std::string colour = line_colour(k);
  const std::string ends = fmt::format("data skip 1 using (of({0},3)):", k);
  if (line.style == Style::points)
    return ends + fmt::format(
                      "(of({0},4)):(shown(of({0},5))):(of({0},6)) with yerrorbars pointtype 0 linewidth 1.5 "
                      "linecolor rgb '{1}' notitle",
                      k, colour);
  return ends + fmt::format(
                    "(shown(of({0},5))):(shown(of({0},6))) with filledcurves fillcolor rgb '{1}' "
                    "fillstyle transparent solid 0.18 noborder notitle",
                    k, colour);
}

std::string line_element(const Curves::Line& line, std::size_t k) {
  const std::string dots = fmt::format(" pointtype {} pointsize 1.1", class_marker(k).shape);
  std::string with = "lines linewidth 2.2";
  if (line.style == Style::dashed) with += " dashtype (12,6)";
  if (line.style == Style::points) with = "points" + dots;
  if (line.style == Style::line_points) with = "linespoints linewidth 2.2" + dots;
  return fmt::format("{} with {} linecolor rgb '{}' title {}", rows_of(k, "34"), with, line_colour(k),
                     literal(line.label));
}

std::string guide_stroke(std::size_t which) {
  static const std::array dashes = {"(8,5)", "(3,4)", "(12,4,3,4)"};
  return fmt::format("linewidth 2 dashtype {} linecolor rgb '#444444'", dashes[which % dashes.size()]);
}

std::string guide_element(const Curves::Guide& guide, std::size_t which) {
  const std::string look = fmt::format("with lines {} title {}", guide_stroke(which), literal(guide.label));
  switch (guide.kind) {
    case Curves::Guide::Kind::power_law:
      return fmt::format("{} * x**({}) {} noautoscale", number(guide.value), number(guide.exponent), look);
    case Curves::Guide::Kind::horizontal:
      return fmt::format("{} {}", number(guide.value), look);
    default:
      return "keyentry " + look;
  }
}

}  // namespace

void Curves::line(std::string label, std::span<const double> x, std::span<const double> y, Style style) {
  check_same_length("line", label, x, "y", y);
  lines.push_back({std::move(label), style, copy_of(x), copy_of(y), {}, {}});
}

void Curves::band(std::string label, std::span<const double> x, std::span<const double> y, std::span<const double> low,
                  std::span<const double> high, Style style) {
  check_same_length("band", label, x, "y", y);
  check_same_length("band", label, x, "low", low);
  check_same_length("band", label, x, "high", high);
  lines.push_back({std::move(label), style, copy_of(x), copy_of(y), copy_of(low), copy_of(high)});
}

void Curves::band(std::string label, std::span<const double> x, std::span<const double> y,
                  std::span<const double> half_width, Style style) {
  check_same_length("band", label, x, "y", y);
  check_same_length("band", label, x, "half_width", half_width);
  std::vector<double> low, high;
  std::ranges::transform(y, half_width, std::back_inserter(low), std::minus<>());
  std::ranges::transform(y, half_width, std::back_inserter(high), std::plus<>());
  band(std::move(label), x, y, low, high, style);
}

void Curves::power_law(std::string label, double coefficient, double exponent) {
  guides.push_back({Guide::Kind::power_law, std::move(label), coefficient, exponent});
}

void Curves::slope(std::string label, double exponent) {
  if (!lines.empty()) {
    const Line& line = lines.back();
    for (std::size_t i = 0; i < line.x.size(); ++i)
      if (line.x[i] > 0 && std::isfinite(line.x[i]) && std::isfinite(line.y[i]))
        return power_law(std::move(label), line.y[i] / std::pow(line.x[i], exponent), exponent);
  }
  throw std::invalid_argument(
      fmt::format("slope \"{}\": needs a line before it with a point where x > 0 and y is finite", label));
}

void Curves::horizontal(std::string label, double y) {
  guides.push_back({Guide::Kind::horizontal, std::move(label), y, 0});
}

void Curves::vertical(std::string label, double x) {
  guides.push_back({Guide::Kind::vertical, std::move(label), x, 0});
}

Drawing Curves::drawing() const {
  if (lines.empty()) throw std::invalid_argument(fmt::format("figure \"{}\" is empty: add a line or a band", title));
  const auto x_axis = range_of(log_x, x_range, all_x(*this)), y_axis = range_of(log_y, y_range, all_y(*this));
  std::string commands = captions(title, x_label, y_label) + axis_commands("x", log_x, x_axis) +
                         axis_commands("y", log_y, y_axis) + "set samples 500\n";
  commands += kPickSeries;
  // A band that reaches to zero or below is cut off where a log y axis ends.
  if (std::ranges::any_of(lines, has_band))
    commands += log_y ? fmt::format("shown(v) = v <= 0 ? {} : v\n", number(y_axis->low)) : "shown(v) = v\n";

  std::vector<std::string> elements;
  for (std::size_t k = 0; k < lines.size(); ++k)
    if (has_band(lines[k])) elements.push_back(band_element(lines[k], k));
  for (std::size_t k = 0; k < lines.size(); ++k) elements.push_back(line_element(lines[k], k));
  for (std::size_t g = 0; g < guides.size(); ++g) {
    elements.push_back(guide_element(guides[g], g));
    if (guides[g].kind == Guide::Kind::vertical)
      commands += fmt::format("set arrow from first {0}, graph 0 to first {0}, graph 1 nohead {1}\n",
                              number(guides[g].value), guide_stroke(g));
  }
  return {.csv = csv_of(lines), .commands = commands + plot_command(elements), .note = what_log_axes_leave_out(*this)};
}

std::vector<double> one_to(std::size_t n) {
  std::vector<double> numbers(n);
  std::iota(numbers.begin(), numbers.end(), 1.0);
  return numbers;
}

}  // namespace plots
