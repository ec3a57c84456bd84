// A histogram of samples, with density curves over it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plots/drawing.hpp"

namespace plots {

// All samples share the bins: `bins` equal ones over `range`, or over all finite values. A value equal to the
// upper end is in the last bin. A density is count / (n · width), where n counts the sample's finite values, inside
// the range or not.
// .csv: series,label,x,y,width; x is the bin's centre; the rows of a curve have width 0.
struct Histogram {
  std::string title{}, x_label{}, y_label{};  // y_label: "density" or "count" unless given
  int bins = 40;
  bool density = true;
  std::optional<Range> range{};

  // n >= 1 values; NaN and infinities are left out, and counted in the note. Throws
  // std::invalid_argument if nothing is left.
  void sample(std::string label, std::span<const double> values);

  // A curve y(x) over the bars, in their unit. Throws std::invalid_argument if the numbers of x and y differ.
  void curve(std::string label, std::span<const double> x, std::span<const double> y);

  // Throws std::invalid_argument if there is no sample, if bins < 1 or if the range is not low < high, both finite.
  Drawing drawing() const;

  struct Series {
    std::string label;
    std::vector<double> x, y;  // values in x, and no y, for a sample
  };
  std::vector<Series> samples{}, curves{};
};

}  // namespace plots
