#include "models/data/idx.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "models/data/files.hpp"

namespace models {
namespace {

constexpr std::uint32_t kLabels = 0x00000801;  // bytes in one dimension
constexpr std::uint32_t kImages = 0x00000803;  // bytes in three
constexpr std::uint32_t kLargestSize = 0x7fffffff;

using Bytes = std::vector<std::uint8_t>;

std::uint32_t big_endian(const Bytes& bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 |
         std::uint32_t{bytes[at + 3]};
}

std::string what(std::uint32_t magic) {
  if (magic == kImages) return "images (magic 0x00000803)";
  if (magic == kLabels) return "labels (magic 0x00000801)";
  return fmt::format("magic 0x{:08x}", magic);
}

// Reads the file and checks its header; leaves the values alone in bytes.
std::vector<int> read_header(const std::string& path, std::uint32_t magic, Bytes& bytes) {
  bytes = read_file(path);
  const std::size_t dimensions = magic & 0xff, header = 4 + 4 * dimensions;
  if (bytes.size() < 4)
    throw std::runtime_error(fmt::format("{}: expected IDX {}, found only {} bytes", path, what(magic), bytes.size()));
  if (big_endian(bytes, 0) != magic)
    throw std::runtime_error(
        fmt::format("{}: expected IDX {}, found {}", path, what(magic), what(big_endian(bytes, 0))));
  if (bytes.size() < header)
    throw std::runtime_error(
        fmt::format("{}: expected a header of {} bytes, found only {} bytes", path, header, bytes.size()));
  std::vector<int> shape;
  std::string text;
  std::uint64_t expected = 1;
  bool readable = true;
  for (std::size_t i = 0; i < dimensions; ++i) {
    const std::uint32_t size = big_endian(bytes, 4 + 4 * i);
    text += fmt::format("{}{}", i == 0 ? "" : "×", size);
    // as soon as one product is too large nothing more is multiplied: it cannot wrap around to the right size
    if (readable) expected *= size;
    readable = readable && size <= kLargestSize && expected <= kLargestSize;
    shape.push_back(size);
  }
  const std::size_t found = bytes.size() - header;
  if (!readable)
    throw std::runtime_error(
        fmt::format("{}: the header announces {} values, more than the 2^31 - 1 that can be read", path, text));
  if (expected != found)
    throw std::runtime_error(
        fmt::format("{}: the header announces {} = {} values, but {} follow it", path, text, expected, found));
  bytes.erase(bytes.begin(), bytes.begin() + header);
  return shape;
}

}  // namespace

IdxImages read_idx_images(const std::string& path) {
  IdxImages images;
  const std::vector<int> shape = read_header(path, kImages, images.pixels);
  images.count = shape[0], images.height = shape[1], images.width = shape[2];
  return images;
}

std::vector<std::uint8_t> read_idx_labels(const std::string& path) {
  std::vector<std::uint8_t> labels;
  read_header(path, kLabels, labels);
  return labels;
}

}  // namespace models
