#include "models/data/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string_view>

#include "models/data/files.hpp"
#include "models/data/nearest.hpp"
#include "models/data/safetensors_header.hpp"

namespace models {
namespace {

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

template <typename T>
constexpr Dtype kDtype = std::is_same_v<T, float>          ? Dtype::f32
                         : std::is_same_v<T, double>       ? Dtype::f64
                         : std::is_same_v<T, std::uint8_t> ? Dtype::u8
                                                           : Dtype::i64;

template <typename T>
void check_size(const std::string& name, const Shape& shape, std::span<const T> values) {
  const bool negative = std::any_of(shape.begin(), shape.end(), [](std::int64_t size) { return size < 0; });
  if (negative || byte_count(shape, kDtype<T>) != values.size_bytes())
    throw std::invalid_argument(
        fmt::format("tensor '{}': {} values are not {}", name, values.size(), describe(shape, name_of(kDtype<T>))));
}

template <typename T>
TensorView view_of(std::string name, Shape shape, std::span<const T> values) {
  check_size(name, shape, values);
  return {std::move(name), std::move(shape), kDtype<T>, values.data()};
}

void check_names(const std::string& path, std::span<const TensorView> tensors) {
  std::set<std::string> names = {"", "__metadata__"};
  for (const TensorView& tensor : tensors) {
    if (!names.insert(tensor.name).second)
      throw std::invalid_argument(
          fmt::format("checkpoint {}: the name '{}' is empty, reserved, or given to two tensors", path, tensor.name));
  }
}

std::size_t byte_count(const TensorView& tensor) { return byte_count(tensor.shape, tensor.dtype); }

// Takes length and header from the beginning of a file's bytes, once they are found valid, and leaves the values.
SafetensorsHeader take_header(std::vector<std::uint8_t>& bytes) {
  std::uint64_t length = 0;
  if (bytes.size() < sizeof length)
    throw std::runtime_error(fmt::format("{} bytes are too few for a safetensors file", bytes.size()));
  std::memcpy(&length, bytes.data(), sizeof length);
  const std::size_t left = bytes.size() - sizeof length;
  if (length > left)
    throw std::runtime_error(fmt::format("its header should have {} bytes, but only {} follow", length, left));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + sizeof length, length);
  SafetensorsHeader header = parse_header(text, left - length);
  bytes.erase(bytes.begin(), bytes.begin() + std::ptrdiff_t(sizeof length + length));
  return header;
}

}  // namespace

TensorView view(std::string name, Shape shape, std::span<const float> values) {
  return view_of(std::move(name), std::move(shape), values);
}
TensorView view(std::string name, Shape shape, std::span<const double> values) {
  return view_of(std::move(name), std::move(shape), values);
}
TensorView view(std::string name, Shape shape, std::span<const std::uint8_t> values) {
  return view_of(std::move(name), std::move(shape), values);
}
TensorView view(std::string name, Shape shape, std::span<const std::int64_t> values) {
  return view_of(std::move(name), std::move(shape), values);
}

void save_safetensors(const std::string& path, std::span<const TensorView> tensors, const Metadata& metadata) {
  check_names(path, tensors);
  std::vector<TensorView> sorted(tensors.begin(), tensors.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const TensorView& a, const TensorView& b) {
    return byte_count({}, a.dtype) > byte_count({}, b.dtype);
  });
  SafetensorsHeader header{metadata, {}};
  std::size_t begin = 0;
  for (const TensorView& tensor : sorted) {
    header.tensors.push_back(
        {tensor.name, tensor.shape, std::string(name_of(tensor.dtype)), begin, begin + byte_count(tensor)});
    begin = header.tensors.back().end;
  }
  std::string text = format_header(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the values begin at a multiple of 8 bytes
  const std::uint64_t length = text.size();

  std::vector<std::span<const std::byte>> parts = {std::as_bytes(std::span(&length, 1)),
                                                   std::as_bytes(std::span(text))};
  for (const TensorView& tensor : sorted)
    parts.emplace_back(static_cast<const std::byte*>(tensor.values), byte_count(tensor));
  replace_file(path, parts);
}

Safetensors::Safetensors(const std::string& path) : path_(path), values_(read_file(path)) {
  try {
    SafetensorsHeader header = take_header(values_);
    metadata_ = std::move(header.metadata);
    tensors_ = std::move(header.tensors);
  } catch (const std::runtime_error& error) {
    refuse_compressed(path, values_);
    throw std::runtime_error(fmt::format("checkpoint {}: {}", path, error.what()));
  }
}

bool Safetensors::contains(const std::string& name) const {
  return std::any_of(tensors_.begin(), tensors_.end(), [&](const TensorInfo& tensor) { return tensor.name == name; });
}

const TensorInfo& Safetensors::tensor(const std::string& name) const {
  for (const TensorInfo& tensor : tensors_) {
    if (tensor.name == name) return tensor;
  }
  std::vector<std::string> names;
  for (const TensorInfo& tensor : tensors_) names.push_back(tensor.name);
  throw std::runtime_error(fmt::format("checkpoint {}: no tensor '{}'{}", path_, name, did_you_mean(name, names)));
}

const std::string& Safetensors::metadata(const std::string& key) const {
  const auto found = metadata_.find(key);
  if (found == metadata_.end()) throw std::runtime_error(fmt::format("checkpoint {}: no metadata '{}'", path_, key));
  return found->second;
}

template <typename T>
void Safetensors::read_as(const std::string& name, const Shape& shape, std::span<T> out) const {
  check_size<T>(name, shape, out);
  const TensorInfo& found = tensor(name);
  if (found.shape != shape || found.dtype != name_of(kDtype<T>))
    throw std::runtime_error(fmt::format("checkpoint {}: tensor '{}' is {}, expected {}", path_, name,
                                         describe(found.shape, found.dtype), describe(shape, name_of(kDtype<T>))));
  std::copy(values_.begin() + found.begin, values_.begin() + found.end, reinterpret_cast<std::uint8_t*>(out.data()));
}

void Safetensors::read(const std::string& name, const Shape& shape, std::span<float> out) const {
  read_as(name, shape, out);
}
void Safetensors::read(const std::string& name, const Shape& shape, std::span<double> out) const {
  read_as(name, shape, out);
}
void Safetensors::read(const std::string& name, const Shape& shape, std::span<std::uint8_t> out) const {
  read_as(name, shape, out);
}
void Safetensors::read(const std::string& name, const Shape& shape, std::span<std::int64_t> out) const {
  read_as(name, shape, out);
}

}  // namespace models
