#include "models/naive_bayes.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "models/statistics/normal.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Index;
using autograd::Matrix;

namespace {

// Weights of three classes: positive numbers, not a label among them.
Matrix<double> soft_weights(Index n) { return uniform_matrix(n, 3, 0.1, 1, 8); }

}  // namespace

TEST_CASE("naive Bayes: the fit by hand, with labels") {
  Matrix<double> x(4, 1);
  x << 1, 3, 10, 14;
  const NaiveBayes model = fit_naive_bayes(x, one_hot(std::vector<int>{0, 0, 1, 1}, 2), 0);
  CHECK(model.mu(0, 0) == 2);
  CHECK(model.mu(1, 0) == 12);
  CHECK(model.variance[0] == (1 + 1 + 4 + 4) / 4.0);
  CHECK(std::exp(model.log_prior[0]) == doctest::Approx(0.5));
}

TEST_CASE("naive Bayes: log p(x, y) is the sum of its logarithms, its softmax that of the affine scores") {
  const Matrix<double> x = normal_matrix(6, 4, 3);
  const NaiveBayes model = fit_naive_bayes(x, soft_weights(6), 0.2);
  const Matrix<double> joint = model.log_joint(x), scores = model.affine()(x);
  for (Index i = 0; i < 6; ++i) {
    for (Index k = 0; k < 3; ++k) {
      double sum = model.log_prior[k];
      for (Index j = 0; j < 4; ++j) sum += normal_log_density(x(i, j), model.mu(k, j), model.variance[j]);
      CHECK(joint(i, k) == doctest::Approx(sum).epsilon(1e-13));
    }
  }
  CHECK(log_posterior(joint).isApprox(log_posterior(scores), 1e-12));
  AffineScores wrong = model.affine();
  wrong.b = model.log_prior;  // without the norms of the means
  CHECK_FALSE(log_posterior(joint).isApprox(log_posterior(wrong(x)), 1e-3));
}

// The objective of the fit: Σᵢₖ Wᵢₖ log p(xᵢ, k) - ½ floor Σ W Σⱼ 1/vⱼ. Every step away from the fit lowers it.
TEST_CASE("naive Bayes: the fit is the maximum, for weights that are no labels, with a floor") {
  const Matrix<double> x = normal_matrix(30, 2, 4), weights = soft_weights(30);
  const double floor = 0.3;
  const NaiveBayes best = fit_naive_bayes(x, weights, floor);
  const auto objective = [&](const NaiveBayes& model) {
    return model.log_joint(x).cwiseProduct(weights).sum() -
           0.5 * floor * weights.sum() * model.variance.cwiseInverse().sum();
  };
  const double top = objective(best);
  for (const double step : {-0.05, 0.05}) {
    NaiveBayes other = best;
    other.mu(1, 0) += step;
    CHECK(objective(other) < top);
    other = best;
    other.variance[1] *= 1 + step;
    CHECK(objective(other) < top);
    other = best;
    const Eigen::RowVectorXd shifted = (best.log_prior + step * Eigen::RowVector3d(1, -1, 0)).array().exp();
    other.log_prior = (shifted / shifted.sum()).array().log();
    CHECK(objective(other) < top);
  }
}

TEST_CASE("naive Bayes: what does not fit") {
  const Matrix<double> x = normal_matrix(4, 2, 5);
  CHECK_THROWS_AS(fit_naive_bayes(x, soft_weights(3), 0), std::invalid_argument);
  CHECK_THROWS_AS(fit_naive_bayes(x, one_hot(std::vector<int>{0, 0, 1, 1}, 3), 0), std::invalid_argument);
  CHECK_THROWS_AS(fit_naive_bayes(x, soft_weights(4), 0).log_joint(normal_matrix(4, 3, 5)), std::invalid_argument);
  CHECK_THROWS_AS(one_hot(std::vector<int>{0, 2}, 2), std::invalid_argument);
}

TEST_CASE("classification: Bayes' rule at logarithms that exp cannot hold, and the share of wrong answers") {
  Matrix<double> joint(2, 2);
  joint << -1000, -1000 + std::log(3.0), 900, 900;
  const Matrix<double> p = log_posterior(joint).array().exp();
  CHECK(p(0, 1) == doctest::Approx(0.75));
  CHECK(p(1, 0) == doctest::Approx(0.5));
  CHECK(log_evidence(joint)[0] == doctest::Approx(-1000 + std::log(4.0)).epsilon(1e-14));
  CHECK(error_rate(joint, std::vector<int>{1, 1}) == 0.5);
  CHECK(error_rate(joint, std::vector<int>{1, 0}) == 0);
  CHECK_THROWS_AS(error_rate(joint, std::vector<int>{1}), std::invalid_argument);
}
