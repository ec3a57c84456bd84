// The reference answers.
#include <Eigen/LU>
#include <cmath>
#include <numbers>

#include "chapters/09_encoder/exercises/exercise.hpp"

namespace ch09 {

// 9.1   eq:encoder
Var<Matrix<double>> log_q(const Var<Matrix<double>>& z, const Var<Matrix<double>>& mu,
                          const Var<Matrix<double>>& log_var) {
  const double log_2pi = std::log(2 * std::numbers::pi);
  return -0.5 * sum(log_2pi + log_var + square(z - mu) * exp(-log_var), autograd::By::row);
}

// 9.2   eq:encoder
// The largest term is taken out of the sum, so that no exponential is too small for all to be 0.
std::array<double, 2> on_grid(const Eigen::ArrayXd& log_joint, const Eigen::ArrayXd& log_q, double cell) {
  const double largest = log_joint.maxCoeff();
  const double log_evidence = largest + std::log((log_joint - largest).exp().sum() * cell);
  const double elbo = (log_q.exp() * (log_joint - log_q)).sum() * cell;
  return {log_evidence, elbo};
}

// 9.3   claim:amortised
// KL = ½ [ s² tr Λ - k - log det Λ - k log s² ], whose slope in s² is 0 at s² = k / tr Λ.
double isotropic_gap(const Eigen::MatrixXd& precision) {
  const double k = precision.rows();
  return 0.5 * (k * std::log(precision.trace() / k) - std::log(precision.determinant()));
}

// 9.4   claim:amortised
// KL_i = ½ [ s² Λ_i - 1 - log s² - log Λ_i ]: the best s² is 1 over the mean of Λ. The gap is Jensen's for log.
double shared_variance_gap(std::span<const double> precisions) {
  double mean = 0, mean_log = 0;
  for (const double precision : precisions) {
    mean += precision / precisions.size();
    mean_log += std::log(precision) / precisions.size();
  }
  return 0.5 * (std::log(mean) - mean_log);
}

// 9.5   claim:partial
// Precision 1 + n. The mean is (seen + (n-m) E[x | seen]) / (1+n) = seen / (1+m), for E[x | seen] = seen / (1+m).
// Gap: ½ (1+n) Var[ Σ unseen | seen ] / (1+n)², where Var[ Σ unseen | seen ] = (n-m)² / (1+m) + (n-m).
std::array<double, 3> partial_encoder(int n, int m) {
  const double unseen = n - m, spread = unseen * unseen / (1 + m) + unseen;
  return {1.0 / (1 + m), 1.0 / (1 + n), 0.5 * spread / (1 + n)};
}

// 9.6   claim:mean-code
// E ‖x - zW‖² = ‖x - μW‖² + Σ_j s_j² ‖W_j‖², row j of W.
double excess_at_code(const Eigen::MatrixXd& W, double noise_variance, const Eigen::VectorXd& log_sd) {
  return 0.5 * (2 * log_sd).array().exp().matrix().dot(W.rowwise().squaredNorm()) / noise_variance;
}

// 9.7   claim:representation
// What both probes owe to a lucky draw cancels in the difference.
std::array<double, 2> paired_difference(std::span<const double> a, std::span<const double> b) {
  const double R = a.size();
  double mean = 0, squares = 0;
  for (std::size_t r = 0; r < a.size(); ++r) mean += (a[r] - b[r]) / R;
  for (std::size_t r = 0; r < a.size(); ++r) squares += std::pow(a[r] - b[r] - mean, 2);
  return {mean, std::sqrt(squares / (R - 1) / R)};
}

}  // namespace ch09
