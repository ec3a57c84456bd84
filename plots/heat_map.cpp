#include "plots/heat_map.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "plots/look.hpp"
#include "plots/text.hpp"

namespace plots {
namespace {

Range centres(const std::optional<Range>& given, std::size_t cells, std::string_view axis, const std::string& title) {
  const Range range = given.value_or(Range{0, static_cast<double>(cells - 1)});
  if (!(range.low < range.high))
    throw std::invalid_argument(fmt::format("heat map \"{}\": {} is {} to {} (need low < high)", title, axis,
                                            number(range.low), number(range.high)));
  return range;
}

// Cell i of n, whose centres run from low to high. Exact at both ends.
double centre(const Range& range, std::size_t i, std::size_t n) {
  const double t = 1.0 * i / (n - 1);
  return (1 - t) * range.low + t * range.high;
}

// The axis from the outer edge of the first cell to that of the last. A few numbered cells are labelled one by one.
std::string axis_commands(std::string_view axis, const Range& range, std::size_t n, bool numbered, bool reversed) {
  const double half = (range.high - range.low) / (n - 1) / 2;
  const double low = range.low - half, high = range.high + half;
  const std::string labels = numbered && n <= 20 ? fmt::format("set {}tics 1\n", axis) : "";
  return scale(axis, reversed ? Range{high, low} : Range{low, high}) + labels;
}

}  // namespace

void HeatMap::matrix(std::span<const double> values, std::size_t n_rows, std::size_t n_columns) {
  if (n_rows < 2 || n_columns < 2)
    throw std::invalid_argument(
        fmt::format("heat map \"{}\": the matrix is {}×{} (need at least 2×2)", title, n_rows, n_columns));
  if (values.size() != n_rows * n_columns)
    throw std::invalid_argument(fmt::format("heat map \"{}\": a {}×{} matrix has {} values, found {}", title, n_rows,
                                            n_columns, n_rows * n_columns, values.size()));
  cells.assign(values.begin(), values.end());
  rows = n_rows;
  columns = n_columns;
}

Drawing HeatMap::drawing() const {
  if (cells.empty()) throw std::invalid_argument(fmt::format("figure \"{}\" is empty: add a matrix", title));
  const Range across = centres(x, columns, "x", title), up = centres(y, rows, "y", title);
  std::string csv = "x,y,value\n";
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      csv += fmt::format("{},{},{}\n", number(centre(across, c, columns)), number(centre(up, r, rows)),
                         number(cells[r * columns + c]));
  std::string commands =
      captions(title, x_label, y_label) + viridis() + axis_commands("x", across, columns, !x, false) +
      axis_commands("y", up, rows, !y, row_0_on_top) + "set autoscale cbfix\n" + scale("cb", value_range) +
      fmt::format("set cblabel {} noenhanced offset 1,0\n", literal(value_label)) +
      "set style line 1 linewidth 1 linecolor rgb '#404040'\nset colorbox border 1\nunset grid\n";
  if (same_scale) commands += "set size ratio -1\n";
  commands += plot_command({"data skip 1 using 1:2:3 with image notitle"});
  return {.csv = csv, .commands = commands, .width = same_scale ? 900 : 1200, .height = 800};
}

}  // namespace plots
