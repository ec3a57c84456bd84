// The reference answers.
#include "chapters/04_iid_log_likelihood/exercises/exercise.hpp"

#include <cmath>
#include <numbers>
#include <vector>

namespace ch04 {

// 4.1   eq:iid
double log_likelihood(std::span<const double> x, double mu, double sigma) {
  const double variance = sigma * sigma;
  double log_p = 0;
  for (const double x_i : x) {
    // log N(x; μ, σ²) = -½ [ log 2π + log σ² + (x - μ)² / σ² ]
    log_p -= 0.5 * (std::log(2 * std::numbers::pi * variance) + (x_i - mu) * (x_i - mu) / variance);
  }
  return log_p;
}

// 4.2   eq:iid
double log_likelihood_from_summary(const Summary& summary, double mu, double sigma) {
  const double variance = sigma * sigma;
  // Σ (xᵢ - μ)² = Σ xᵢ² - 2μ Σ xᵢ + N μ²
  const double squares = summary.sum_of_squares - 2 * mu * summary.sum + summary.n * mu * mu;
  // log p(D) = -½ [ N log 2πσ² + Σ (xᵢ - μ)² / σ² ]
  return -0.5 * (summary.n * std::log(2 * std::numbers::pi * variance) + squares / variance);
}

// 4.3   eq:iid
double compensated_sum(std::span<const double> x) {
  double sum = 0, lost = 0;
  for (const double x_i : x) {
    const double rounded = sum + x_i;
    lost += std::abs(sum) >= std::abs(x_i) ? (sum - rounded) + x_i : (x_i - rounded) + sum;
    sum = rounded;
  }
  return sum + lost;
}

// 4.4   eq:ml-kl
double divergence_from_data(std::span<const int> x, std::span<const double> p) {
  std::vector<double> counts(p.size(), 0.0);
  for (const int state : x) ++counts[state];
  double kl = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    const double p_hat = counts[k] / x.size();
    // Σₖ p̂ₖ log(p̂ₖ / pₖ), with 0 log 0 = 0
    if (p_hat > 0) kl += p_hat * std::log(p_hat / p[k]);
  }
  return kl;
}

// 4.5   eq:iid
// The difference is Σ_{t>1} [ log p(xₜ | xₜ₋₁) - log p(xₜ) ]. Of each bracket the squares have expectation -½ and
// +½, and what is left is the difference of the log variances, -½ log (1 - ρ²)σ² + ½ log σ².
double price_of_independence(double rho, int n) { return -0.5 * (n - 1) * std::log1p(-rho * rho); }

}  // namespace ch04
