#include "plots/image_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "plots/look.hpp"
#include "plots/text.hpp"

namespace plots {
namespace {

// All lengths in image pixels; the picture has `scale` of its own pixels for one of these.
struct Layout {
  std::size_t rows, columns, gap, scale, width, height;
};

Layout layout_of(const ImageGrid& grid) {
  const std::size_t columns = std::min(grid.columns, grid.images.size());
  const std::size_t rows = (grid.images.size() + columns - 1) / columns;
  const std::size_t gap = std::max<std::size_t>(1, grid.image_width / 14);
  const std::size_t width = columns * (grid.image_width + gap) - gap;
  const std::size_t height = rows * (grid.image_height + gap) - gap;
  const std::size_t scale = std::clamp<std::size_t>(std::min(1100 / width, 900 / height), 1, 12);
  return {rows, columns, gap, scale, width, height};
}

std::string csv_of(const ImageGrid& grid) {
  std::string csv = "image,y,x,grey\n";
  for (std::size_t i = 0; i < grid.images.size(); ++i)
    for (std::size_t p = 0; p < grid.images[i].size(); ++p)
      csv += fmt::format("{},{},{},{}\n", i, p / grid.image_width, p % grid.image_width, number(grid.images[i][p]));
  return csv;
}

// Reads all greys once, then looks up each pixel of the whole grid: a gap between images is no number and stays white.
std::string grid_commands(const ImageGrid& grid, const Layout& on) {
  return fmt::format("images = {}; columns = {}; rows = {}\n", grid.images.size(), on.columns, on.rows) +
         fmt::format("w = {}; h = {}; gap = {}\n", grid.image_width, grid.image_height, on.gap) +
         "W = columns*(w + gap) - gap; H = rows*(h + gap) - gap\n"
         "array grey[images*w*h]\n"
         "stats data skip 1 using (grey[int($0) + 1] = $4) nooutput\n"
         "image_at(x, y) = columns*(y/(h + gap)) + x/(w + gap)\n"
         "outside(x, y) = x%(w + gap) >= w || y%(h + gap) >= h || image_at(x, y) >= images\n"
         "pixel(x, y) = outside(x, y) ? NaN : grey[(image_at(x, y)*h + y%(h + gap))*w + x%(w + gap) + 1]\n"
         "set datafile separator\n";
}

std::string label_commands(const ImageGrid& grid, const Layout& on) {
  std::string commands;
  for (std::size_t r = 0; r < grid.row_labels.size(); ++r)
    commands += fmt::format("set label {} at first {}, {} right offset character -1,0 noenhanced\n",
                            literal(grid.row_labels[r]), -0.5,
                            r * (grid.image_height + on.gap) + (grid.image_height - 1) / 2.0);
  for (std::size_t c = 0; c < grid.column_labels.size(); ++c)
    commands += fmt::format("set label {} at first {}, {} center offset character 0,0.8 noenhanced\n",
                            literal(grid.column_labels[c]),
                            c * (grid.image_width + on.gap) + (grid.image_width - 1) / 2.0, -0.5);
  return commands;
}

// UTF-8: bytes that continue a character are not counted.
int letters(const std::string& text) {
  return std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
}

// Margins in picture pixels, wide enough for the labels and the title.
struct Margins {
  int left, right, top, bottom;
};

Margins margins_of(const ImageGrid& grid, int width) {
  int longest = 0;
  for (const std::string& label : grid.row_labels) longest = std::max(longest, letters(label));
  const int left = longest == 0 ? 30 : 40 + 12 * longest;
  const int title_sticks_out = std::max(0, (15 * letters(grid.title) - width) / 2);
  const int top = (grid.title.empty() ? 20 : 60) + (grid.column_labels.empty() ? 0 : 30);
  return {.left = std::max(left, title_sticks_out), .right = std::max(30, title_sticks_out), .top = top, .bottom = 30};
}

template <typename Grey>
void add_image(ImageGrid& grid, std::span<const Grey> greys) {
  if (greys.size() != grid.image_height * grid.image_width)
    throw std::invalid_argument(fmt::format("image {} of grid \"{}\": {} values found, {}×{} = {} expected",
                                            grid.images.size(), grid.title, greys.size(), grid.image_height,
                                            grid.image_width, grid.image_height * grid.image_width));
  grid.images.emplace_back(greys.begin(), greys.end());
}

void check(const ImageGrid& grid) {
  if (grid.images.empty())
    throw std::invalid_argument(fmt::format("figure \"{}\" is empty: add an image", grid.title));
  if (grid.columns == 0)
    throw std::invalid_argument(fmt::format("grid \"{}\": columns is 0 (need at least 1)", grid.title));
  const Layout on = layout_of(grid);
  if (grid.row_labels.size() > on.rows || grid.column_labels.size() > on.columns)
    throw std::invalid_argument(
        fmt::format("grid \"{}\": {} row labels and {} column labels for {} rows and {} columns", grid.title,
                    grid.row_labels.size(), grid.column_labels.size(), on.rows, on.columns));
}

}  // namespace

void ImageGrid::image(std::span<const double> greys) { add_image(*this, greys); }
void ImageGrid::image(std::span<const float> greys) { add_image(*this, greys); }

Drawing ImageGrid::drawing() const {
  check(*this);
  const Layout on = layout_of(*this);
  const int wide = on.width * on.scale, high = on.height * on.scale;
  const Margins margin = margins_of(*this, wide);
  const int width = wide + margin.left + margin.right, height = high + margin.top + margin.bottom;
  const auto at = [](const char* side, int pixels, int of) {
    return fmt::format("set {} at screen {}.0/{}\n", side, pixels, of);
  };
  const std::string commands =
      captions(title, "", "") + (column_labels.empty() ? "" : "set title offset 0,1.3\n") + grid_commands(*this, on) +
      label_commands(*this, on) + at("lmargin", margin.left, width) + at("rmargin", margin.left + wide, width) +
      at("bmargin", margin.bottom, height) + at("tmargin", margin.bottom + high, height) +
      "unset border\nunset tics\nunset grid\nunset key\nunset colorbox\n" +
      fmt::format("set palette defined (0 {}, 1 {})\n", ink_on_paper ? "'white'" : "'black'",
                  ink_on_paper ? "'black'" : "'white'") +
      "set cbrange [0:1]\nset xrange [-0.5:W - 0.5]\nset yrange [H - 0.5:-0.5]\n" +
      plot_command(
          {"sample [u=0:W - 1:1] [v=0:H - 1:1] '++' using 1:2:(pixel(int($1 + 0.5), int($2 + 0.5))) with image"});
  return {.csv = csv_of(*this), .commands = commands, .width = width, .height = height};
}

}  // namespace plots
