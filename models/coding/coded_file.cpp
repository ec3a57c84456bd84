#include "models/coding/coded_file.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <stdexcept>
#include <string_view>

#include "models/data/files.hpp"
#include "models/training/kernels.hpp"

namespace models {

namespace {

static_assert(std::endian::native == std::endian::little, "words are written as they lie in memory");

template <class T>
std::uint32_t crc(std::span<const T> values, std::uint32_t before = 0) {
  return crc32_z(before, reinterpret_cast<const Bytef*>(values.data()), values.size_bytes());
}

struct CodedHeader {
  std::array<char, 8> format = {'B', 'I', 'T', 'S', 'B', 'A', 'C', '1'};
  std::uint32_t images = 0, model = 0, kernels = 0, words = 0, checksum = 0;
};
static_assert(sizeof(CodedHeader) == kCodedHeaderBytes);

// Everything but the checksum itself.
std::uint32_t checksum_of(CodedHeader header, std::span<const std::uint32_t> words) {
  header.checksum = 0;
  return crc(words, crc(std::span<const CodedHeader>(&header, 1)));
}

// The header of a code that this model writes here.
CodedHeader header_of(const BitsBack& coder, const CodedFile& coded) {
  const std::string shape = coder.vae().shape().text(), kernels = product_kernels();
  const autograd::Buffer<float>& values = coder.parameters().values();
  CodedHeader header;
  header.images = coded.images;
  header.model = crc(std::span<const float>(values.data(), values.size()), crc(std::span<const char>(shape)));
  header.kernels = crc(std::span<const char>(kernels));
  header.words = coded.words.size();
  header.checksum = checksum_of(header, coded.words);
  return header;
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw std::runtime_error(fmt::format("{}: {}", path, why));
}

// The header and the words of a file that is whole.
CodedHeader read_whole(const std::string& path, std::vector<std::uint32_t>& words) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  CodedHeader header;
  const auto expected = header.format;
  const std::size_t header_bytes = sizeof header;
  if (bytes.size() >= header_bytes) std::memcpy(&header, bytes.data(), header_bytes);
  if (bytes.size() < header_bytes || header.format != expected)
    refuse(path, fmt::format("expected a file of coded images, which begins with '{}' and has {} bytes or more; these "
                             "are {} other bytes",
                             std::string_view(expected.data(), expected.size()), header_bytes, bytes.size()));
  const std::size_t found = bytes.size() - header_bytes, whole = std::size_t{4} * header.words;
  if (found != whole)
    refuse(path, fmt::format("expected {} bytes of code after its header, found {}: it {}", whole, found,
                             found < whole ? "was cut short" : "has something else behind it"));
  words.resize(header.words);
  if (whole > 0) std::memcpy(words.data(), bytes.data() + header_bytes, whole);
  if (const std::uint32_t checksum = checksum_of(header, words); checksum != header.checksum)
    refuse(path, fmt::format("its checksum is {:08x}, expected {:08x}: it is damaged", checksum, header.checksum));
  return header;
}

}  // namespace

void save_coded(const std::string& path, const BitsBack& coder, const CodedFile& coded) {
  const CodedHeader header = header_of(coder, coded);
  const std::array parts{std::as_bytes(std::span(&header, 1)), std::as_bytes(std::span(coded.words))};
  replace_file(path, parts);
}

CodedFile load_coded(const std::string& path, const BitsBack& coder) {
  CodedFile coded;
  const CodedHeader found = read_whole(path, coded.words);
  if (found.images > std::uint32_t(std::numeric_limits<int>::max()))
    refuse(path, fmt::format("expected at most 2^31 images, found {}", found.images));
  coded.images = found.images;
  const CodedHeader here = header_of(coder, coded);
  if (found.model != here.model)
    refuse(path,
           fmt::format("it was written with a model whose checksum is {:08x}, this one, {}, has {:08x}: only the "
                       "same parameters decode it",
                       found.model, coder.vae().shape().text(), here.model));
  if (found.kernels != here.kernels)
    refuse(path, fmt::format("it was written with other matrix products than those of {} here, which do not round the "
                             "same: only the same ones decode it",
                             product_kernels()));
  return coded;
}

}  // namespace models
