// Annealed importance sampling: on a linear-Gaussian model, whose log p(x) is known, from below and from above.

#include "models/inference/annealing.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "autograd/autograd.hpp"
#include "models/inference/importance.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/normal.hpp"
#include "tests/models/matrices.hpp"
#include "tests/models/statistics.hpp"

using namespace models;

namespace {

using M = Matrix<double>;

// z ~ N(0, I), x | z ~ N(z, σ² I) in k dimensions.
constexpr int kDimensions = 4;
constexpr double kVariance = 0.05;

PriorAndLikelihood model(const M& x) {
  const auto likelihood = [x](const auto& z) {
    return normal_log_prob(z.tape().constant(x), z, z.tape().constant(M::Constant(1, 1, std::log(kVariance))));
  };
  return {[](const auto& z) { return standard_normal_log_prob(z); }, likelihood};
}

const HmcSettings kMoves{.step = 0.15, .leapfrogs = 4};

double z_of(const ImportanceEstimate& found, double expected) {
  return (found.log_mean - expected) / std::sqrt(found.variance);
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("annealing: weights average to p(x) from the prior, and their inverses to 1/p(x) from the posterior") {
    constexpr int kChains = 400;
    const M x = M::Constant(1, kDimensions, 0.9);
    double exact = 0;
    for (const double x_j : x.reshaped()) exact += normal_log_density(x_j, 0, 1 + kVariance);
    const M noise = normal_matrix(kChains, kDimensions, 3);
    const double shrink = 1 / (1 + kVariance);
    const M posterior = std::sqrt(kVariance * shrink) * noise + M((shrink * x).replicate(kChains, 1));

    const auto betas = powers_of_temperature(100, 3);
    const Eigen::ArrayXd up = anneal(model(x), noise, betas, kMoves, 1);
    const Eigen::ArrayXd down = anneal_backward(model(x), posterior, betas, kMoves, 2);
    CHECK(std::abs(z_of(importance_estimate(up), exact)) < kMostZ);
    CHECK(std::abs(z_of(importance_estimate(-down), -exact)) < kMostZ);
    CHECK(importance_estimate(up).variance < 0.01);
    CHECK(std::abs(z_of(importance_estimate(up), exact + 0.4)) > kMostZ);
    CHECK(up.mean() < exact);
    CHECK(down.mean() > exact);
    // Backwards from the prior's draws, which are not the posterior's, the weights prove nothing.
    const Eigen::ArrayXd wrong = anneal_backward(model(x), noise, betas, kMoves, 2);
    CHECK(std::abs(z_of(importance_estimate(-wrong), -exact)) > kMostZ);

    // One step is importance sampling from the prior: far noisier.
    const Eigen::ArrayXd once = anneal(model(x), noise, {0, 1}, kMoves, 1);
    CHECK(importance_estimate(once).variance > 10 * importance_estimate(up).variance);
  }

  TEST_CASE("annealing: temperatures rise from 0 to 1, and no others are taken") {
    CHECK(powers_of_temperature(4, 2) == std::vector<double>{0, 1.0 / 16, 0.25, 9.0 / 16, 1});
    CHECK_THROWS_AS(powers_of_temperature(0, 1), std::invalid_argument);
    CHECK_THROWS_AS(powers_of_temperature(5, 0), std::invalid_argument);
    const M x = M::Zero(1, 2), z = M::Zero(3, 2);
    for (const std::vector<double>& betas : {std::vector<double>{0, 0.5}, {0.1, 1}, {0, 0.6, 0.6, 1}, {}}) {
      CHECK_THROWS_AS(anneal(model(x), z, betas, kMoves, 1), std::invalid_argument);
      CHECK_THROWS_AS(anneal_backward(model(x), z, betas, kMoves, 1), std::invalid_argument);
    }
  }
}
