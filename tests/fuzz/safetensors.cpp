// safetensors files: whatever is accepted can be read, and saved again to a file with the same content.
#include "models/data/safetensors.hpp"

#include <deque>
#include <numeric>

#include "tests/fuzz/input.hpp"

using namespace models;

namespace {

template <class T>
TensorView read(const Safetensors& file, const TensorInfo& tensor, std::deque<std::vector<T>>& memory) {
  memory.emplace_back((tensor.end - tensor.begin) / sizeof(T));
  file.read(tensor.name, tensor.shape, memory.back());
  return view(tensor.name, tensor.shape, std::span<const T>(memory.back()));
}

void save_again(const Safetensors& file) {
  std::deque<std::vector<float>> f32;
  std::deque<std::vector<double>> f64;
  std::deque<std::vector<std::uint8_t>> u8;
  std::deque<std::vector<std::int64_t>> i64;
  std::vector<TensorView> views;
  for (const TensorInfo& tensor : file.tensors()) {
    if (tensor.name.empty()) return;  // may be read, but not written
    if (tensor.dtype == "F32") views.push_back(read(file, tensor, f32));
    if (tensor.dtype == "F64") views.push_back(read(file, tensor, f64));
    if (tensor.dtype == "U8") views.push_back(read(file, tensor, u8));
    if (tensor.dtype == "I64") views.push_back(read(file, tensor, i64));
  }
  const std::string path = fuzz::file("again", "");
  save_safetensors(path, views, file.metadata());
  const Safetensors again(path);
  fuzz::require(again.metadata() == file.metadata(), "the metadata stay");
  fuzz::require(again.tensors().size() == views.size(), "every tensor stays");
  for (const TensorView& tensor : views)
    fuzz::require(again.tensor(tensor.name).shape == tensor.shape, "a tensor keeps its shape");
}

}  // namespace

// The fuzzer's bytes are a header and 16 bytes of values behind it; an input that begins with 0 is a whole file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(data, data + size);
  if (size > 0 && data[0] == 0) {
    bytes.erase(0, 1);
  } else {
    const std::uint64_t length = size;
    bytes = std::string(reinterpret_cast<const char*>(&length), 8) + bytes + std::string(16, '\1');
  }
  fuzz::reads([&] { save_again(Safetensors(fuzz::file("f", bytes))); });
  return 0;
}
