#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

namespace models {

// What a stream of random numbers is for. Two purposes never share a number, so drawing more noise does not change the
// order of the minibatches. The values are part of every stated result: add new ones at the end.
enum class Purpose : std::uint16_t {
  initialisation = 1,  // first values of parameters
  shuffle,             // the order of minibatches
  replacement,         // minibatches drawn with replacement
  binarisation,        // grey pixels to black and white
  noise,               // epsilon of the reparameterisation trick, in training
  evaluation,          // importance samples of a reported log-likelihood
  data,                // synthetic data sets
  sampling,            // what a model generates, Markov chains
  coding,              // the words that a code starts with
};

// Random numbers without a state: a draw is a pure function of (seed, stream, index), so it depends on no thread, no
// order of calls and no standard library. The generator is Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel
// random numbers: as easy as 1, 2, 3", section 3.3): ten rounds of multiplication mix a 128-bit counter under a 64-bit
// key, here key = seed and counter = (stream, block), and give four 32-bit words.
//
//   1. Draw `index` is word index mod 4 of block index/4. All kinds of draws below are functions of these words, so
//      one stream serves one kind of draw: uniform(5) and normal(5) of the same stream are not independent.
//   2. Draws in float and in double are the same draws up to rounding, so a proof in double meets the same noise.
//   3. A bulk fill gives the same bits as the single draws, several times faster.
//   4. Words, uniforms, integers and permutations are the same bits on every platform; normals may differ by the last
//      rounding of log, sin and cos.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  // The stream for one purpose, numbered by what it must not be shared between: an epoch, a step, a layer. number is
  // below 2^48; throws std::invalid_argument otherwise.
  Random(std::uint64_t seed, Purpose purpose, std::uint64_t number = 0);

  std::uint64_t seed() const { return seed_; }
  std::uint64_t stream() const { return stream_; }

  // The four words of a block.
  std::array<std::uint32_t, 4> block(std::uint64_t number) const;

  // Uniform on 0 .. 2^32 - 1.
  std::uint32_t bits(std::uint64_t index) const { return block(index / 4)[index % 4]; }

  // Uniform on the open interval (0, 1), in steps of 2^-32 (double) or 2^-23 (float); never 0 or 1, so log is finite.
  template <std::floating_point T = double>
  T uniform(std::uint64_t index) const;

  // Standard normal, mean 0 and variance 1 (Box & Muller 1958, equation 1): draws 2k and 2k+1 share two uniforms, and
  // |draw| <= 6.7 since a uniform has 32 bits.
  template <std::floating_point T = double>
  T normal(std::uint64_t index) const;
  // Uniform on 0 .. n-1 (Lemire 2019, "Fast random integer generation in an interval", algorithm 5). Takes the whole
  // of block `index`: its words are four tries at an unbiased draw, which leaves a bias below (n / 2^32)^4. Throws
  // std::invalid_argument for n = 0.
  std::uint32_t below(std::uint32_t n, std::uint64_t index) const;

  // Draws first, first + 1, ...; nothing is allocated.
  void fill_bits(std::span<std::uint32_t> out, std::uint64_t first = 0) const;
  void fill_uniform(std::span<float> out, std::uint64_t first = 0) const;
  void fill_uniform(std::span<double> out, std::uint64_t first = 0) const;
  void fill_normal(std::span<float> out, std::uint64_t first = 0) const;
  void fill_normal(std::span<double> out, std::uint64_t first = 0) const;

  // The blocks with the given numbers, four words each: for those who need few of many. out.size() = 4
  // numbers.size(); throws std::invalid_argument otherwise.
  void fill_blocks(std::span<const std::uint64_t> numbers, std::span<std::uint32_t> out) const;

  // 0 .. n-1 in a random order, each of the n! orders equally likely (Fisher & Yates; Knuth, TAOCP 2, algorithm P).
  void fill_permutation(std::span<int> out) const;
  std::vector<int> permutation(int n) const;

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
};

extern template float Random::uniform(std::uint64_t) const;
extern template double Random::uniform(std::uint64_t) const;
template <>
float Random::normal(std::uint64_t) const;
template <>
double Random::normal(std::uint64_t) const;

}  // namespace models
