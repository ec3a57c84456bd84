// What figures made of points share: the checks of their data and the columns series, label, x, y.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace plots {

// Throws std::invalid_argument unless `other` has as many values as x, and at least one.
void check_same_length(std::string_view figure, std::string_view label, std::span<const double> x,
                       std::string_view other_name, std::span<const double> other);

// A row of the .csv: series, label, x, y and whatever columns `rest` holds (each with its comma in front).
std::string csv_row(std::size_t series, std::string_view label, double x, double y, std::string_view rest = "");

// gnuplot: of(k, column) is the column's value in the rows of series k, and no number in the rows of others.
inline constexpr std::string_view kPickSeries = "of(k, c) = column(1) == k ? column(c) : NaN\n";

// A plot element's data: rows of series k, with the columns named by `columns`.
std::string rows_of(std::size_t series, std::string_view columns);

}  // namespace plots
