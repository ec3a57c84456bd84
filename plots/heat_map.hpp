// A heat map: a matrix as colours.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plots/drawing.hpp"

namespace plots {

// NaN cells stay white. .csv: x,y,value, row after row.
struct HeatMap {
  std::string title{}, x_label{}, y_label{};
  std::string value_label{};      // beside the colour bar, e.g. "log p(x, z) (nats)"
  std::optional<Range> x{}, y{};  // centres of the first and last column and row; their numbers from 0 unless given
  std::optional<Range> value_range{};  // what the ends of the colour bar stand for; the data's range unless given
  bool row_0_on_top = false;           // as a matrix is written; else y grows upwards
  bool same_scale = false;             // one unit is as long on the x axis as on the y axis

  // rows × columns values, row by row; at least 2 × 2.
  // Throws std::invalid_argument if it is smaller or the number of values differs.
  void matrix(std::span<const double> values, std::size_t rows, std::size_t columns);

  // Throws std::invalid_argument without a matrix, or if x or y is not low < high.
  Drawing drawing() const;

  std::vector<double> cells{};
  std::size_t rows = 0, columns = 0;
};

}  // namespace plots
