#include "models/vae/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

#include "models/training/kernels.hpp"

namespace models {

namespace {

// The numbers of a matrix or buffer; constant if that is constant.
template <class M>
auto numbers(M& x) {
  return std::span(x.data(), x.size());
}

template <class M>
Shape shape_of(const M& x) {
  return {x.rows(), x.cols()};
}

// Calls f(name, shape, span) for every tensor of numbers S: parameters, and the optimiser's moments and bases. The
// checkpoint may be const, and so are the spans then.
template <class Checkpoint, class F>
void each_tensor(Checkpoint& checkpoint, F f) {
  auto& [parameters, optimiser, eigenbasis, sums, images, history] = checkpoint;
  for (const auto& [name, rows, cols, offset] : parameters.entries()) {
    const Shape shape{rows, cols};
    const auto part = [&, offset = offset, size = rows * cols](auto& buffer) {
      return numbers(buffer).subspan(offset, size);
    };
    f(name, shape, part(parameters.values()));
    if (optimiser.m.size()) f("optimiser.m." + name, shape, part(optimiser.m));
    if (optimiser.v.size()) f("optimiser.v." + name, shape, part(optimiser.v));
  }
  if (!eigenbasis) return;
  for (auto& [slot, of_rows, C, Q] : eigenbasis->bases) {
    const std::string& name = parameters.entries()[slot.number].name;
    f("optimiser.covariance." + name, shape_of(C), numbers(C));
    f("optimiser.basis." + name, shape_of(Q), numbers(Q));
  }
}

std::uint64_t parse_steps(const std::string& path, const std::string& text) {
  std::uint64_t steps = 0;
  const char* const end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, steps); stop != end || error != std::errc()) {
    throw std::runtime_error(fmt::format("checkpoint {}: steps is '{}', expected a whole number", path, text));
  }
  return steps;
}

}  // namespace

template <Element S>
void save_checkpoint(const std::string& path, const Checkpoint<S>& checkpoint, const Matrix<S>& centre,
                     const Metadata& description) {
  std::vector<TensorView> tensors;
  each_tensor(checkpoint, [&](const std::string& name, const Shape& shape, std::span<const S> values) {
    tensors.push_back(view(name, shape, values));
  });
  const auto& sums = checkpoint.sums;
  const double epoch[] = {sums[0], sums[1], sums[2], double(checkpoint.images)};
  tensors.push_back(view("epoch.sums", {4}, std::span(epoch)));
  if (centre.size() > 0) tensors.push_back(view("encoder.centre", shape_of(centre), numbers(centre)));
  tensors.push_back(view("history", shape_of(checkpoint.history), numbers(checkpoint.history)));
  Metadata metadata = description;
  metadata["steps"] = std::to_string(checkpoint.optimiser.steps);
  metadata["kernels"] = product_kernels();
  save_safetensors(path, tensors, metadata);
}

template <Element S>
Checkpoint<S> load_checkpoint(const std::string& path, const Checkpoint<S>& like, const Metadata& description) {
  const Safetensors file(path);
  for (const auto& [key, expected] : description) {
    if (const std::string& found = file.metadata(key); found != expected) {
      throw std::runtime_error(
          fmt::format("checkpoint {}: its {} is '{}', this run's is '{}'", path, key, found, expected));
    }
  }
  Checkpoint<S> checkpoint = like;
  const auto read = [&]<class T>(const std::string& name, const Shape& shape, std::span<T> out) {
    file.read(name, shape, out);
    const auto wrong = std::find_if_not(out.begin(), out.end(), [](T x) { return std::isfinite(x); });
    if (wrong != out.end())
      throw std::runtime_error(
          fmt::format("checkpoint {}: expected finite numbers in tensor '{}', found {}", path, name, *wrong));
  };
  each_tensor(checkpoint, read);
  double epoch[4];
  read("epoch.sums", {4}, std::span<double>(epoch));
  checkpoint.sums = {epoch[0], epoch[1], epoch[2]};
  if (!(epoch[3] >= 0 && epoch[3] <= std::numeric_limits<int>::max() && epoch[3] == std::floor(epoch[3]))) {
    throw std::runtime_error(fmt::format("checkpoint {}: expected a number of images, found {}", path, epoch[3]));
  }
  checkpoint.images = epoch[3];
  const Shape shape = file.tensor("history").shape;
  if (shape.size() != 2) throw std::runtime_error(fmt::format("checkpoint {}: history is not a table", path));
  checkpoint.history.resize(shape[0], shape[1]);
  file.read("history", shape, numbers(checkpoint.history));
  checkpoint.optimiser.steps = parse_steps(path, file.metadata("steps"));
  return checkpoint;
}

std::string checkpoint_kernels(const std::string& path) { return Safetensors(path).metadata("kernels"); }

template void save_checkpoint(const std::string&, const Checkpoint<float>&, const Matrix<float>&, const Metadata&);
template void save_checkpoint(const std::string&, const Checkpoint<double>&, const Matrix<double>&, const Metadata&);
template Checkpoint<float> load_checkpoint(const std::string&, const Checkpoint<float>&, const Metadata&);
template Checkpoint<double> load_checkpoint(const std::string&, const Checkpoint<double>&, const Metadata&);

}  // namespace models
