// Graphs as SVG text: circles, names, arrows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chapters/03_graphical_models/chapter.hpp"

namespace ch03 {
namespace {

constexpr double kStep = 110, kRadius = 24, kMargin = 40;  // pixels

struct Point {
  double x, y;
};
Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(double c, Point a) { return {c * a.x, c * a.y}; }
double length(Point a) { return std::hypot(a.x, a.y); }

// From the rim of one circle to the rim of the other, along a curve with its control point above the middle.
std::string arrow(Point from, Point to, double bend) {
  const Point middle = 0.5 * (from + to), control = middle - Point{0, bend * length(to - from)};
  const auto rim = [&](Point centre, double gap) {
    const Point direction = control - centre;
    return centre + (kRadius + gap) / length(direction) * direction;
  };
  const Point start = rim(from, 0), end = rim(to, 7);
  return fmt::format(
      "  <path d='M {:.1f} {:.1f} Q {:.1f} {:.1f} {:.1f} {:.1f}' fill='none' stroke='#333' "
      "stroke-width='1.6' marker-end='url(#head)'/>\n",
      start.x, start.y, control.x, control.y, end.x, end.y);
}

std::string circle(Point centre, const Place& place) {
  std::string text = fmt::format(
      "  <circle cx='{:.1f}' cy='{:.1f}' r='{}' fill='#ffffff' stroke='#333' stroke-width='1.6'/>\n"
      "  <text x='{:.1f}' y='{:.1f}' font-size='15'>{}</text>\n",
      centre.x, centre.y, kRadius, centre.x, centre.y + 5, place.name);
  if (!place.caption.empty())
    text += fmt::format("  <text x='{:.1f}' y='{:.1f}' font-size='13' fill='#444'>{}</text>\n", centre.x,
                        centre.y + kRadius + 18, place.caption);
  return text;
}

}  // namespace

std::string svg(const DirectedGraph& graph, const std::vector<Place>& places, double bend) {
  double right = 0, bottom = 0, longest = 0;
  for (const Place& place : places) right = std::max(right, place.x), bottom = std::max(bottom, place.y);
  for (int j = 0; j < graph.nodes(); ++j)
    for (const int parent : graph.parents[j]) longest = std::max(longest, std::abs(places[j].x - places[parent].x));
  const double above = bend * longest * kStep / 2;  // the middle of a curve lies halfway to its control point
  const auto centre = [&](const Place& place) -> Point {
    return {2 * kMargin + kStep * place.x, above + kMargin + kStep * place.y};
  };
  std::string text = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0:.0f} {1:.0f}' width='{0:.0f}' height='{1:.0f}' "
      "font-family='DejaVu Sans, Helvetica, Arial, sans-serif' text-anchor='middle'>\n"
      "  <defs><marker id='head' viewBox='0 0 10 10' refX='5' refY='5' markerWidth='8' markerHeight='8' orient='auto'>"
      "<path d='M 0 0 L 10 5 L 0 10 z' fill='#333'/></marker></defs>\n"
      "  <rect width='100%' height='100%' fill='#ffffff'/>\n",
      4 * kMargin + kStep * right, above + 2 * kMargin + 20 + kStep * bottom);
  for (int j = 0; j < graph.nodes(); ++j)
    for (const int parent : graph.parents[j]) text += arrow(centre(places[parent]), centre(places[j]), bend);
  for (const Place& place : places) text += circle(centre(place), place);
  return text + "</svg>\n";
}

}  // namespace ch03
