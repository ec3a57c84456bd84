#include "models/data/binarise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <stdexcept>

#include "models/data/nearest.hpp"
#include "models/statistics/random.hpp"

namespace models {
namespace {

constexpr std::array<const char*, 3> kNames = {"none", "static", "dynamic"};  // in the order of Binarisation

Random stream(const Treatment& treatment) {
  const bool dynamic = treatment.binarisation == Binarisation::dynamic;
  return {treatment.seed, Purpose::binarisation, dynamic ? treatment.presentation + 1 : 0};
}

constexpr std::size_t kBlocks = 256;          // of the generator, with four draws each
constexpr std::size_t kPixels = 4 * kBlocks;  // binarised at a time
using Pixels = std::array<std::uint8_t, kPixels>;

// The blocks that must be drawn: where four pixels are all 0, or all full, no draw can change them, which is so for
// most of a digit. Returns their number.
std::size_t list_blocks(const Pixels& grey, std::uint8_t scale, std::array<std::uint64_t, kBlocks>& blocks) {
  const std::uint32_t full = scale * 0x01010101u;
  std::size_t count = 0;
  for (std::size_t b = 0; b < kBlocks; ++b) {
    std::uint32_t four;
    std::memcpy(&four, &grey[4 * b], 4);
    blocks[count] = b;
    count += four != 0 && four != full;
  }
  return count;
}

// Pixels 0..scale to 0 or 1; block b of those numbered from `first` on decides pixels 4b .. 4b+3.
void binarise(const Random& random, std::uint64_t first, std::uint8_t scale, Pixels& pixels) {
  std::array<std::uint64_t, kBlocks> blocks;
  std::array<std::uint32_t, kPixels> words;
  const std::size_t count = list_blocks(pixels, scale, blocks);
  for (std::size_t k = 0; k < count; ++k) blocks[k] += first;
  random.fill_blocks({blocks.data(), count}, {words.data(), 4 * count});

  for (std::size_t k = 0; k < count; ++k) {
    std::uint8_t* four = &pixels[4 * (blocks[k] - first)];
    for (int w = 0; w < 4; ++w) {
      // word / 2^32 < grey / scale, in whole numbers: never for 0, always for full
      const bool on = std::uint64_t{words[4 * k + w]} * scale < std::uint64_t{four[w]} << 32;
      four[w] = on ? scale : 0;
    }
  }
  for (std::uint8_t& pixel : pixels) pixel = pixel == scale;
}

template <typename T>
void fill(const Dataset& data, std::span<const int> indices, const Treatment& treatment, Eigen::Ref<Matrix<T>> out) {
  const int d = data.dimensions();
  if (out.rows() != Eigen::Index(indices.size()) || out.cols() != d)
    throw std::invalid_argument(
        fmt::format("fill_batch: out is {}×{}, expected {}×{}", out.rows(), out.cols(), indices.size(), d));
  const Random random = stream(treatment);
  const std::uint64_t blocks_per_image = std::uint64_t(d + 3) / 4;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] < 0 || indices[i] >= data.count())
      throw std::invalid_argument(
          fmt::format("fill_batch: image {} is not one of the {} of '{}'", indices[i], data.count(), data.name));
    const auto grey = data.image(indices[i]);
    T* row = &out(i, 0);
    if (treatment.binarisation == Binarisation::none) {
      for (int j = 0; j < d; ++j) row[j] = T(grey[j]) / T(data.scale);
      continue;
    }
    for (std::size_t j = 0; j < grey.size(); j += kPixels) {
      Pixels pixels = {};
      const std::size_t size = std::min(kPixels, grey.size() - j);
      std::copy_n(grey.begin() + j, size, pixels.begin());
      binarise(random, indices[i] * blocks_per_image + j / 4, data.scale, pixels);
      std::copy_n(pixels.begin(), size, row + j);
    }
  }
}

}  // namespace

Binarisation parse_binarisation(const std::string& text) {
  const auto found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end())
    throw std::invalid_argument(
        fmt::format("unknown binarisation '{}'{}", text, did_you_mean(text, {kNames.begin(), kNames.end()})));
  return Binarisation(found - kNames.begin());
}

std::string to_string(Binarisation binarisation) { return kNames.at(std::size_t(binarisation)); }

void fill_batch(const Dataset& data, std::span<const int> indices, const Treatment& treatment,
                Eigen::Ref<Matrix<float>> out) {
  fill<float>(data, indices, treatment, out);
}

void fill_batch(const Dataset& data, std::span<const int> indices, const Treatment& treatment,
                Eigen::Ref<Matrix<double>> out) {
  fill<double>(data, indices, treatment, out);
}

template <typename T>
Matrix<T> as_matrix(const Dataset& data, const Treatment& treatment) {
  std::vector<int> all(data.count());
  std::iota(all.begin(), all.end(), 0);
  Matrix<T> out(data.count(), data.dimensions());
  fill<T>(data, all, treatment, out);
  return out;
}

template <typename T>
Matrix<T> mean_image(const Dataset& data) {
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(data.dimensions());
  for (int i = 0; i < data.count(); ++i) {
    sum += Eigen::Map<const Eigen::RowVector<std::uint8_t, Eigen::Dynamic>>(data.image(i).data(), data.dimensions())
               .cast<double>();
  }
  return (sum / (double(data.count()) * data.scale)).cast<T>();
}

template Matrix<float> mean_image(const Dataset&);
template Matrix<double> mean_image(const Dataset&);
template Matrix<float> as_matrix(const Dataset&, const Treatment&);
template Matrix<double> as_matrix(const Dataset&, const Treatment&);

}  // namespace models
