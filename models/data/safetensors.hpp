#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace models {

// safetensors is the format of trained parameters that Python reads too (huggingface.co/docs/safetensors): a 64-bit
// little-endian length, a JSON header {"name": {"dtype", "shape", "data_offsets": [begin, end]}, ...}, then values.

// The types that are written and read here. A file may hold others: their tensors are listed, and cannot be read.
enum class Dtype { f32, f64, u8, i64 };

using Shape = std::vector<std::int64_t>;              // row-major; {} is a scalar
using Metadata = std::map<std::string, std::string>;  // stands under "__metadata__"

// A named tensor in memory that belongs to someone else and must outlive the call it is passed to.
struct TensorView {
  std::string name;
  Shape shape;
  Dtype dtype;
  const void* values;
};

// Throw std::invalid_argument when the shape's product is not values.size().
TensorView view(std::string name, Shape shape, std::span<const float> values);
TensorView view(std::string name, Shape shape, std::span<const double> values);
TensorView view(std::string name, Shape shape, std::span<const std::uint8_t> values);
TensorView view(std::string name, Shape shape, std::span<const std::int64_t> values);

// Writes the tensors, those of wider types first so that each is aligned, and replaces the file at path atomically
// (replace_file in files.hpp): whatever goes wrong, it holds either its old content or the new. Throws
// std::invalid_argument for a name that is empty, repeated, reserved or not UTF-8, and std::runtime_error when the
// file cannot be written.
void save_safetensors(const std::string& path, std::span<const TensorView> tensors, const Metadata& metadata = {});

// A tensor in a file: its values are bytes begin .. end - 1 after the header.
struct TensorInfo {
  std::string name;
  Shape shape;
  std::string dtype;  // as the file calls it: "F32", "F16"
  std::size_t begin;
  std::size_t end;
};

// A file, read whole and found valid.
class Safetensors {
 public:
  // Throws std::runtime_error that names the file and what is wrong with it: missing, shorter than its header, header
  // not JSON, with a key twice or not of this format, a tensor whose bytes do not fit its shape, that overlaps another
  // or leaves the file, bytes that belong to no tensor.
  explicit Safetensors(const std::string& path);

  const Metadata& metadata() const { return metadata_; }
  const std::vector<TensorInfo>& tensors() const { return tensors_; }  // in the order of their bytes
  bool contains(const std::string& name) const;

  // What the file says about a tensor, or under a key of the metadata; throw std::runtime_error when it says nothing.
  const TensorInfo& tensor(const std::string& name) const;
  const std::string& metadata(const std::string& key) const;

  // Copies a tensor into out. Throws std::runtime_error unless it is there with this very shape and type: "checkpoint
  // x.safetensors: tensor 'decoder.0.W' is 20×400 F32, expected 50×400 F32". Throws std::invalid_argument when the
  // shape's product is not out.size().
  void read(const std::string& name, const Shape& shape, std::span<float> out) const;
  void read(const std::string& name, const Shape& shape, std::span<double> out) const;
  void read(const std::string& name, const Shape& shape, std::span<std::uint8_t> out) const;
  void read(const std::string& name, const Shape& shape, std::span<std::int64_t> out) const;

 private:
  template <typename T>
  void read_as(const std::string& name, const Shape& shape, std::span<T> out) const;

  std::string path_;
  Metadata metadata_;
  std::vector<TensorInfo> tensors_;
  std::vector<std::uint8_t> values_;
};

}  // namespace models
