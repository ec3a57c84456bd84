// The reference answers.
#include <cmath>
#include <numbers>

#include "chapters/02_probabilistic_models/exercises/exercise.hpp"

namespace ch02 {

// 2.1   eq:model
// P(X <= x) is ½ exp((x - μ)/b) below μ and 1 - ½ exp(-(x - μ)/b) above it.
double laplace_draw(double u, double mu, double b) {
  return u < 0.5 ? mu + b * std::log(2 * u) : mu - b * std::log(2 * (1 - u));
}

// 2.2   claim:density-above-one
// p(y) dy = p(x) dx with x = log y, so that dx = dy / y.
double log_density_of_exp(double y, double mu, double sigma) {
  const double u = (std::log(y) - mu) / sigma;
  return -0.5 * std::log(2 * std::numbers::pi) - std::log(sigma) - 0.5 * u * u - std::log(y);
}

// 2.3   eq:approx
// ∂p_j/∂θ_k = p_j ((1 where j = k) - p_k), and Σ_j ∂p_j/∂θ_k = 0. So the slope is
//   Σ_j (log(p_j/p*_j) + 1) ∂p_j/∂θ_k = p_k (log(p_k/p*_k) - KL)
std::vector<double> slope_of_backward_divergence(std::span<const double> p, std::span<const double> p_star) {
  double kl = 0;
  for (std::size_t k = 0; k < p.size(); ++k) kl += p[k] * std::log(p[k] / p_star[k]);
  std::vector<double> slope;
  for (std::size_t k = 0; k < p.size(); ++k) slope.push_back(p[k] * (std::log(p[k] / p_star[k]) - kl));
  return slope;
}

// 2.4   claim:kl-direction
// q has the mean and the variance of p: E[ x² ] = Σ w (σ² + μ²), and from it the square of the mean.
MeanAndVariance closest_normal(std::span<const double> weight, std::span<const double> mean,
                               std::span<const double> variance) {
  double first = 0, second = 0;
  for (std::size_t k = 0; k < weight.size(); ++k) {
    first += weight[k] * mean[k];
    second += weight[k] * (variance[k] + mean[k] * mean[k]);
  }
  return {first, second - first * first};
}

// 2.5   eq:conditional
// Three faults: softplus(r) is σ and not σ², the ½ was missing, and so was the constant.
Var<Matrix<double>> log_prob(const Var<Matrix<double>>& y, const Var<Matrix<double>>& mu,
                             const Var<Matrix<double>>& r) {
  const auto sigma = softplus(r);
  return -0.5 * std::log(2 * std::numbers::pi) - log(sigma) - 0.5 * square((y - mu) / sigma);
}

// 2.6   claim:grey-bernoulli
// d/dℓ log ∫₀¹ exp(ℓt) dt, with the integral (exp ℓ - 1)/ℓ: the mean is 1/(1 - exp(-ℓ)) - 1/ℓ. Near 0 both terms are
// large, and ½ + ℓ/12 is what is left.
double mean_of_continuous_bernoulli(double logit) {
  if (std::abs(logit) < 1e-3) return 0.5 + logit / 12 - logit * logit * logit / 720;
  return 1 / -std::expm1(-logit) - 1 / logit;
}

}  // namespace ch02
