#include "models/data/idx.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "models/data/files.hpp"

namespace models {
namespace {

constexpr std::uint32_t kLabels = 0x00000801;  // bytes in one dimension
constexpr std::uint32_t kImages = 0x00000803;  // bytes in three
constexpr std::uint32_t kLargestSize = 0x7fffffff;

using Bytes = std::vector<std::uint8_t>;

std::uint32_t big_endian(const std::uint8_t* b) {
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | std::uint32_t{b[3]};
}

std::string what(std::uint32_t magic) {
  if (magic == kImages) return "images (magic 0x00000803)";
  if (magic == kLabels) return "labels (magic 0x00000801)";
  return fmt::format("magic 0x{:08x}", magic);
}

void read_magic(InputFile& file, const std::string& path, std::uint32_t expected) {
  const Bytes bytes = file.read(4);
  if (bytes.size() < 4)
    throw std::runtime_error(
        fmt::format("{}: expected IDX {}, found only {} bytes", path, what(expected), bytes.size()));
  const std::uint32_t found = big_endian(bytes.data());
  if (found == expected) return;
  refuse_compressed(path, bytes);
  throw std::runtime_error(fmt::format("{}: expected IDX {}, found {}", path, what(expected), what(found)));
}

// The sizes, and their product. Neither a size, nor the values of a single row, nor all of them are more than
// 2^31 - 1, a size of 0 aside: 0 images of 2^16×2^16 pixels are refused, too.
std::vector<int> read_shape(InputFile& file, const std::string& path, std::size_t dimensions, std::size_t& values) {
  const Bytes bytes = file.read(4 * dimensions);
  if (bytes.size() < 4 * dimensions)
    throw std::runtime_error(fmt::format("{}: expected a header of {} bytes, found only {} bytes", path,
                                         4 + 4 * dimensions, 4 + bytes.size()));
  std::vector<int> shape;
  std::string text;
  std::uint64_t product = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    const std::uint32_t size = big_endian(&bytes[4 * i]);
    text += fmt::format("{}{}", i == 0 ? "" : "×", size);
    // a product that is too large is not multiplied further, so that it cannot wrap around to a right size
    if (product <= kLargestSize) product *= std::max(1u, size);
    shape.push_back(size);
  }
  if (product > kLargestSize)
    throw std::runtime_error(
        fmt::format("{}: the header announces {} values, more than the 2^31 - 1 that can be read", path, text));
  values = std::find(shape.begin(), shape.end(), 0) == shape.end() ? product : 0;
  return shape;
}

// Reads the sizes, and the values into `values`. What is wrong shows as early as it can: nothing is unpacked for a
// header that is not of this kind, and no more than the values that it announces.
std::vector<int> read(const std::string& path, std::uint32_t magic, Bytes& values) {
  InputFile file(path);
  read_magic(file, path, magic);
  std::size_t expected = 0;
  const std::vector<int> shape = read_shape(file, path, magic & 0xff, expected);
  values = file.read(expected);
  const bool more = values.size() == expected && !file.read(1).empty();
  if (more || values.size() < expected)
    throw std::runtime_error(fmt::format("{}: the header announces {} = {} values, but {} follow it", path,
                                         fmt::join(shape, "×"), expected,
                                         more ? "more" : fmt::format("{}", values.size())));
  return shape;
}

}  // namespace

IdxImages read_idx_images(const std::string& path) {
  IdxImages images;
  const std::vector<int> shape = read(path, kImages, images.pixels);
  images.count = shape[0], images.height = shape[1], images.width = shape[2];
  return images;
}

std::vector<std::uint8_t> read_idx_labels(const std::string& path) {
  std::vector<std::uint8_t> labels;
  read(path, kLabels, labels);
  return labels;
}

}  // namespace models
