// The linear-Gaussian model: Bayes' rule ties its densities together at every z.
#include "models/linear_gaussian.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>

#include "models/statistics/normal.hpp"
#include "tests/models/matrices.hpp"

using namespace models;

TEST_SUITE("models") {
  TEST_CASE("linear Gaussian: log p(x) = log p(z) + log p(x|z) - log p(z|x), whatever z") {
    using M = autograd::Matrix<double>;
    const LinearGaussian model{uniform_matrix<double>(2, 5, -1, 1, 1), 0.3};
    const M x = uniform_matrix<double>(4, 5, -2, 2, 2), z = uniform_matrix<double>(4, 2, -2, 2, 3);
    const M off = z - model.posterior_mean(x), errors = x - z * model.W;
    CHECK((model.precision() * model.covariance() - M::Identity(2, 2)).norm() < 1e-12);
    CHECK(model.log_det_precision() == doctest::Approx(std::log(model.precision().determinant())).epsilon(1e-13));
    const Eigen::ArrayXd log_evidence = model.log_evidence(x);
    for (int i = 0; i < 4; ++i) {
      CAPTURE(i);
      const double prior = -0.5 * (2 * kLog2Pi + z.row(i).squaredNorm());
      const double likelihood = -0.5 * (5 * (kLog2Pi + std::log(0.3)) + errors.row(i).squaredNorm() / 0.3);
      const auto posterior = [&](const M& precision) {
        const double squared = (off.row(i) * precision * off.row(i).transpose())(0, 0);
        return -0.5 * (2 * kLog2Pi - model.log_det_precision() + squared);
      };
      CHECK(std::abs(log_evidence[i] - (prior + likelihood - posterior(model.precision()))) < 1e-12);
      CHECK(std::abs(log_evidence[i] - (prior + likelihood - posterior(model.covariance()))) > 0.1);
    }
  }
}
