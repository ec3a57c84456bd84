#include "plots/log_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "plots/text.hpp"

namespace plots {
namespace {

// A step of 1, 2 or 5 times a power of ten that divides `length` into about five.
double round_step(double length) {
  const double power = std::pow(10, std::floor(std::log10(length / 5)));
  const double ratio = length / 5 / power;
  return power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : 5);
}

}  // namespace

std::optional<Range> log_range(std::span<const double> values) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const double v : values)
    if (v > 0 && std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  if (high == 0) return std::nullopt;
  // (high / low)^0.04, where high / low may overflow. The ends stay above 0,
  // and below what gnuplot takes for infinite.
  const double room = std::max(1.02, std::pow(high, 0.04) / std::pow(low, 0.04));
  return Range{std::max(low / room, std::numeric_limits<double>::denorm_min()),
               std::max(high, std::min(high * room, 8e307))};
}

std::vector<double> log_labels(const Range& range) {
  const double decades = std::log10(range.high) - std::log10(range.low);
  std::vector<double> labels;
  if (decades >= 2) return labels;
  if (decades < 2.0 / 3) {
    const double step = round_step(range.high - range.low);
    for (double i = std::ceil(range.low / step); i * step <= range.high; ++i) labels.push_back(i * step);
    return labels;
  }
  for (double power = std::floor(std::log10(range.low)); power <= std::log10(range.high); ++power)
    for (const double digit : {1, 2, 5}) {
      const double label = digit * std::pow(10, power);
      if (label >= range.low && label <= range.high) labels.push_back(label);
    }
  return labels;
}

std::string log_axis(std::string_view axis, const Range& range) {
  if (!(0 < range.low && range.low < range.high && std::isfinite(range.high)))
    throw std::invalid_argument(fmt::format("log {} axis: the range is {} to {} (need 0 < low < high, both finite)",
                                            axis, number(range.low), number(range.high)));
  std::string commands =
      fmt::format("set logscale {0}\nset {0}range [{1}:{2}]\n", axis, number(range.low), number(range.high));
  std::string labels;
  for (const double label : log_labels(range))
    labels += fmt::format("{}{}", labels.empty() ? "" : ", ", number(label));
  if (!labels.empty())
    commands += fmt::format("set {0}tics ({1})\nset format {0} '%g'\n", axis, labels);
  else if (range.low < 1e-4 || range.high > 2e5)
    commands += fmt::format("set format {} '10^{{%T}}'\n", axis);
  return commands;
}

}  // namespace plots
