#include "chapters/lesson/demo/shown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>

#include "plots/text.hpp"

namespace lesson {
namespace {

struct Point {
  double x, y;
};
using Series = std::map<std::string, std::vector<Point>>;  // by label, as the file writes it

// The columns label, x and y of a figure's .csv; nothing for one that has no series (a heat map, images). A row
// without an x is a gap in a line, and no point.
Series series_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string row;
  Series series;
  if (!std::getline(in, row) || !row.starts_with("series,label,x,y")) return series;
  while (std::getline(in, row)) {
    const std::size_t label = row.find(',') + 1;
    const std::size_t end = row[label] == '"' ? row.find('"', label + 1) + 1 : row.find(',', label);
    std::vector<Point>& points = series[row.substr(label, end - label)];
    char* next = nullptr;
    const double x = std::strtod(row.c_str() + end + 1, &next), y = std::strtod(next + 1, nullptr);
    if (!std::isnan(x)) points.push_back({x, y});
  }
  return series;
}

constexpr double kDigits = 1e-9;

bool same(double a, double b) {
  return a == b || std::abs(a - b) <= kDigits * std::max(std::abs(a), std::abs(b)) || (std::isnan(a) && std::isnan(b));
}

// Places that are added up step by step end beside 0.
bool same_place(double a, double b) { return std::abs(a - b) <= kDigits * std::max(1.0, std::abs(a)); }

// What the series shows there: "" where it is the number.
std::string found(const std::vector<Point>& points, const Shown& shown) {
  std::vector<double> there;
  for (const Point& point : points)
    if (!shown.x || same_place(*shown.x, point.x)) there.push_back(point.y);
  if (there.empty()) return "no point";
  if (!shown.x) there = {there.back()};
  const auto is_it = [&](double y) { return same(y, shown.value); };
  return std::ranges::any_of(there, is_it) ? "" : plots::number(there.front());
}

}  // namespace

std::vector<std::string> faults_of_figures(std::span<const Shown> shown, const std::filesystem::path& folder,
                                           std::string_view start, std::filesystem::file_time_type since) {
  std::vector<std::string> faults;
  std::map<std::string, Series> figures;
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator(folder, none)) {
    const std::filesystem::path& path = file.path();
    if (path.extension() == ".csv" && path.stem().string().starts_with(start) && file.last_write_time(none) >= since)
      figures[path.stem().string()] = series_of(path);
  }
  for (const auto& [figure, series] : figures)
    for (const auto& [label, points] : series)
      if (std::ranges::none_of(points, [](const Point& point) { return std::isfinite(point.y); }))
        faults.push_back(fmt::format("{}.csv, series '{}': no y is finite", figure, label));

  for (const Shown& one : shown) {
    const auto figure = figures.find(one.figure);
    std::string instead = "no such figure of this run";
    if (figure != figures.end()) {
      const auto series = figure->second.find(plots::csv_field(one.series));
      instead = series == figure->second.end() ? "no such series" : found(series->second, one);
    }
    if (instead.empty()) continue;
    const std::string place = one.x ? "x = " + plots::number(*one.x) : "last point";
    faults.push_back(fmt::format("{}.csv, series '{}', {}: expected {} = {}, found {}", one.figure, one.series, place,
                                 one.metric, plots::number(one.value), instead));
  }
  return faults;
}

Metric& Metric::shown(std::string_view figure, std::string_view series) {
  all_.push_back({name_, value_, std::string(figure), std::string(series), {}});
  return *this;
}
Metric& Metric::shown(std::string_view figure, std::string_view series, double x) {
  all_.push_back({name_, value_, std::string(figure), std::string(series), x});
  return *this;
}

}  // namespace lesson
