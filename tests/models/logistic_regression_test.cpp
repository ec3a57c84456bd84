#include "models/logistic_regression.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "autograd/autograd.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Index;
using autograd::Matrix;

namespace {

struct Overlapping {  // two classes that no line separates
  Matrix<double> x = normal_matrix(40, 3, 5);
  std::vector<int> y;
  Overlapping() {
    for (int i = 0; i < 40; ++i) y.push_back((x(i, 0) + normal_matrix(40, 1, 9)(i, 0)) > 0.3);
  }
};

// The gradient of the objective in w and b, by the tape.
Matrix<double> gradient_by_tape(const LogisticRegression& model, const Overlapping& data, double ridge) {
  const Index d = data.x.cols();
  Matrix<double> w = model.w, y(40, 1);
  for (int i = 0; i < 40; ++i) y(i, 0) = data.y[i];
  const auto objective = [&](const autograd::Var<Matrix<double>>& w, const autograd::Var<double>& b) {
    const auto t = matmul(w.tape().constant(data.x), w) + b;
    return sum(w.tape().constant(y) * t - softplus(t)) - 0.5 * ridge * squared_norm(w);
  };
  const auto [value, in_w, in_b] = autograd::value_and_gradient(objective, w, model.b);
  CHECK(value == doctest::Approx(logistic_objective(model, data.x, data.y, ridge)).epsilon(1e-13));
  Matrix<double> all(d + 1, 1);
  all << in_w, in_b;
  return all;
}

}  // namespace

TEST_CASE("logistic regression: at the fit the tape's gradient is 0; beside it, it is not") {
  const Overlapping data;
  for (const double ridge : {0.0, 2.0}) {
    CAPTURE(ridge);
    LogisticRegression model = fit_logistic_regression(data.x, data.y, {.ridge = ridge, .tolerance = 1e-12});
    CHECK(gradient_by_tape(model, data, ridge).cwiseAbs().maxCoeff() < 1e-10);
    CHECK(gradient_by_tape(model, data, ridge + 0.1).cwiseAbs().maxCoeff() > 1e-3);
    model.b += 0.01;
    CHECK(gradient_by_tape(model, data, ridge).cwiseAbs().maxCoeff() > 1e-3);
  }
}

// One feature that is 0 or 1 can fit both shares exactly: 3 of 4 and 1 of 5.
TEST_CASE("logistic regression: a closed form, the log odds of two shares") {
  Matrix<double> x(9, 1);
  x << 1, 1, 1, 1, 0, 0, 0, 0, 0;
  const LogisticRegression model = fit_logistic_regression(x, std::vector<int>{1, 1, 1, 0, 1, 0, 0, 0, 0});
  CHECK(model.b == doctest::Approx(std::log(1.0 / 4)).epsilon(1e-9));
  CHECK(model.w[0] == doctest::Approx(std::log(3.0) - std::log(1.0 / 4)).epsilon(1e-9));
  CHECK(model.log_odds(x)[0] == doctest::Approx(std::log(3.0)).epsilon(1e-9));
}

TEST_CASE("logistic regression: classes that a line separates need a ridge") {
  Matrix<double> x(4, 1);
  x << -2, -1, 1, 2;
  const std::vector<int> y{0, 0, 1, 1};
  CHECK_THROWS_AS(fit_logistic_regression(x, y, {.tolerance = 1e-16, .most_steps = 20}), std::runtime_error);
  const LogisticRegression model = fit_logistic_regression(x, y, {.ridge = 1e-3});
  CHECK(model.w[0] > 2);
  CHECK(model.b == doctest::Approx(0).epsilon(1e-9));
}

TEST_CASE("logistic regression: labels that do not fit") {
  const Matrix<double> x = normal_matrix(2, 1, 5);
  CHECK_THROWS_AS(fit_logistic_regression(x, std::vector<int>{0}), std::invalid_argument);
  CHECK_THROWS_AS(fit_logistic_regression(x, std::vector<int>{0, 2}), std::invalid_argument);
}
