#include "models/data/safetensors_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace models {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMost = std::size_t{1} << 62;

struct Type {
  const char* name;
  std::size_t bytes;
};
constexpr Type kTypes[] = {{"F32", 4}, {"F64", 8}, {"U8", 1}, {"I64", 8}};  // in the order of Dtype

const Type& type_of(Dtype dtype) { return kTypes[std::size_t(dtype)]; }

Dtype parse_dtype(const std::string& tensor, const std::string& text) {
  const auto* found =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Type& t) { return t.name == text; });
  if (found == std::end(kTypes))
    throw std::runtime_error(
        fmt::format("tensor '{}' has the dtype '{}', expected one of F32, F64, U8, I64", tensor, text));
  return Dtype(found - kTypes);
}

bool is_list_of_sizes(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& size) {
           return size.is_number_unsigned() && size.get<std::uint64_t>() <= kMost;
         });
}

bool is_tensor(const Json& entry) {
  return entry.is_object() && entry.contains("dtype") && entry["dtype"].is_string() && entry.contains("shape") &&
         is_list_of_sizes(entry["shape"]) && entry.contains("data_offsets") &&
         is_list_of_sizes(entry["data_offsets"]) && entry["data_offsets"].size() == 2;
}

TensorInfo parse_tensor(const std::string& name, const Json& entry) {
  if (!is_tensor(entry))
    throw std::runtime_error(
        fmt::format("the header's entry '{}' is not a tensor with dtype, shape and two data_offsets", name));
  const TensorInfo tensor{name, entry["shape"].get<Shape>(), parse_dtype(name, entry["dtype"].get<std::string>()),
                          entry["data_offsets"][0].get<std::size_t>(), entry["data_offsets"][1].get<std::size_t>()};
  if (tensor.end < tensor.begin || tensor.end - tensor.begin != byte_count(tensor.shape, tensor.dtype))
    throw std::runtime_error(fmt::format("tensor '{}' is {} = {} bytes, but its data_offsets are {} and {}", name,
                                         describe(tensor.shape, tensor.dtype), byte_count(tensor.shape, tensor.dtype),
                                         tensor.begin, tensor.end));
  return tensor;
}

Metadata parse_metadata(const Json& entry) {
  Metadata metadata;
  if (!entry.is_object()) throw std::runtime_error("the header's __metadata__ is not an object");
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string())
      throw std::runtime_error(fmt::format("the header's __metadata__ '{}' is not a string", key));
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

void check_layout(const std::vector<TensorInfo>& tensors, std::size_t value_bytes) {
  std::size_t end = 0;
  for (const TensorInfo& tensor : tensors) {
    if (tensor.begin != end)
      throw std::runtime_error(fmt::format("tensor '{}' begins at byte {}, expected {}, where the one before it ends",
                                           tensor.name, tensor.begin, end));
    if (tensor.end > value_bytes)
      throw std::runtime_error(
          fmt::format("tensor '{}' ends at byte {}, but only {} bytes of values follow the header", tensor.name,
                      tensor.end, value_bytes));
    end = tensor.end;
  }
  if (end != value_bytes)
    throw std::runtime_error(fmt::format("{} bytes at the end belong to no tensor", value_bytes - end));
}

}  // namespace

std::string describe(const Shape& shape, Dtype dtype) {
  if (shape.empty()) return fmt::format("a scalar {}", type_of(dtype).name);
  std::string text = std::to_string(shape[0]);
  for (std::size_t i = 1; i < shape.size(); ++i) text += fmt::format("×{}", shape[i]);
  return fmt::format("{} {}", text, type_of(dtype).name);
}

std::size_t byte_count(const Shape& shape, Dtype dtype) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  std::size_t bytes = type_of(dtype).bytes;
  for (const std::int64_t size : shape) {
    const std::size_t factor = size;
    bytes = bytes > kMost / factor ? kMost : bytes * factor;
  }
  return bytes;
}

std::string format_header(const SafetensorsHeader& header) {
  Json json = Json::object();
  if (!header.metadata.empty()) json["__metadata__"] = header.metadata;
  for (const TensorInfo& tensor : header.tensors)
    json[tensor.name] = {{"dtype", type_of(tensor.dtype).name},
                         {"shape", tensor.shape},
                         {"data_offsets", Json::array({tensor.begin, tensor.end})}};
  try {
    return json.dump();
  } catch (const Json::exception&) {
    throw std::invalid_argument("a tensor's name or the metadata is not UTF-8");
  }
}

SafetensorsHeader parse_header(std::string_view text, std::size_t value_bytes) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw std::runtime_error("the header is not a JSON object");
  SafetensorsHeader header;
  for (const auto& [name, entry] : json.items()) {
    if (name == "__metadata__") {
      header.metadata = parse_metadata(entry);
    } else {
      header.tensors.push_back(parse_tensor(name, entry));
    }
  }
  std::sort(header.tensors.begin(), header.tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_layout(header.tensors, value_bytes);
  return header;
}

}  // namespace models
