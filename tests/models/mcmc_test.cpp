// Hamiltonian Monte Carlo: the leapfrog method's properties, the moments of known densities, and what goes wrong
// without the acceptance step.

#include "models/inference/mcmc.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "autograd/autograd.hpp"
#include "models/inference/chain_diagnostics.hpp"
#include "models/statistics/distributions.hpp"
#include "tests/models/matrices.hpp"
#include "tests/models/statistics.hpp"

using namespace models;

namespace {

using M = Matrix<double>;

// log N(z; m, P⁻¹) up to a constant, in two dimensions.
LogJoint normal_density(const Eigen::RowVector2d& m, const Eigen::Matrix2d& P) {
  return [m, P](const auto& z) {
    const auto u = z - M(m);
    return -0.5 * sum(matmul(u, u.tape().constant(P)) * u, autograd::By::row);
  };
}

// One that is no parabola: z₁⁴ and a product.
LogJoint crooked() {
  return [](const auto& z) {
    return -0.25 * sum(square(square(z)), autograd::By::row) - sin(columns(z, 0, 1)) * columns(z, 1, 1);
  };
}

// Of chains of N(0, 1): the variance's estimate and its standard error.
Estimate second_moment(const HmcSettings& settings, int count) {
  const Chains chains =
      hmc([](const auto& z) { return standard_normal_log_prob(z); }, M::Zero(50, 1), 200, count, settings, 3);
  return chain_mean(chains.of([](const auto& z) { return z[0] * z[0]; }));
}

double z_of(const Estimate& found, double expected) { return (found.mean - expected) / found.se; }

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("mcmc: leapfrog steps lead back when the momentum is reversed, and err in the energy by O(ε²)") {
    const auto drift = [](double step, bool back) {
      Particles p = particles(crooked(), normal_matrix(5, 2, 1));
      p.r = normal_matrix(5, 2, 2);
      const Particles before = p;
      const int steps = std::round(1 / step);
      for (int l = 0; l < steps; ++l) leapfrog(crooked(), p, step);
      if (!back) return (p.energy() - before.energy()).matrix().norm();
      p.r = -p.r;
      for (int l = 0; l < steps; ++l) leapfrog(crooked(), p, step);
      return (p.z - before.z).norm() + (p.r + before.r).norm();
    };
    CHECK(drift(0.1, true) < 1e-13);
    CHECK(drift(0.02, false) > 1e-6);
    CHECK(drift(0.02, false) / drift(0.01, false) == doctest::Approx(4).epsilon(0.05));
  }

  TEST_CASE("mcmc: mean and covariance of a correlated normal density, within what its effective sample size says") {
    const Eigen::RowVector2d m(1, -2);
    const Eigen::Matrix2d P{{2, 1.2}, {1.2, 1}}, C = P.inverse();
    const Chains chains = hmc(normal_density(m, P), M::Zero(20, 2), 100, 2000, {.step = 0.5, .leapfrogs = 6}, 1);
    CHECK(chains.acceptance.minCoeff() > 0.5);
    CHECK(chains.acceptance.maxCoeff() < 1);
    for (int j : {0, 1}) {
      const auto coordinate = chains.of([j](const auto& z) { return z[j]; });
      CHECK(split_r_hat(coordinate) < 1.01);
      CHECK(std::abs(z_of(chain_mean(coordinate), m[j])) < kMostZ);
      for (int i = 0; i <= j; ++i) {
        const auto products = chains.of([&](const auto& z) { return (z[i] - m[i]) * (z[j] - m[j]); });
        CHECK(std::abs(z_of(chain_mean(products), C(i, j))) < kMostZ);
        CHECK(std::abs(z_of(chain_mean(products), 1.05 * C(i, j))) > kMostZ);  // 5 % off is seen
      }
    }
  }

  TEST_CASE("mcmc: without the acceptance step the leapfrog method samples another variance, 1/(1 - ε²/4)") {
    for (const double step : {0.5, 1.0, 1.5}) {
      CAPTURE(step);
      const HmcSettings without{.step = step, .jitter = 0, .leapfrogs = 1, .accept = false};
      const Estimate found = second_moment(without, 2000);
      CHECK(std::abs(z_of(found, 1 / (1 - step * step / 4))) < kMostZ);
      CHECK(std::abs(z_of(found, 1)) > kMostZ);
      const HmcSettings with{.step = step, .jitter = 0, .leapfrogs = 1};
      CHECK(std::abs(z_of(second_moment(with, 2000), 1)) < kMostZ);
    }
  }

