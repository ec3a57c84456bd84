#include "models/statistics/random.hpp"

#include <Random123/philox.h>
#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>

namespace models {
namespace {

constexpr int kLanes = 16;            // blocks at a time, so that the compiler computes them side by side
constexpr int kChunk = 4 * kLanes;    // draws they give
using Words = std::uint32_t[kChunk];  // word w of the chunk's block b is [4 b + w]

r123::Philox4x32::ctr_type philox(std::uint64_t seed, std::uint64_t stream, std::uint64_t block) {
  const auto low = [](std::uint64_t x) -> std::uint32_t { return x; };
  const auto high = [](std::uint64_t x) -> std::uint32_t { return x >> 32; };
  return r123::Philox4x32()({{low(block), high(block), low(stream), high(stream)}}, {{low(seed), high(seed)}});
}

// The kLanes blocks of the given numbers, one word of all blocks after the other: this order, and a function of its
// own, let the compiler compute 16 blocks side by side.
void philox_lanes(const Random& random, const std::uint64_t (&numbers)[kLanes], std::uint32_t (&lanes)[4][kLanes]) {
  const std::uint64_t seed = random.seed(), stream = random.stream();
  for (int b = 0; b < kLanes; ++b) {
    const auto block = philox(seed, stream, numbers[b]);
    for (int w = 0; w < 4; ++w) lanes[w][b] = block[w];
  }
}

void philox_chunk(const Random& random, const std::uint64_t (&numbers)[kLanes], Words& words) {
  std::uint32_t lanes[4][kLanes];
  philox_lanes(random, numbers, lanes);
  for (int b = 0; b < kLanes; ++b) {
    for (int w = 0; w < 4; ++w) words[4 * b + w] = lanes[w][b];
  }
}

// The middle of one of 2^32 (double) or 2^23 (float) equal cells of (0, 1): exact, so it is never rounded to 1.
template <typename T>
T to_uniform(std::uint32_t word) {
  if constexpr (std::same_as<T, double>) return (word + 0.5) * 0x1p-32;
  // through int, which vectorises everywhere
  return (std::int32_t(word >> 9) + 0.5f) * 0x1p-23f;
}

template <typename T>
void uniforms(const Words& words, T* out) {
  for (int i = 0; i < kChunk; ++i) out[i] = to_uniform<T>(words[i]);
}

void bits_of(const Words& words, std::uint32_t* out) { std::copy_n(words, kChunk, out); }

// Box-Muller:   z_2k = √(-2 ln u) cos 2πv,   z_2k+1 = √(-2 ln u) sin 2πv      u in (0, 1] from word 2k, v from 2k+1
std::array<double, 2> normal_pair(std::uint32_t word_u, std::uint32_t word_v) {
  const double radius = std::sqrt(-2 * std::log((word_u + 0.5) * 0x1p-32));
  const double angle = 2 * std::numbers::pi * 0x1p-32 * word_v;
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

void normals(const Words& words, double* out) {
  for (int i = 0; i < kChunk; i += 2) {
    const auto [x, y] = normal_pair(words[i], words[i + 1]);
    out[i] = x, out[i + 1] = y;
  }
}

// The same formula with Eigen's vectorised float functions; Eigen has no such cos and sin for double.
void normals(const Words& words, float* out) {
  using Half = Eigen::Array<float, kChunk / 2, 1>;
  Half u, v;
  for (int k = 0; k < kChunk / 2; ++k) {
    u[k] = (words[2 * k] + 0.5f) * 0x1p-32f;
    v[k] = words[2 * k + 1] * 0x1p-32f;
  }
  const Half radius = (-2 * u.log()).sqrt();
  const Half angle = 2 * std::numbers::pi_v<float> * v;
  const Half x = radius * angle.cos();
  const Half y = radius * angle.sin();
  for (int k = 0; k < kChunk / 2; ++k) out[2 * k] = x[k], out[2 * k + 1] = y[k];
}

// Fills out with draws first, first + 1, ...: whole chunks at their place, the ends through a chunk on the side.
template <typename T, typename Draw>
void fill(const Random& random, std::span<T> out, std::uint64_t first, Draw draw) {
  std::uint64_t numbers[kLanes];
  alignas(64) Words words;
  std::size_t filled = 0;
  while (filled < out.size()) {
    const std::uint64_t index = first + filled;
    const std::size_t skip = index % 4;
    std::iota(std::begin(numbers), std::end(numbers), index / 4);
    philox_chunk(random, numbers, words);
    const std::size_t count = std::min(out.size() - filled, kChunk - skip);
    if (count == kChunk) {
      draw(words, out.data() + filled);
    } else {
      alignas(64) T chunk[kChunk];
      draw(words, chunk);
      std::copy_n(chunk + skip, count, out.data() + filled);
    }
    filled += count;
  }
}

std::uint64_t stream_of(Purpose purpose, std::uint64_t number) {
  if (number >> 48 != 0)
    throw std::invalid_argument(fmt::format("Random: number {} of a stream must be below 2^48", number));
  return std::uint64_t(purpose) << 48 | number;
}

}  // namespace

Random::Random(std::uint64_t seed, Purpose purpose, std::uint64_t number) : Random(seed, stream_of(purpose, number)) {}

std::array<std::uint32_t, 4> Random::block(std::uint64_t number) const {
  const auto block = philox(seed_, stream_, number);
  return {block[0], block[1], block[2], block[3]};
}

template <std::floating_point T>
T Random::uniform(std::uint64_t index) const {
  return to_uniform<T>(bits(index));
}

template <>
double Random::normal(std::uint64_t index) const {
  const auto words = block(index / 4);
  const std::size_t pair = index % 4 / 2 * 2;
  return normal_pair(words[pair], words[pair + 1])[index % 2];
}

template <>
float Random::normal(std::uint64_t index) const {
  float draw;  // through a chunk, so that Eigen takes the same path as in a bulk fill
  fill_normal({&draw, 1}, index);
  return draw;
}

template float Random::uniform(std::uint64_t) const;
template double Random::uniform(std::uint64_t) const;

std::uint32_t Random::below(std::uint32_t n, std::uint64_t index) const {
  if (n == 0) throw std::invalid_argument("Random::below: n must be at least 1");
  std::uint64_t product = 0;
  for (const std::uint32_t word : block(index)) {
    // word · n / 2^32 is the draw. Of the 2^32 words, 2^32 mod n are too many for equal shares: they are drawn again
    product = std::uint64_t{word} * n;
    if (std::uint32_t(product) >= -n % n) break;
  }
  return product >> 32;
}

void Random::fill_bits(std::span<std::uint32_t> out, std::uint64_t first) const { fill(*this, out, first, bits_of); }
void Random::fill_uniform(std::span<float> out, std::uint64_t first) const {
  fill(*this, out, first, uniforms<float>);
}
void Random::fill_uniform(std::span<double> out, std::uint64_t first) const {
  fill(*this, out, first, uniforms<double>);
}
void Random::fill_normal(std::span<float> out, std::uint64_t first) const {
  fill(*this, out, first, [](const Words& words, float* z) { normals(words, z); });
}
void Random::fill_normal(std::span<double> out, std::uint64_t first) const {
  fill(*this, out, first, [](const Words& words, double* z) { normals(words, z); });
}

void Random::fill_blocks(std::span<const std::uint64_t> numbers, std::span<std::uint32_t> out) const {
  if (out.size() != 4 * numbers.size())
    throw std::invalid_argument(fmt::format("Random::fill_blocks: {} blocks need {} words, not {}", numbers.size(),
                                            4 * numbers.size(), out.size()));
  alignas(64) Words words;
  for (std::size_t done = 0; done < numbers.size(); done += kLanes) {
    const std::size_t count = std::min<std::size_t>(kLanes, numbers.size() - done);
    std::uint64_t chunk[kLanes] = {};
    std::copy_n(numbers.data() + done, count, chunk);
    philox_chunk(*this, chunk, words);
    std::copy_n(words, 4 * count, out.data() + 4 * done);
  }
}

void Random::fill_permutation(std::span<int> out) const {
  std::iota(out.begin(), out.end(), 0);
  for (std::size_t i = out.size(); i > 1; --i) std::swap(out[i - 1], out[below(i, i)]);
}

std::vector<int> Random::permutation(int n) const {
  if (n < 0) throw std::invalid_argument(fmt::format("Random::permutation: n must not be negative, it is {}", n));
  std::vector<int> out(n);
  fill_permutation(out);
  return out;
}

}  // namespace models
