// The sample z = μ + σ ε and the KL divergence that goes with it, and wrong versions of both that must be noticed.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "models/statistics/distributions.hpp"
#include "tests/models/matrices.hpp"
#include "tests/models/statistics.hpp"

using namespace models;
using autograd::Index;
using autograd::Tape;

namespace {

using M = Matrix<double>;
constexpr Index kSamples = 20000;
// The posterior of two data points in two dimensions.
const M kMu = (M(2, 2) << 0.5, -1.5, 2, 0).finished();
const M kLogVar = (M(2, 2) << 0.3, -2, 1, 0).finished();

using Sampler = std::function<Var<M>(const Var<M>& mu, const Var<M>& log_var, const Var<M>& epsilon)>;
using Divergence = std::function<M(const M& mu, const M& log_var)>;

const Sampler diagonal_sample = [](auto& mu, auto& log_var, auto& epsilon) {
  return reparameterise(mu, log_var, epsilon);
};

// kSamples rows of z for each data point.
M draw(Tape& tape, const Sampler& sampler, std::uint64_t seed) {
  const M epsilon = normal_matrix(2 * kSamples, 2, seed);
  return sampler(tape.constant(kMu), tape.constant(kLogVar), tape.constant(epsilon)).value();
}

std::vector<double> column(const M& z, Index point, Index j) {
  std::vector<double> sample(kSamples);
  for (Index k = 0; k < kSamples; ++k) sample[k] = z(point * kSamples + k, j);
  return sample;
}

// Whether mean and variance are those of N(μ, σ²), and no two columns or data points go together.
bool samples_are_right(const Sampler& sampler, std::uint64_t seed) {
  Tape tape;
  const M z = draw(tape, sampler, seed);
  std::vector<std::vector<double>> standardised;
  for (Index i = 0; i < 2; ++i) {
    for (Index j = 0; j < 2; ++j) {
      std::vector<double> u = column(z, i, j), square;
      if (std::abs(z_of_mean(u, kMu(i, j))) > kMostZ) return false;
      for (double& x : u) x -= kMu(i, j);
      for (const double x : u) square.push_back(x * x);
      if (std::abs(z_of_mean(square, std::exp(kLogVar(i, j)))) > kMostZ) return false;
      standardised.push_back(u);
    }
  }
  for (std::size_t a = 0; a < 4; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (std::abs(z_of_correlation(standardised[a], standardised[b])) > kMostZ) return false;
    }
  }
  return true;
}

// Whether it is 0 for q = p, never negative, and within 4 standard errors of the mean of log q(z) - log p(z), z ~ q.
bool divergence_is_right(const Divergence& kl, std::uint64_t seed) {
  if (kl(M::Zero(1, 3), M::Zero(1, 3))(0, 0) != 0) return false;
  const M mu = uniform_matrix(100, 2, -0.1, 0.1, seed), log_var = uniform_matrix(100, 2, -0.1, 0.1, seed + 1);
  if (kl(mu, log_var).minCoeff() < -1e-15) return false;
  Tape tape;
  const M z = draw(tape, diagonal_sample, seed);
  const M log_q = normal_log_prob(tape.constant(z), tape.constant(kMu), tape.constant(kLogVar)).value();
  const M log_ratio = log_q - M(standard_normal_log_prob(tape.constant(z)).value());
  const M exact = kl(kMu, kLogVar);
  for (Index i = 0; i < 2; ++i) {
    if (std::abs(z_of_mean(column(log_ratio, i, 0), exact(i, 0))) > kMostZ) return false;
  }
  return true;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("reparameterise: mean, variance and independence of the samples") {
    for (const std::uint64_t seed : {1, 2, 3}) CHECK(samples_are_right(diagonal_sample, seed));
    // the same ε for both data points
    const Sampler shared_noise = [](auto& mu, auto& log_var, auto& epsilon) {
      const M half = epsilon.value().topRows(kSamples);
      M twice(2 * kSamples, 2);
      twice << half, half;
      return reparameterise(mu, log_var, mu.tape().constant(M(twice)));
    };
    CHECK_FALSE(samples_are_right(shared_noise, 1));
    // exp log_var taken as the standard deviation
    const Sampler variance_for_deviation = [](auto& mu, auto& log_var, auto& epsilon) {
      return reparameterise(mu, log_var * 2.0, epsilon);
    };
    CHECK_FALSE(samples_are_right(variance_for_deviation, 1));
  }

  TEST_CASE("kl_to_standard_normal: 0 at the prior, never negative, and the mean of its definition") {
    const Divergence kl = [](const M& mu, const M& log_var) -> M {
      Tape tape;
      return kl_to_standard_normal(tape.constant(mu), tape.constant(log_var)).value();
    };
    for (const std::uint64_t seed : {1, 2, 3}) CHECK(divergence_is_right(kl, seed));
    CHECK_FALSE(divergence_is_right([&](auto& mu, auto& log_var) -> M { return -kl(mu, log_var); }, 1));
    CHECK_FALSE(divergence_is_right([&](auto& mu, auto& log_var) -> M { return 2 * kl(mu, log_var); }, 1));  // no ½
    const Divergence plus_log_var = [&](const M& mu, const M& log_var) -> M {
      return kl(mu, log_var) + log_var.rowwise().sum();
    };
    CHECK_FALSE(divergence_is_right(plus_log_var, 1));
    // KL( p ‖ q ), the other way round
    const Divergence reversed = [](const M& mu, const M& log_var) -> M {
      return 0.5 *
             ((mu.array().square() + 1) * (-log_var.array()).exp() - 1 + log_var.array()).rowwise().sum().matrix();
    };
    CHECK_FALSE(divergence_is_right(reversed, 1));
  }
}
