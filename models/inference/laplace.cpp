#include "models/inference/laplace.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <stdexcept>

#include "models/statistics/normal.hpp"

namespace models {
namespace {

using autograd::Matrix;

// Value, gradient and A = -∇² at θ, a column of A for each direction.
struct Parabola {
  double value = 0;
  Eigen::VectorXd gradient;
  Eigen::MatrixXd A;
};
Parabola parabola_at(const SecondDerivatives& log_joint, const Eigen::VectorXd& theta) {
  const Eigen::Index d = theta.size();
  Parabola p;
  p.A.resize(d, d);
  for (Eigen::Index j = 0; j < d; ++j) {
    const auto order = log_joint(theta.transpose(), Eigen::RowVectorXd::Unit(d, j));
    p.value = order.value;
    p.gradient = order.gradient.transpose();
    p.A.col(j) = -order.product.transpose();
  }
  return p;
}

double value_at(const SecondDerivatives& log_joint, const Eigen::VectorXd& theta) {
  return log_joint(theta.transpose(), Eigen::RowVectorXd::Zero(theta.size())).value;
}

}  // namespace

Laplace laplace(const SecondDerivatives& log_joint, const Eigen::VectorXd& start, const LaplaceSettings& settings) {
  Eigen::VectorXd theta = start;
  for (int step = 0; step <= settings.most_steps; ++step) {
    const Parabola p = parabola_at(log_joint, theta);
    const Eigen::LLT<Eigen::MatrixXd> A(p.A);
    if (A.info() != Eigen::Success)
      throw std::domain_error(fmt::format(
          "laplace: expected second derivatives of a peak, found -∇² log p(D, θ) not positive definite in step {}",
          step));
    if (p.gradient.cwiseAbs().maxCoeff() <= settings.tolerance) {
      const double d = theta.size(), log_det = 2 * A.matrixLLT().diagonal().array().log().sum();
      return {theta, p.A, A.solve(Eigen::MatrixXd::Identity(theta.size(), theta.size())),
              p.value + 0.5 * d * kLog2Pi - 0.5 * log_det, step};
    }
    Eigen::VectorXd delta = A.solve(p.gradient);
    const double lowest = p.value - 1e-12 * std::abs(p.value);  // near the top, rounding alone may let it fall
    for (int halved = 0; halved < 60 && !(value_at(log_joint, theta + delta) >= lowest); ++halved) delta *= 0.5;
    theta += delta;
  }
  throw std::runtime_error(fmt::format("laplace: expected a gradient of at most {} within {} steps, found none",
                                       settings.tolerance, settings.most_steps));
}

}  // namespace models
