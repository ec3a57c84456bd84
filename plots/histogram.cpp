#include "plots/histogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "plots/look.hpp"
#include "plots/points.hpp"
#include "plots/text.hpp"

namespace plots {
namespace {

bool is_finite(double v) { return std::isfinite(v); }

Range range_of(const std::vector<Histogram::Series>& samples) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const auto& sample : samples)
    for (const double v : sample.x)
      if (is_finite(v)) low = std::min(low, v), high = std::max(high, v);
  // Values that are equal, or nearly: bins must be wide enough for their edges to differ.
  const double size = std::max(std::abs(low), std::abs(high)), least = std::max(1e-9 * size, 1e-290);
  if (high - low > least) return {low, high};
  const double half = std::max(0.5, 1e-3 * size), largest = std::numeric_limits<double>::max();
  return {std::max(low - half, -largest), std::min(high + half, largest)};
}

// Neither this nor a difference of values overflows when the range is wider than the largest number.
double width_of(const Range& range, int bins) { return range.high / bins - range.low / bins; }

std::vector<double> heights(const std::vector<double>& values, const Range& range, int bins, bool density) {
  std::vector<double> height(bins, 0.0);
  const double width = width_of(range, bins);
  const double n = std::ranges::count_if(values, is_finite);
  const double unit = density ? 1 / (n * width) : 1;
  for (const double v : values) {
    if (!(v >= range.low && v <= range.high)) continue;
    const std::size_t bin = v / width - range.low / width;
    height[std::min(bin, height.size() - 1)] += 1;
  }
  for (double& h : height) h *= unit;
  return height;
}

std::string bars_element(const std::string& label, std::size_t series) {
  return fmt::format("{} with boxes linewidth 0.8 linecolor rgb '{}' fillstyle transparent solid 0.35 border title {}",
                     rows_of(series, "345"), line_colour(series), literal(label));
}

std::string curve_element(const std::string& label, std::size_t series, std::size_t samples) {
  const std::string colour = samples == 1 && series == samples ? "#D55E00" : line_colour(series);
  return fmt::format("{} with lines linewidth 2.4 linecolor rgb '{}' title {}", rows_of(series, "34"), colour,
                     literal(label));
}

std::string what_is_left_out(const std::vector<Histogram::Series>& samples) {
  std::size_t left_out = 0, all = 0;
  for (const auto& sample : samples) {
    all += sample.x.size();
    left_out += sample.x.size() - std::ranges::count_if(sample.x, is_finite);
  }
  return left_out == 0 ? "" : fmt::format("{} of {} values are not finite and are left out", left_out, all);
}

void check(const Histogram& histogram, const Range& range) {
  if (histogram.bins < 1)
    throw std::invalid_argument(
        fmt::format("histogram \"{}\": bins is {} (need at least 1)", histogram.title, histogram.bins));
  if (!(range.low < range.high) || !is_finite(range.low) || !is_finite(range.high))
    throw std::invalid_argument(fmt::format("histogram \"{}\": range is {} to {} (need low < high, both finite)",
                                            histogram.title, number(range.low), number(range.high)));
}

}  // namespace

void Histogram::sample(std::string label, std::span<const double> values) {
  if (std::ranges::none_of(values, is_finite))
    throw std::invalid_argument(fmt::format("sample \"{}\": none of its {} values is finite", label, values.size()));
  samples.push_back({std::move(label), {values.begin(), values.end()}, {}});
}

void Histogram::curve(std::string label, std::span<const double> x, std::span<const double> y) {
  check_same_length("curve", label, x, "y", y);
  curves.push_back({std::move(label), {x.begin(), x.end()}, {y.begin(), y.end()}});
}

Drawing Histogram::drawing() const {
  if (samples.empty()) throw std::invalid_argument(fmt::format("figure \"{}\" is empty: add a sample", title));
  const Range over = range.value_or(range_of(samples));
  check(*this, over);
  const double width = width_of(over, bins);
  const auto centre = [&](std::size_t bin) {
    const double t = (bin + 0.5) / bins;
    return (1 - t) * over.low + t * over.high;
  };
  std::string csv = "series,label,x,y,width\n";
  std::vector<std::string> elements;
  std::size_t series = 0;
  for (const Series& sample : samples) {
    const std::vector<double> height = heights(sample.x, over, bins, density);
    for (std::size_t b = 0; b < height.size(); ++b)
      csv += csv_row(series, sample.label, centre(b), height[b], fmt::format(",{}", number(width)));
    elements.push_back(bars_element(sample.label, series++));
  }
  for (const Series& curve : curves) {
    for (std::size_t i = 0; i < curve.x.size(); ++i) csv += csv_row(series, curve.label, curve.x[i], curve.y[i], ",0");
    elements.push_back(curve_element(curve.label, series, samples.size()));
    ++series;
  }
  const std::string unit = density ? "density" : "count";
  const std::string commands = captions(title, x_label, y_label.empty() ? unit : y_label) +
                               "set yrange [0:*]\nset boxwidth\n" + std::string(kPickSeries) + plot_command(elements);
  return {.csv = csv, .commands = commands, .note = what_is_left_out(samples)};
}

}  // namespace plots
