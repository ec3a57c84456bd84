#include "models/data/safetensors.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "tests/models/files.hpp"

using namespace models;

namespace {

// A file of this header, its right length before it, and so many bytes of values.
std::string file_of(const std::string& header, std::size_t value_bytes) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(value_bytes, '\1');
}

std::string load_error(const std::string& bytes) {
  const TemporaryFolder folder;
  return error_of<std::runtime_error>([&] { Safetensors(write_file(folder / "x", bytes)); }, folder / "");
}

const std::vector<float> kWeights = {1.5f, -2, 3, 4, 5, -0.f};
const std::vector<double> kBias = {0.1, -1e300, std::numeric_limits<double>::infinity()};
const std::vector<std::uint8_t> kLabels = {7, 0, 255};
const std::vector<std::int64_t> kStep = {-1234567890123};

void save_example(const std::string& path) {
  const TensorView tensors[] = {view("labels", {3}, kLabels), view("decoder.0.W", {2, 3}, kWeights),
                                view("decoder.0.b", {3}, kBias), view("step", {}, kStep),
                                view("empty", {0, 5}, std::span<const float>())};
  save_safetensors(path, tensors, {{"model", "vae \"β\""}, {"seed", "42"}});
}

// An interpreter with numpy, or "".
std::string python() {
  for (const std::string name : {"python3", "/usr/bin/python3"}) {
    if (std::system((name + " -c 'import numpy' >/dev/null 2>&1").c_str()) == 0) return name;
  }
  return "";
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("safetensors: what was saved is loaded") {
    const TemporaryFolder folder;
    save_example(folder / "x");
    const Safetensors file(folder / "x");
    CHECK(file.metadata() == Metadata{{"model", "vae \"β\""}, {"seed", "42"}});
    CHECK(file.metadata("seed") == "42");
    CHECK(file.tensors().size() == 5);
    CHECK(file.contains("step"));
    CHECK_FALSE(file.contains("Step"));
    CHECK(file.tensor("decoder.0.W").shape == Shape{2, 3});
    CHECK(file.tensor("labels").dtype == "U8");

    std::vector<float> weights(6);
    std::vector<double> bias(3);
    std::vector<std::uint8_t> labels(3);
    std::vector<std::int64_t> step(1);
    file.read("decoder.0.W", {2, 3}, weights);
    file.read("decoder.0.b", {3}, bias);
    file.read("labels", {3}, labels);
    file.read("step", {}, step);
    file.read("empty", {0, 5}, std::span<float>());
    CHECK(weights == kWeights);
    CHECK(std::signbit(weights[5]));
    CHECK(bias == kBias);
    CHECK(labels == kLabels);
    CHECK(step == kStep);
  }

  TEST_CASE("safetensors: every tensor lies at a multiple of its size, the values at a multiple of 8") {
    const TemporaryFolder folder;
    save_example(folder / "x");
    std::uint64_t length = 0;
    std::memcpy(&length, content_of(folder / "x").data(), 8);
    CHECK(length % 8 == 0);
    const Safetensors file(folder / "x");
    CHECK(file.tensor("decoder.0.b").begin % 8 == 0);
    CHECK(file.tensor("step").begin % 8 == 0);
    CHECK(file.tensor("decoder.0.W").begin % 4 == 0);
  }

  TEST_CASE("safetensors: Python reads the same numbers") {
    const std::string interpreter = python();
    if (interpreter.empty()) {
      MESSAGE("skipped: no Python with numpy here");
      return;
    }
    const TemporaryFolder folder;
    save_example(folder / "x");
    write_file(folder / "read.py", R"(
import json, struct, sys
import numpy as np
data = open(sys.argv[1], 'rb').read()
length, = struct.unpack('<Q', data[:8])
header = json.loads(data[8:8 + length])
types = {'F32': np.float32, 'F64': np.float64, 'U8': np.uint8, 'I64': np.int64}
def tensor(name):
    begin, end = header[name]['data_offsets']
    values = np.frombuffer(data[8 + length + begin:8 + length + end], types[header[name]['dtype']])
    return values.reshape(header[name]['shape'])
assert header['__metadata__'] == {'model': 'vae "\u03b2"', 'seed': '42'}
assert tensor('decoder.0.W').tolist() == [[1.5, -2, 3], [4, 5, 0]]
assert tensor('decoder.0.b').tolist() == [0.1, -1e300, float('inf')]
assert tensor('labels').tolist() == [7, 0, 255]
assert tensor('step').tolist() == -1234567890123
assert tensor('empty').shape == (0, 5)
assert max(header[n]['data_offsets'][1] for n in header if n != '__metadata__') == len(data) - 8 - length
)");
    CHECK(std::system((interpreter + " " + (folder / "read.py") + " " + (folder / "x")).c_str()) == 0);
  }

  TEST_CASE("safetensors: what cannot be saved leaves the old file") {
    const TemporaryFolder folder;
    save_example(folder / "x");
    const std::string old = content_of(folder / "x");
    const auto error = [&](const std::string& name) {
      const TensorView tensors[] = {view("a", {3}, kBias), view(name, {3}, kLabels)};
      return error_of<std::invalid_argument>([&] { save_safetensors(folder / "x", tensors); }, folder / "");
    };
    for (const std::string name : {"", "a", "__metadata__"})
      CHECK(error(name) == "checkpoint x: the name '" + name + "' is empty, reserved, or given to two tensors");
    CHECK(error("\xff") == "a tensor's name or the metadata is not UTF-8");
    CHECK(content_of(folder / "x") == old);
    CHECK(error_of<std::invalid_argument>([] { view("w", {2, 2}, kBias); }) == "tensor 'w': 3 values are not 2×2 F64");
    CHECK(error_of<std::invalid_argument>([] {
            view("w", {-1, -3}, kBias);
          }) == "tensor 'w': 3 values are not -1×-3 F64");
    CHECK_THROWS_AS(view("w", {1ll << 32, 1ll << 32}, std::span<const float>()), std::invalid_argument);
  }

  TEST_CASE("safetensors: a tensor that is not what the model expects") {
    const TemporaryFolder folder;
    save_example(folder / "x.safetensors");
    const Safetensors file(folder / "x.safetensors");
    const auto error = [&](const auto& read) { return error_of<std::runtime_error>(read, folder / ""); };
    std::vector<float> out(6);
    std::vector<double> wide(6);
    CHECK(error([&] {
            file.read("decoder.0.W", {3, 2}, out);
          }) == "checkpoint x.safetensors: tensor 'decoder.0.W' is 2×3 F32, expected 3×2 F32");
    CHECK(error([&] {
            file.read("decoder.0.W", {2, 3}, wide);
          }) == "checkpoint x.safetensors: tensor 'decoder.0.W' is 2×3 F32, expected 2×3 F64");
    CHECK(error([&] { file.read("step", {6}, out); }) ==
          "checkpoint x.safetensors: tensor 'step' is a scalar I64, expected 6 F32");
    CHECK(error([&] { file.read("decoder.1.W", {6}, out); }) ==
          "checkpoint x.safetensors: no tensor 'decoder.1.W': did you mean 'decoder.0.W'?");
    CHECK(error([&] { file.metadata("Seed"); }) == "checkpoint x.safetensors: no metadata 'Seed'");
    CHECK_THROWS_AS(file.read("decoder.0.W", {2, 3}, std::span(out).first(5)), std::invalid_argument);
    CHECK(out == std::vector<float>(6));
  }

  TEST_CASE("safetensors: files that are not valid") {
    CHECK(load_error("1234567") == "checkpoint x: 7 bytes are too few for a safetensors file");
    CHECK(load_error(file_of("{}", 0).substr(0, 9)) ==
          "checkpoint x: its header should have 2 bytes, but only 1 follow");
    CHECK(load_error(std::string(8, '\xff')) ==
          "checkpoint x: its header should have 18446744073709551615 bytes, but only 0 follow");
    CHECK(load_error(file_of("", 0)) == "checkpoint x: the header is not a JSON object");
    CHECK(load_error(file_of("{\"a\":", 0)) == "checkpoint x: the header is not a JSON object");
    CHECK(load_error(file_of("[1]", 0)) == "checkpoint x: the header is not a JSON object");
    CHECK(load_error(file_of("{}  ", 0)) == "");
    CHECK(load_error(file_of("{}", 3)) == "checkpoint x: 3 bytes at the end belong to no tensor");
    CHECK(load_error(file_of(R"({"__metadata__":3})", 0)) ==
          "checkpoint x: the header's __metadata__ is not an object");
    CHECK(load_error(file_of(R"({"__metadata__":{"a":3}})", 0)) ==
          "checkpoint x: the header's __metadata__ 'a' is not a string");
    const std::string malformed =
        "checkpoint x: the header's entry 'a' is not a tensor with dtype, shape and two data_offsets";
    for (const std::string entry :
         {R"(3)", R"({})", R"({"dtype":"F32","shape":[1]})", R"({"dtype":3,"shape":[1],"data_offsets":[0,4]})",
          R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})",
          R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,4]})", R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})",
          R"({"dtype":"F32","shape":[1],"data_offsets":[0]})", R"({"dtype":"F32","shape":[1],"data_offsets":[0,4,8]})",
          R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]})"})
      CHECK(load_error(file_of("{\"a\":" + entry + "}", 4)) == malformed);
  }

  TEST_CASE("safetensors: what another reader may take for something else is refused") {
    const std::string not_json = "checkpoint x: the header is not a JSON object",
                      a = R"("a":{"dtype":"U8","shape":[1],)";
    CHECK(load_error(file_of(std::string("{}\0", 3), 0)) == not_json);
    CHECK(load_error(file_of(std::string("{}\0garbage", 10), 0)) == not_json);
    CHECK(load_error(file_of("{}x", 0)) == not_json);
    CHECK(load_error(file_of("\xef\xbb\xbf{}", 0)) == not_json);
    CHECK(load_error(file_of(" {}", 0)) == not_json);
    CHECK(load_error(file_of("{" + a + R"("data_offsets":[0,1]},)" + a + R"("data_offsets":[0,1]}})", 1)) ==
          "checkpoint x: the header has the key 'a' twice");
    CHECK(load_error(file_of(R"({"__metadata__":{"k":"1","k":"2"}})", 0)) ==
          "checkpoint x: the header has the key 'k' twice");
    CHECK(load_error(file_of(R"({"__metadata__":{},"__metadata__":{"k":"2"}})", 0)) ==
          "checkpoint x: the header has the key '__metadata__' twice");
    CHECK(load_error(file_of("{" + a + R"("shape":[2],"data_offsets":[0,2]}})", 2)) ==
          "checkpoint x: the header has the key 'shape' twice");
    // the same key in two objects
    CHECK(load_error(file_of(R"({"__metadata__":{"dtype":""},)" + a + R"("data_offsets":[0,1]}})", 1)) == "");
    const TemporaryFolder folder;
    write_gz(folder / "a.gz", file_of("{}", 0));
    CHECK(load_error(content_of(folder / "a.gz")) ==
          "x: its content is compressed with gzip: give it a name that ends in .gz");
  }

  TEST_CASE("safetensors: a tensor of another type does not hide the rest") {
    const TemporaryFolder folder;
    write_file(folder / "x", file_of(R"({"half":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},)"
                                     R"("b":{"dtype":"U8","shape":[2],"data_offsets":[6,8]}})",
                                     8));
    const Safetensors file(folder / "x");
    std::vector<std::uint8_t> b(2);
    file.read("b", {2}, b);
    CHECK(b == std::vector<std::uint8_t>{1, 1});
    CHECK(file.tensor("half").dtype == "F16");
    CHECK(file.tensor("half").shape == Shape{3});
    std::vector<float> out(3);
    CHECK(error_of<std::runtime_error>([&] { file.read("half", {3}, out); }, folder / "") ==
          "checkpoint x: tensor 'half' is 3 F16, expected 3 F32");
    CHECK(load_error(file_of(R"({"half":{"dtype":"F16","shape":[3],"data_offsets":[6,0]}})", 6)) != "");
    CHECK(load_error(file_of(R"({"half":{"dtype":"F16","shape":[3],"data_offsets":[0,7]}})", 6)) != "");
  }

  TEST_CASE("safetensors: a header of many tensors") {
    // Who looks through all of them for each takes minutes, and is seen to hang.
    std::vector<TensorView> tensors;
    for (int i = 0; i < 60'000; ++i) tensors.push_back(view("tensor " + std::to_string(i), {}, kStep));
    const TemporaryFolder folder;
    save_safetensors(folder / "x", tensors);
    CHECK(Safetensors(folder / "x").tensors().size() == 60'000);
  }

  TEST_CASE("safetensors: tensors that do not fit their file") {
    const auto a = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
      return R"("a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
    };
    const auto error = [](const std::string& entries, std::size_t bytes) {
      return load_error(file_of("{" + entries + "}", bytes));
    };
    CHECK(error(a("F32", "[2]", "[0,8]"), 8) == "");
    CHECK(error(a("F32", "[2,3]", "[0,20]"), 20) ==
          "checkpoint x: tensor 'a' is 2×3 F32 = 24 bytes, but its data_offsets are 0 and 20");
    CHECK(error(a("F32", "[1]", "[4,0]"), 4) ==
          "checkpoint x: tensor 'a' is 1 F32 = 4 bytes, but its data_offsets are 4 and 0");
    // 2^32 · 2^32 · 4 is 0 in 64 bits
    CHECK(
        error(a("F32", "[4294967296,4294967296]", "[0,0]"), 0) ==
        "checkpoint x: tensor 'a' is 4294967296×4294967296 F32 = 4611686018427387904 bytes, but its data_offsets are "
        "0 and 0");
    CHECK(error(a("F32", "[2]", "[0,8]"), 7) ==
          "checkpoint x: tensor 'a' ends at byte 8, but only 7 bytes of values follow the header");
    CHECK(error(a("F32", "[2]", "[0,8]"), 9) == "checkpoint x: 1 bytes at the end belong to no tensor");
    const std::string b = R"("b":{"dtype":"U8","shape":[4],"data_offsets":[6,10]},)";
    CHECK(error(b + a("F32", "[2]", "[0,8]"), 10) ==
          "checkpoint x: tensor 'b' begins at byte 6, expected 8, where the one before it ends");
    CHECK(error(b + a("F32", "[1]", "[0,4]"), 10) ==
          "checkpoint x: tensor 'b' begins at byte 6, expected 4, where the one before it ends");
  }
}
