#include "models/gaussian_discriminant.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "models/naive_bayes.hpp"
#include "models/statistics/normal.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Index;
using autograd::Matrix;

namespace {

struct Weighted {
  Matrix<double> x = normal_matrix(20, 3, 3).array() + 50.0, weights = uniform_matrix(20, 2, 0.1, 1, 8);
};

}  // namespace

TEST_CASE("normal discrimination: means and covariance by their definitions, far from the origin") {
  const Weighted w;
  const GaussianDiscriminant model = fit_gaussian_discriminant(w.x, w.weights, 0.1);
  Matrix<double> covariance = 0.1 * Matrix<double>::Identity(3, 3);
  for (Index k = 0; k < 2; ++k) {
    const Eigen::RowVectorXd mean = w.weights.col(k).transpose() * w.x / w.weights.col(k).sum();
    CHECK(model.mu.row(k).isApprox(mean, 1e-13));
    for (Index i = 0; i < 20; ++i) {
      const Eigen::RowVectorXd u = w.x.row(i) - mean;
      covariance += w.weights(i, k) / w.weights.sum() * u.transpose() * u;
    }
  }
  CHECK((model.L * model.L.transpose()).isApprox(covariance, 1e-12));
  CHECK(model.L(0, 2) == 0);
}

TEST_CASE("normal discrimination: log p(x, y) by inverse and determinant, its softmax that of the affine scores") {
  const Weighted w;
  const GaussianDiscriminant model = fit_gaussian_discriminant(w.x, w.weights, 0.1);
  const Matrix<double> sigma = model.L * model.L.transpose(), inverse = sigma.inverse();
  const Matrix<double> joint = model.log_joint(w.x);
  for (Index i = 0; i < 20; ++i) {
    for (Index k = 0; k < 2; ++k) {
      const Eigen::RowVectorXd u = w.x.row(i) - model.mu.row(k);
      const double log_density = -0.5 * (3 * kLog2Pi + std::log(sigma.determinant()) + u * inverse * u.transpose());
      CHECK(joint(i, k) == doctest::Approx(model.log_prior[k] + log_density).epsilon(1e-12));
    }
  }
  CHECK(log_posterior(joint).isApprox(log_posterior(model.affine()(w.x)), 1e-9));
  AffineScores wrong = model.affine();
  wrong.b -= model.log_prior;
  CHECK_FALSE(log_posterior(joint).isApprox(log_posterior(wrong(w.x)), 1e-4));
}

TEST_CASE("normal discrimination in one dimension is naive Bayes") {
  const Matrix<double> x = normal_matrix(12, 1, 6), weights = uniform_matrix(12, 3, 0.1, 1, 7);
  CHECK(fit_gaussian_discriminant(x, weights, 0.2)
            .log_joint(x)
            .isApprox(fit_naive_bayes(x, weights, 0.2).log_joint(x), 1e-12));
}

TEST_CASE("normal discrimination: what does not fit") {
  Matrix<double> x = normal_matrix(6, 2, 5);
  x.col(1).setZero();  // never varies
  const Matrix<double> weights = uniform_matrix(6, 2, 0.1, 1, 7);
  CHECK_THROWS_AS(fit_gaussian_discriminant(x, weights, 0), std::invalid_argument);
  CHECK_THROWS_AS(fit_gaussian_discriminant(x, weights, 0.1).log_joint(normal_matrix(6, 3, 5)), std::invalid_argument);
}
