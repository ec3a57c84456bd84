#include "models/logistic_regression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "autograd/arithmetic/triangular.hpp"

namespace models {

using autograd::Index;
using autograd::Matrix;
using Vector = Eigen::VectorXd;

namespace {

// log(1 + eᵗ), without overflow.
double softplus(double t) { return std::max(t, 0.0) + std::log1p(std::exp(-std::abs(t))); }

void require_labels(const Matrix<double>& x, std::span<const int> labels) {
  if (x.rows() == 0 || x.rows() != std::ssize(labels)) {
    throw std::invalid_argument(
        fmt::format("logistic regression: expected a label for each of one or more rows, found {} labels and {} rows",
                    labels.size(), x.rows()));
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != 0 && labels[i] != 1) {
      throw std::invalid_argument(
          fmt::format("logistic regression: expected labels 0 and 1, found {} in row {}", labels[i], i));
    }
  }
}

// (Xᵀ R X + ρ I)⁻¹ g, where X has a column of ones at its end, and ρ does not act on that one.
Vector newton_step(const Matrix<double>& X, const Vector& R, double ridge, Vector g) {
  const Index d = X.cols() - 1;
  const Matrix<double> scaled = R.cwiseSqrt().asDiagonal() * X;
  Matrix<double> H = scaled.transpose() * scaled;
  H.diagonal().head(d).array() += ridge;
  H.diagonal().array() += 1e-14 * H.diagonal().maxCoeff();  // where all pᵢ are 0 or 1, H is 0 in floating point
  if (!autograd::factor_in_place<double>({H.data(), d + 1, d + 1})) {
    throw std::runtime_error("logistic regression: the columns of x are not independent; expected a ridge above 0");
  }
  autograd::solve_in_place<double>({H.data(), d + 1, d + 1}, false, {g.data(), d + 1, 1});
  autograd::solve_in_place<double>({H.data(), d + 1, d + 1}, true, {g.data(), d + 1, 1});
  return g;
}

}  // namespace

double logistic_objective(const LogisticRegression& model, const Matrix<double>& x, std::span<const int> labels,
                          double ridge) {
  require_labels(x, labels);
  const Vector t = model.log_odds(x);
  double sum = -0.5 * ridge * model.w.squaredNorm();
  for (Index i = 0; i < t.size(); ++i) sum -= softplus(labels[i] == 1 ? -t[i] : t[i]);
  return sum;
}

LogisticRegression fit_logistic_regression(const Matrix<double>& x, std::span<const int> labels,
                                           const LogisticSettings& settings) {
  require_labels(x, labels);
  const Index n = x.rows(), d = x.cols();
  Matrix<double> X(n, d + 1);
  X << x, Vector::Ones(n);
  const Vector y = Eigen::Map<const Eigen::VectorXi>(labels.data(), n).cast<double>();

  LogisticRegression model{Vector::Zero(d), 0};
  double objective = logistic_objective(model, x, labels, settings.ridge);
  for (int step = 0; step < settings.most_steps; ++step) {
    const Vector p = 1 / (1 + (-model.log_odds(x)).array().exp());
    Vector gradient = X.transpose() * (y - p);
    gradient.head(d) -= settings.ridge * model.w;
    if (gradient.cwiseAbs().maxCoeff() <= settings.tolerance * n) return model;

    const Vector delta = newton_step(X, p.array() * (1 - p.array()), settings.ridge, gradient);
    for (double a = 1; a > 1e-6; a /= 2) {
      const LogisticRegression next{model.w + a * delta.head(d), model.b + a * delta[d]};
      const double found = logistic_objective(next, x, labels, settings.ridge);
      if (found < objective - 1e-12 * std::abs(objective)) continue;
      model = next, objective = found;
      break;
    }
  }
  throw std::runtime_error(
      fmt::format("logistic regression: expected a gradient of at most {:g} a point after {} steps. Without a ridge "
                  "there is no maximum if a line separates the classes",
                  settings.tolerance, settings.most_steps));
}

}  // namespace models
