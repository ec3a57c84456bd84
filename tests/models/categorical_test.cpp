#include "models/statistics/categorical.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "models/statistics/random.hpp"
#include "models/statistics/summation.hpp"
#include "tests/models/files.hpp"

using namespace models;

namespace {

using Probabilities = std::vector<double>;

constexpr double kLn2 = std::numbers::ln2;

// All pₖ > 0.
Probabilities random_distribution(std::size_t states, std::uint64_t seed) {
  Probabilities p(states);
  Random(seed, Purpose::data).fill_uniform(p);
  double total = 0;
  for (const double p_k : p) total += p_k;
  for (double& p_k : p) p_k /= total;
  return p;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("categorical: entropies and divergences known by heart") {
    const Probabilities uniform(8, 1.0 / 8), sure{0, 1, 0}, half{0.5, 0.5}, quarter{0.25, 0.75};
    CHECK(entropy(uniform) == doctest::Approx(3 * kLn2).epsilon(1e-15));
    CHECK(entropy(sure) == 0);
    // KL(½ ‖ ¼) = ½ log 2 + ½ log ⅔, and the other way round ¼ log ½ + ¾ log 3/2
    CHECK(kl_divergence(half, quarter) == doctest::Approx(0.5 * kLn2 + 0.5 * std::log(2.0 / 3)).epsilon(1e-15));
    CHECK(kl_divergence(quarter, half) == doctest::Approx(-0.25 * kLn2 + 0.75 * std::log(1.5)).epsilon(1e-15));
    CHECK(std::abs(kl_divergence(half, quarter) - kl_divergence(quarter, half)) > 0.01);
  }

  TEST_CASE("categorical: H(p, q) = H(p) + KL(p ‖ q), and KL is least at q = p") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Probabilities p = random_distribution(7, seed), q = random_distribution(7, seed + 100);
      CHECK(cross_entropy(p, q) == doctest::Approx(entropy(p) + kl_divergence(p, q)).epsilon(1e-14));
      CHECK(std::abs(cross_entropy(p, q) - entropy(p) - kl_divergence(q, p)) > 1e-6);  // the wrong way round
      CHECK(kl_divergence(p, q) > 0);
      CHECK(kl_divergence(p, p) == 0);
    }
  }

  TEST_CASE("categorical: a state that the model rules out costs infinitely much, one that never comes nothing") {
    const Probabilities p{0.5, 0.5, 0}, q{0.5, 0, 0.5};
    CHECK(std::isinf(kl_divergence(p, q)));
    CHECK(std::isinf(cross_entropy(p, q)));
    CHECK(kl_divergence(p, Probabilities{0.25, 0.25, 0.5}) == doctest::Approx(kLn2).epsilon(1e-15));
    CHECK(log_likelihood(std::vector{0, 1}, q) == -std::numeric_limits<double>::infinity());
  }

  TEST_CASE("categorical: counting data") {
    const std::vector<int> x{2, 0, 2, 2, 3};
    const Probabilities p = empirical_distribution(x, 5), expected{0.2, 0, 0.6, 0.2, 0};
    for (std::size_t k = 0; k < p.size(); ++k) CHECK(p[k] == doctest::Approx(expected[k]));
    const Probabilities q = random_distribution(5, 1);
    CHECK(log_likelihood(x, q) == doctest::Approx(-5 * cross_entropy(p, q)).epsilon(1e-14));
  }

  TEST_CASE("categorical: a log-likelihood of millions of equal terms keeps all its digits") {
    const std::vector<int> x(4'000'000, 2);
    const Probabilities tenth(10, 0.1);
    const double expected = 4e6 * std::log(0.1);
    CHECK(log_likelihood(x, tenth) == doctest::Approx(expected).epsilon(1e-15));
    const std::vector<double> terms(x.size(), std::log(0.1));  // one by one they round alike
    CHECK(std::abs(naive_sum<double>(terms) / expected - 1) > 1e-12);
  }

  TEST_CASE("categorical: what is no distribution, or no state of it, is named") {
    const auto error = [](auto f) { return error_of<std::invalid_argument>(f); };
    const Probabilities half{0.5, 0.5}, third(3, 1.0 / 3), negative{1.5, -0.5}, short_of_1{0.5, 0.4};
    CHECK(error([&] { entropy(negative); }) == "entropy: expected probabilities of at least 0, p has -0.5");
    CHECK(error([&] { kl_divergence(half, short_of_1); }) ==
          "kl_divergence: expected probabilities that sum to 1, those of q sum to 0.9");
    CHECK(error([&] {
            cross_entropy(half, Probabilities{std::nan(""), 1});
          }) == "cross_entropy: expected probabilities of at least 0, q has nan");
    CHECK(error([&] { kl_divergence(half, third); }) ==
          "kl_divergence: expected two distributions over the same states, p has 2 and q 3");
    CHECK(error([&] {
            log_likelihood(std::vector{0, 2}, half);
          }) == "log_likelihood: expected states 0 .. 1, found 2");
    CHECK(error([&] { empirical_distribution(std::vector{-1}, 2); }) ==
          "empirical_distribution: expected states 0 .. 1, found -1");
    CHECK(error([&] { empirical_distribution(std::vector<int>{}, 2); }) ==
          "empirical_distribution: expected at least one data point, found none");
  }
}
