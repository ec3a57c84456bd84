#pragma once
// Logistic regression: p(y = 1 | x) = sigmoid(xᵀ w + b), for two classes. Fitted by Newton's method, which needs no
// step size and doubles the number of right digits with every step near the end. (For K classes, trained by the tape,
// see softmax_regression.hpp.)

#include <span>

#include "autograd/core/value.hpp"

namespace models {

struct LogisticRegression {
  Eigen::VectorXd w;  // d
  double b = 0;

  // log p(y = 1 | x) - log p(y = 0 | x) = xᵀ w + b: n numbers, for x: n×d.
  Eigen::VectorXd log_odds(const autograd::Matrix<double>& x) const { return (x * w).array() + b; }
};

// A ridge makes the maximum finite where a line separates the classes. It does not act on b.
struct LogisticSettings {
  double ridge = 0;          // ρ >= 0
  double tolerance = 1e-10;  // the largest component of the gradient at the end, divided by n
  int most_steps = 100;
};

// Σᵢ log p(yᵢ | xᵢ) - ½ ρ ‖w‖², in nats.
double logistic_objective(const LogisticRegression& model, const autograd::Matrix<double>& x,
                          std::span<const int> labels, double ridge);

// The maximum of that objective, for x: n×d and labels 0 and 1. A Newton step solves, with pᵢ = p(y = 1 | xᵢ) and a
// column of ones beside x for b,
//   (Xᵀ R X + ρ I) δ = Xᵀ (y - p) - ρ w,      R = diag pᵢ (1 - pᵢ)
// and is halved until the objective does not fall (Hastie, Tibshirani & Friedman 2009, section 4.4.1).
// Throws std::invalid_argument unless there is a label 0 or 1 for each row, and std::runtime_error if it has not
// converged after most_steps, as happens without a ridge when a line separates the classes.
LogisticRegression fit_logistic_regression(const autograd::Matrix<double>& x, std::span<const int> labels,
                                           const LogisticSettings& settings = {});

}  // namespace models
