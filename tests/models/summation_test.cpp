#include "models/statistics/summation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "models/statistics/random.hpp"

using namespace models;

namespace {

template <class S>
std::vector<S> normal_numbers(int n, std::uint64_t seed) {
  std::vector<S> x(n);
  Random(seed, Purpose::data).fill_normal(x);
  return x;
}

// Σ xᵢ to more digits than S has.
template <class S>
long double exact_sum(const std::vector<S>& x) {
  CompensatedSum<long double> sum;
  for (const S x_i : x) sum.add(x_i);
  return sum.value();
}

template <class S>
S sum_by(S (*sum)(std::span<const S>), const std::vector<S>& x) {
  return sum(x);
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE_TEMPLATE("summation: small sums", S, float, double, long double) {
    for (const auto sum : {naive_sum<S>, pairwise_sum<S>, compensated_sum<S>}) {
      CHECK(sum_by<S>(sum, {}) == 0);
      CHECK(sum_by<S>(sum, {7}) == 7);
      CHECK(sum_by<S>(sum, {1, -2, 3, 4, 5}) == 11);
    }
  }

  TEST_CASE_TEMPLATE("summation: what is lost, and what is kept", S, float, double) {
    // 2^p + 1 is the first whole number that S lacks: added one by one, the ones are lost
    const S large = 1 / kUnitRoundoff<S>;
    const std::vector<S> x{large, 1, 1, 1, 1, 1, 1, 1};
    CHECK(naive_sum<S>(x) == large);
    CHECK(pairwise_sum<S>(x) == large + 6);
    CHECK(compensated_sum<S>(x) == large + 8);  // 2^p + 7 rounded to even
    // a large number that comes after the small ones: Kahan's own sum, which takes |a| >= |b| for granted, gives 0
    CHECK(compensated_sum<S>(std::vector<S>{1, 4 * large, 1, -4 * large}) == 2);
  }

  TEST_CASE_TEMPLATE("summation: infinite terms give an infinite sum", S, float, double) {
    const S infinity = std::numeric_limits<S>::infinity(), largest = std::numeric_limits<S>::max();
    for (const auto sum : {naive_sum<S>, pairwise_sum<S>, compensated_sum<S>}) {
      CHECK(sum_by<S>(sum, {1, -infinity, 2}) == -infinity);
      CHECK(sum_by<S>(sum, {largest, largest, 1}) == infinity);
      CHECK(std::isnan(sum_by<S>(sum, {infinity, -infinity, 1})));
    }
  }

  TEST_CASE_TEMPLATE("summation: the proved bounds hold, and tell the three apart", S, float, double) {
    const int n = 100'000;
    const double u = kUnitRoundoff<S>;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      std::vector<S> x = normal_numbers<S>(n, seed);
      for (S& x_i : x) x_i += 3;
      const long double exact = exact_sum(x);
      const double total = exact_sum(x);  // Σ|xᵢ| is a little more
      const auto error = [&](S sum) { return double(std::abs(sum - exact)); };
      CHECK(error(naive_sum<S>(x)) <= 1.01 * n * u * total);
      CHECK(error(pairwise_sum<S>(x)) <= 1.01 * 17 * u * total);
      CHECK(error(compensated_sum<S>(x)) <= 1.01 * u * total);
      CHECK(error(naive_sum<S>(x)) > 2 * u * total);
    }
  }
}
