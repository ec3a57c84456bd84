#include "models/softmax_regression.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "autograd/autograd.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Buffer;
using autograd::Tape;

namespace {

const std::vector<int> kClasses{2, 0, 1, 2};

struct Example {
  Parameters<double> theta;
  SoftmaxRegression model{theta, 3, 3, 1};
  Matrix<double> x = normal_matrix(4, 3, 5);
};

}  // namespace

TEST_CASE("softmax regression: probabilities by the formula") {
  Example e;
  named(e.theta, "softmax.b") << 0.3, -0.2, 0.1;
  Tape tape;
  const Watched<double> theta(tape, e.theta);
  const auto log_probs = e.model.log_probs(theta, tape.constant(e.x));
  const auto log_prob = e.model.log_prob(theta, tape.constant(e.x), std::span(kClasses));
  for (Index i = 0; i < 4; ++i) {
    const Eigen::RowVectorXd logits = e.x.row(i) * named(e.theta, "softmax.W") + named(e.theta, "softmax.b");
    const Eigen::RowVectorXd p = logits.array().exp() / logits.array().exp().sum();
    for (Index k = 0; k < 3; ++k) CHECK(std::exp(log_probs.value()(i, k)) == doctest::Approx(p[k]).epsilon(1e-14));
    CHECK(log_prob.value()(i, 0) == log_probs.value()(i, kClasses[i]));
  }
}

// ∇_W Σ log p(yᵢ | xᵢ) = Xᵀ (Y - P), the outer product of each x with what the prediction still lacks.
TEST_CASE("softmax regression: the gradient by hand") {
  Example e;
  Buffer<double> gradient = Buffer<double>::Zero(e.theta.size());
  Tape tape;
  Matrix<double> lacks(4, 3);
  autograd::value_and_gradient(
      [&](const Watched<double>& theta) {
        const auto x = theta.tape().constant(e.x);
        lacks = -e.model.log_probs(theta, x).value().array().exp().matrix();
        for (Index i = 0; i < 4; ++i) lacks(i, kClasses[i]) += 1;
        return sum(e.model.log_prob(theta, x, std::span(kClasses)));
      },
      e.theta, gradient, tape);
  CHECK(e.theta.view(gradient, e.model.layer.W).isApprox(e.x.transpose() * lacks, 1e-13));
  CHECK(e.theta.view(gradient, e.model.layer.b).isApprox(lacks.colwise().sum(), 1e-13));
}

TEST_CASE("softmax regression: labels that do not fit") {
  Example e;
  Tape tape;
  const Watched<double> theta(tape, e.theta);
  const auto x = tape.constant(e.x);
  CHECK_THROWS_AS(e.model.log_prob(theta, x, std::vector<int>{0, 1}), std::invalid_argument);
  CHECK_THROWS_AS(e.model.log_prob(theta, x, std::vector<int>{0, 1, 2, 3}), std::out_of_range);
}

// At the maximum the gradient is 0:  Xᵀ (Y - P) = λ W, and the columns of Y - P sum to 0.
TEST_CASE("softmax regression: the fit is the maximum") {
  const Matrix<double> x = normal_matrix(30, 2, 7);
  std::vector<int> y(30);
  for (int i = 0; i < 30; ++i) y[i] = x(i, 0) + 0.5 * x(i, 1) > 0.3 ? 2 : i % 2;
  const auto fit = fit_softmax(x, y, 3, {.ridge = 0.5, .steps = 2000}, 1);
  const Matrix<double> lacks = one_hot(y, 3).array() - log_posterior(fit(x)).array().exp();
  CHECK((x.transpose() * lacks - 0.5 * fit.W).cwiseAbs().maxCoeff() < 1e-5);
  CHECK(lacks.colwise().sum().cwiseAbs().maxCoeff() < 1e-5);
  CHECK_THROWS_AS(fit_softmax(x, std::vector<int>{0, 1}, 3, {}, 1), std::invalid_argument);
}
