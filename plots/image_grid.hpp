// Many small grey images in rows and columns.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "plots/drawing.hpp"

namespace plots {

// Images are laid out row by row. A pixel is a whole number of pixels of the picture, so it is square and sharp.
// Grey 0 is black and 1 white, or the reverse with ink_on_paper; values outside [0, 1] are drawn as the nearer end.
// .csv: image,y,x,grey; images are counted from 0 row by row, y from the top.
struct ImageGrid {
  std::string title{};
  std::size_t image_height = 28, image_width = 28;  // pixels
  std::size_t columns = 10;
  std::vector<std::string> row_labels{};     // left of the rows; as many as there are rows, or fewer
  std::vector<std::string> column_labels{};  // above the columns; as many as there are columns, or fewer
  bool ink_on_paper = false;

  // One image: image_height · image_width greys, row by row. Throws std::invalid_argument at another number.
  void image(std::span<const double> greys);
  void image(std::span<const float> greys);

  // Throws std::invalid_argument if no image was added, if columns is 0, or if rows or
  // columns are fewer than their labels.
  Drawing drawing() const;

  std::vector<std::vector<double>> images{};
};

}  // namespace plots
