#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/data/safetensors.hpp"

namespace models {

// The JSON header of a safetensors file. It stands apart from the rest because the JSON library takes long to compile.

// "F32"
std::string_view name_of(Dtype dtype);

// "50×400 F32", or "a scalar F32".
std::string describe(const Shape& shape, std::string_view dtype);

// The bytes of a tensor's values. Shapes no file could hold give 2^62 or more, never a product that wrapped around.
std::size_t byte_count(const Shape& shape, Dtype dtype);

struct SafetensorsHeader {
  Metadata metadata;
  std::vector<TensorInfo> tensors;
};

// The header as JSON text. Throws std::invalid_argument for text that is not UTF-8.
std::string format_header(const SafetensorsHeader& header);

// Reads the text of a header whose file holds value_bytes bytes of values; tensors come in the order of their bytes,
// which they cover without a hole. Throws std::runtime_error, without the file's name, for a header that is not valid.
SafetensorsHeader parse_header(std::string_view text, std::size_t value_bytes);

}  // namespace models