  TEST_CASE("mcmc: chains of different densities run side by side, each as it runs alone") {
    // row i has the mean i; the noise of a row does not depend on the rows beside it only in the first row
    const LogJoint means = [](const auto& z) {
      const M m = Eigen::VectorXd::LinSpaced(z.rows(), 0, z.rows() - 1);
      return -0.5 * square(z - m);
    };
    const Chains chains = hmc(means, M::Zero(4, 1), 100, 4000, {.step = 0.7, .leapfrogs = 3}, 5);
    const Eigen::MatrixXd z = chains.of([](const auto& z) { return z[0]; });
    for (int i = 0; i < 4; ++i) CHECK(std::abs(z_of(chain_mean(z.col(i)), i)) < kMostZ);
  }

  TEST_CASE("mcmc: a proposal without a finite energy is never accepted, and what cannot run is refused") {
    const LogJoint wall = [](const auto& z) { return log(z); };  // -∞ at 0, NaN below
    const Chains chains = hmc(wall, M::Constant(10, 1, 0.1), 0, 50, {.step = 2, .leapfrogs = 1}, 1);
    for (const auto& z : chains.draws) CHECK((z.array() > 0).all());
    CHECK(chains.acceptance.minCoeff() < 1);
    const LogJoint f = crooked();
    const M start = M::Zero(2, 2);
    CHECK_THROWS_AS(hmc(f, start, 0, 1, {.step = 0}, 1), std::invalid_argument);
    CHECK_THROWS_AS(hmc(f, start, 0, 1, {.jitter = 1}, 1), std::invalid_argument);
    CHECK_THROWS_AS(hmc(f, start, 0, 1, {.leapfrogs = 0}, 1), std::invalid_argument);
    CHECK_THROWS_AS(hmc(f, start, -1, 1, {}, 1), std::invalid_argument);
    CHECK_THROWS_AS(hmc([](const auto& z) { return z * 1.0; }, start, 0, 1, {}, 1), std::invalid_argument);
  }

  TEST_CASE("chains: the effective sample size of AR(1) is N (1 - ρ)/(1 + ρ), above N where ρ < 0") {
    for (const double rho : {-0.5, 0.0, 0.5, 0.9}) {
      CAPTURE(rho);
      constexpr int kDraws = 20'000, kChains = 8;
      const Matrix<double> noise = normal_matrix(kDraws, kChains, 11);
      Eigen::MatrixXd x = noise;
      for (int t = 1; t < kDraws; ++t) x.row(t) = rho * x.row(t - 1) + std::sqrt(1 - rho * rho) * noise.row(t);
      const double expected = x.size() * (1 - rho) / (1 + rho);
      CHECK(effective_sample_size(x) == doctest::Approx(expected).epsilon(0.05));
      CHECK(split_r_hat(x) < 1.005);
      CHECK(chain_mean(x).se == doctest::Approx(1 / std::sqrt(expected)).epsilon(0.05));
      CHECK(std::abs(z_of(chain_mean(x), 0)) < kMostZ);
    }
  }

  TEST_CASE("chains: R̂ sees chains that disagree, and one that drifts") {
    Eigen::MatrixXd x = normal_matrix(1000, 4, 12);
    CHECK(split_r_hat(x) < 1.01);
    Eigen::MatrixXd apart = x;
    apart.col(2).array() += 1.5;
    CHECK(split_r_hat(apart) > 1.1);
    Eigen::MatrixXd drift = x.leftCols(1) + Eigen::VectorXd::LinSpaced(1000, 0, 2);
    CHECK(split_r_hat(drift) > 1.1);  // which only the halves show
    CHECK(effective_sample_size(apart) < 100);
    CHECK_THROWS_AS(split_r_hat(x.topRows(3)), std::invalid_argument);
    CHECK_THROWS_AS(effective_sample_size(Eigen::MatrixXd(10, 0)), std::invalid_argument);
  }
}
