// A log axis with enough labels to read it, whether it spans ten decades or a part of one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plots/drawing.hpp"

namespace plots {

// The range of the positive, finite values, with a little room at both ends; nothing if there are none.
std::optional<Range> log_range(std::span<const double> values);

// Where to write labels: 1, 2, 5, 10, ... or, over less than two thirds of a decade, round numbers at equal steps.
// Empty over two decades and more, where gnuplot's own choice is good.
std::vector<double> log_labels(const Range& range);

// The commands for `axis`, "x" or "y". Throws std::invalid_argument unless 0 < low < high, both finite.
std::string log_axis(std::string_view axis, const Range& range);

}  // namespace plots
