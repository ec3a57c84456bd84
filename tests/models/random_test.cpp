#include "models/statistics/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>

#include "models/statistics/goodness_of_fit.hpp"
#include "tests/models/statistics.hpp"

using models::chi_square_p;
using models::kolmogorov_p;
using models::Purpose;
using models::Random;

namespace {

constexpr int kDraws = 100'000;

std::vector<double> uniforms(const Random& random) {
  std::vector<double> out(kDraws);
  random.fill_uniform(out);
  return out;
}

std::vector<double> normals(const Random& random) {
  std::vector<double> out(kDraws);
  random.fill_normal(out);
  return out;
}

std::vector<double> map(std::vector<double> values, const std::function<double(double)>& f) {
  std::transform(values.begin(), values.end(), values.begin(), f);
  return values;
}

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// Which of the n! orders a permutation is.
int rank(const std::vector<int>& order) {
  int rank = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    int smaller = 0;
    for (std::size_t j = i + 1; j < order.size(); ++j) smaller += order[j] < order[i];
    rank = rank * int(order.size() - i) + smaller;
  }
  return rank;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("random: the generator's published known answers") {
    using Block = std::array<std::uint32_t, 4>;
    CHECK(Random(0, 0).block(0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(Random(~0ull, ~0ull).block(~0ull) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(Random(0x299f31d0a4093822, 0x0370734413198a2e).block(0x85a308d3243f6a88) ==
          Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
  }

  TEST_CASE_TEMPLATE("random: a bulk fill gives the single draws' bits", T, float, double) {
    const Random random(7, Purpose::noise, 3);
    for (const std::uint64_t first : {0ull, 1ull, 2ull, 3ull, 62ull, (1ull << 40) + 5}) {
      for (const std::size_t size : {0, 1, 2, 63, 64, 65, 200}) {
        std::vector<T> uniform(size), normal(size);
        std::vector<std::uint32_t> bits(size);
        random.fill_bits(bits, first);
        random.fill_uniform(uniform, first);
        random.fill_normal(normal, first);
        int different = 0;
        for (std::size_t i = 0; i < size; ++i)
          different += bits[i] != random.bits(first + i) || uniform[i] != random.uniform<T>(first + i) ||
                       normal[i] != random.normal<T>(first + i);
        CHECK(different == 0);
      }
    }
  }

  TEST_CASE("random: chosen blocks are the blocks") {
    const Random random(1, 2);
    std::vector<std::uint64_t> numbers(37);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i * i * 1'000'003;
    std::vector<std::uint32_t> words(4 * numbers.size());
    random.fill_blocks(numbers, words);
    int different = 0;
    for (std::size_t i = 0; i < words.size(); ++i) different += words[i] != random.block(numbers[i / 4])[i % 4];
    CHECK(different == 0);
    CHECK_THROWS_WITH_AS(random.fill_blocks(numbers, std::span(words).first(5)),
                         "Random::fill_blocks: 37 blocks need 148 words, not 5", std::invalid_argument);
  }

  TEST_CASE("random: float and double are the same draws up to rounding") {
    const Random random(11);
    std::vector<float> uniform(kDraws), normal(kDraws);
    random.fill_uniform(uniform);
    random.fill_normal(normal);
    const auto exact_uniform = uniforms(random), exact_normal = normals(random);
    double uniform_error = 0, normal_error = 0, mean_error = 0;
    for (std::size_t i = 0; i < kDraws; ++i) {
      uniform_error = std::max(uniform_error, std::abs(uniform[i] - exact_uniform[i]));
      normal_error = std::max(normal_error, std::abs(normal[i] - exact_normal[i]));
      mean_error += std::abs(normal[i] - exact_normal[i]) / kDraws;
    }
    CHECK(uniform_error <= 0x1p-24);
    CHECK(normal_error < 5e-4);  // where u is near 1, the radius is the root of a rounded difference
    CHECK(mean_error < 2e-7);
  }

  TEST_CASE("random: the numbers stay what they are") {
    const Random random(42, Purpose::shuffle, 1);
    CHECK(random.permutation(10) == std::vector<int>{2, 1, 4, 5, 0, 3, 9, 6, 7, 8});
    CHECK(random.bits(0) == 0x95a96436);
    CHECK(random.uniform(1) == 0x1.613f6c7ep-2);
    CHECK(random.normal(2) == doctest::Approx(0.031970120382553792).epsilon(1e-14));
  }

  TEST_CASE("random: uniforms lie inside (0, 1) and are uniform") {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto sample = uniforms(Random(seed, Purpose::sampling));
      CHECK(*std::min_element(sample.begin(), sample.end()) > 0);
      CHECK(*std::max_element(sample.begin(), sample.end()) < 1);
      CHECK(kolmogorov_p(sample, [](double x) { return x; }) >= kLeastP);
      std::vector<int> counts(64);
      for (const double x : sample) ++counts[std::size_t(64 * x)];
      CHECK(chi_square_p(counts) >= kLeastP);
    }
  }

  TEST_CASE("random: the checks of uniformity can fail") {
    const auto sample = map(uniforms(Random(0, Purpose::sampling)), [](double x) { return std::pow(x, 1.05); });
    CHECK(kolmogorov_p(sample, [](double x) { return x; }) < kLeastP);
    std::vector<int> counts(64);
    for (const double x : sample) ++counts[std::size_t(64 * x)];
    CHECK(chi_square_p(counts) < kLeastP);
  }

  TEST_CASE("random: normals are standard normal, and a pair's two are independent") {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto sample = normals(Random(seed, Purpose::noise));
      CHECK(std::abs(z_of_mean(sample, 0)) <= kMostZ);
      CHECK(std::abs(z_of_mean(map(sample, [](double x) { return x * x; }), 1)) <= kMostZ);
      CHECK(std::abs(z_of_mean(map(sample, [](double x) { return x * x * x; }), 0)) <= kMostZ);
      CHECK(std::abs(z_of_mean(map(sample, [](double x) { return x * x * x * x; }), 3)) <= kMostZ);
      CHECK(kolmogorov_p(sample, normal_cdf) >= kLeastP);
      std::vector<double> even, odd;
      for (std::size_t i = 0; i < sample.size(); ++i) (i % 2 == 0 ? even : odd).push_back(sample[i]);
      CHECK(std::abs(z_of_correlation(even, odd)) <= kMostZ);
      const auto centred_square = [](double x) { return x * x - 1; };
      CHECK(std::abs(z_of_correlation(map(even, centred_square), map(odd, centred_square))) <= kMostZ);
    }
  }

  TEST_CASE("random: the checks of normality can fail") {
    const auto wide = map(normals(Random(0, Purpose::noise)), [](double x) { return 1.02 * x; });
    CHECK(std::abs(z_of_mean(map(wide, [](double x) { return x * x; }), 1)) > kMostZ);
    // the sum of two uniforms, scaled: the right mean and variance, but short tails
    const auto u = uniforms(Random(0, Purpose::noise));
    std::vector<double> sums;
    for (std::size_t i = 0; i + 1 < u.size(); i += 2) sums.push_back(std::sqrt(6) * (u[i] + u[i + 1] - 1));
    CHECK(std::abs(z_of_mean(map(sums, [](double x) { return x * x; }), 1)) <= kMostZ);
    CHECK(std::abs(z_of_mean(map(sums, [](double x) { return x * x * x * x; }), 3)) > kMostZ);
    // one uniform for radius and angle: each is nearly uncorrelated, their squares are not
    std::vector<double> x, y;
    for (const double v : u) {
      const double radius = std::sqrt(-2 * std::log(v));
      x.push_back(std::pow(radius * std::cos(2 * std::numbers::pi * v), 2) - 1);
      y.push_back(std::pow(radius * std::sin(2 * std::numbers::pi * v), 2) - 1);
    }
    CHECK(std::abs(z_of_correlation(x, y)) > kMostZ);
  }

  TEST_CASE("random: seeds, streams and neighbouring draws are uncorrelated") {
    const auto sample = normals(Random(5, Purpose::noise, 9));
    for (const Random& other : {Random(6, Purpose::noise, 9), Random(5, Purpose::noise, 10), Random(5, Purpose::noise),
                                Random(5, Purpose::evaluation, 9), Random(5), Random(5, 1)})
      CHECK(std::abs(z_of_correlation(sample, normals(other))) <= kMostZ);
    for (const std::size_t lag : {1, 2, 3, 4, 64})
      CHECK(std::abs(z_of_correlation(std::span(sample).subspan(lag), std::span(sample).first(kDraws - lag))) <=
            kMostZ);
    // the same draws a tenth as strong in other noise are found
    auto leaking = normals(Random(6, Purpose::noise, 9));
    for (std::size_t i = 0; i < kDraws; ++i) leaking[i] += 0.1 * sample[i];
    CHECK(std::abs(z_of_correlation(sample, leaking)) > kMostZ);
  }

  TEST_CASE("random: streams of two purposes never meet") {
    CHECK(Random(1, Purpose::shuffle, 5).stream() != Random(1, Purpose::noise, 5).stream());
    CHECK(Random(1, Purpose::shuffle, (1ull << 48) - 1).stream() < Random(1, Purpose::replacement, 0).stream());
    CHECK_THROWS_WITH_AS(Random(1, Purpose::noise, 1ull << 48),
                         "Random: number 281474976710656 of a stream must be below 2^48", std::invalid_argument);
  }

  TEST_CASE("random: integers below n are uniform, also where most words must be rejected") {
    const Random random(3, Purpose::data);
    for (const std::uint32_t n : {2u, 7u, 10u, 1000u}) {
      std::vector<int> counts(n);
      for (std::uint64_t i = 0; i < kDraws; ++i) ++counts[random.below(n, i)];
      CHECK(chi_square_p(counts) >= kLeastP);
    }
    // 2^32 words for 3 · 2^29 values: without rejection the multiples of 3 get 3/8 instead of 1/3
    const std::uint32_t n = 3u << 29;
    std::vector<int> fair(3), unfair(3);
    for (std::uint64_t i = 0; i < kDraws; ++i) {
      ++fair[random.below(n, i) % 3];
      ++unfair[(std::uint64_t{random.block(i)[0]} * n >> 32) % 3];
    }
    CHECK(chi_square_p(fair) >= kLeastP);
    CHECK(chi_square_p(unfair) < kLeastP);
    CHECK(random.below(1, 0) == 0);
    CHECK_THROWS_WITH_AS(random.below(0, 0), "Random::below: n must be at least 1", std::invalid_argument);
  }

  TEST_CASE("random: a permutation holds every number once, and every order is equally likely") {
    auto order = Random(1, Purpose::shuffle).permutation(60'000);
    CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
    std::sort(order.begin(), order.end());
    std::vector<int> all(60'000);
    std::iota(all.begin(), all.end(), 0);
    CHECK(order == all);

    std::vector<int> counts(24), naive_counts(24);
    for (std::uint64_t epoch = 0; epoch < 24'000; ++epoch) {
      const Random random(2, Purpose::shuffle, epoch);
      ++counts[rank(random.permutation(4))];
      // the usual mistake swaps with any place: 4^4 equally likely paths cannot give 4! equally likely orders
      std::vector<int> naive = {0, 1, 2, 3};
      for (std::size_t i = 0; i < 4; ++i) std::swap(naive[i], naive[random.below(4, i)]);
      ++naive_counts[rank(naive)];
    }
    CHECK(chi_square_p(counts) >= kLeastP);
    CHECK(chi_square_p(naive_counts) < kLeastP);
    CHECK(Random(1).permutation(0).empty());
    CHECK(Random(1).permutation(1) == std::vector<int>{0});
    CHECK_THROWS_WITH_AS(Random(1).permutation(-1), "Random::permutation: n must not be negative, it is -1",
                         std::invalid_argument);
  }
}
