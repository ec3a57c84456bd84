#include "models/data/safetensors_header.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <tuple>

namespace models {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMost = std::size_t{1} << 62;

struct Type {
  std::string_view name;
  std::size_t bytes;
};
constexpr Type kTypes[] = {{"F32", 4}, {"F64", 8}, {"U8", 1}, {"I64", 8}};  // in the order of Dtype

const Type& type_of(Dtype dtype) { return kTypes[std::size_t(dtype)]; }

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

// Of a type that is not read here only the order of the offsets is checked: a reader may still skip such a tensor.
void check_size(const TensorInfo& tensor) {
  const auto* type =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Type& t) { return t.name == tensor.dtype; });
  const bool known = type != std::end(kTypes);
  const std::size_t bytes = known ? byte_count(tensor.shape, Dtype(type - kTypes)) : tensor.end - tensor.begin;
  if (tensor.end < tensor.begin || tensor.end - tensor.begin != bytes)
    throw std::runtime_error(fmt::format("tensor '{}' is {} = {} bytes, but its data_offsets are {} and {}",
                                         tensor.name, describe(tensor.shape, tensor.dtype), bytes, tensor.begin,
                                         tensor.end));
}

TensorInfo parse_tensor(const std::string& name, const Json& entry) {
  if (!is_tensor(entry))
    throw std::runtime_error(
        fmt::format("the header's entry '{}' is not a tensor with dtype, shape and two data_offsets", name));
  const TensorInfo tensor{name, entry["shape"].get<Shape>(), entry["dtype"].get<std::string>(),
                          entry["data_offsets"][0].get<std::size_t>(), entry["data_offsets"][1].get<std::size_t>()};
  check_size(tensor);
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

// Goes through a JSON text and throws for an object with the same key twice.
class KeyCheck : public nlohmann::json_sax<Json> {
 public:
  bool start_object(std::size_t) override { return keys_.emplace_back(), true; }
  bool end_object() override { return keys_.pop_back(), true; }
  bool key(string_t& key) override {
    if (!keys_.back().insert(key).second)
      throw std::runtime_error(fmt::format("the header has the key '{}' twice", key));
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

 private:
  std::vector<std::set<std::string>> keys_;  // of the objects that are open
};

// The text as JSON. The library keeps the last of equal keys and stops at a NUL byte as if the text ended there; both
// are refused here, with a byte order mark, because another reader may see another file. Keys are checked in a pass of
// their own: the library's parser with a callback looks through all entries after each.
Json parse_json(std::string_view text) {
  const bool begins_and_ends = text.starts_with('{') && text.find('\0') == std::string_view::npos;
  KeyCheck check;
  if (!begins_and_ends || !Json::sax_parse(text, &check)) throw std::runtime_error("the header is not a JSON object");
  return Json::parse(text);
}

}  // namespace

std::string_view name_of(Dtype dtype) { return type_of(dtype).name; }

std::string describe(const Shape& shape, std::string_view dtype) {
  return shape.empty() ? fmt::format("a scalar {}", dtype) : fmt::format("{} {}", fmt::join(shape, "×"), dtype);
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
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  // operator[] would look through all keys for each
  auto& entries = json.get_ref<nlohmann::ordered_json::object_t&>();
  if (!header.metadata.empty()) entries.emplace_back("__metadata__", header.metadata);
  for (const TensorInfo& tensor : header.tensors)
    entries.emplace_back(tensor.name, nlohmann::ordered_json{{"dtype", tensor.dtype},
                                                             {"shape", tensor.shape},
                                                             {"data_offsets", {tensor.begin, tensor.end}}});
  try {
    return json.dump();
  } catch (const nlohmann::ordered_json::exception&) {
    throw std::invalid_argument("a tensor's name or the metadata is not UTF-8");
  }
}

SafetensorsHeader parse_header(std::string_view text, std::size_t value_bytes) {
  const Json json = parse_json(text);
  SafetensorsHeader header;
  for (const auto& [name, entry] : json.items()) {
    if (name == "__metadata__") {
      header.metadata = parse_metadata(entry);
    } else {
      header.tensors.push_back(parse_tensor(name, entry));
    }
  }
  std::sort(header.tensors.begin(), header.tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  check_layout(header.tensors, value_bytes);
  return header;
}

}  // namespace models
