#include "models/autoregression.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "models/statistics/normal.hpp"

namespace models {

Autoregression::Autoregression(double mu, double sigma, double rho) : mu_(mu), sigma_(sigma), rho_(rho) {
  if (!(sigma > 0))
    throw std::invalid_argument(fmt::format("Autoregression: expected sigma above 0, found {}", sigma));
  if (!(std::abs(rho) < 1))
    throw std::invalid_argument(fmt::format("Autoregression: expected rho between -1 and 1, found {}", rho));
}

std::vector<double> Autoregression::sample(int n, const Random& random) const {
  std::vector<double> x(n);
  random.fill_normal(x);
  double deviation = 0, scale = sigma_;
  for (double& x_t : x) {
    // xₜ - μ = ρ (xₜ₋₁ - μ) + √(1 - ρ²) σ ε, and x₁ - μ = σ ε
    deviation = rho_ * deviation + scale * x_t;
    x_t = mu_ + deviation;
    scale = std::sqrt(1 - rho_ * rho_) * sigma_;
  }
  return x;
}

double Autoregression::log_prob(std::span<const double> x) const {
  double log_p = 0, mean = mu_, variance = sigma_ * sigma_;
  for (const double x_t : x) {
    log_p += normal_log_density(x_t, mean, variance);
    mean = mu_ + rho_ * (x_t - mu_);
    variance = (1 - rho_ * rho_) * sigma_ * sigma_;
  }
  return log_p;
}

// log1p, since ρ² may be so small that 1 - ρ² is 1.
double Autoregression::neighbour_information() const { return -0.5 * std::log1p(-rho_ * rho_); }

double Autoregression::inflation(int n) const {
  double factor = 1, correlation = 1;
  for (int k = 1; k < n; ++k) {
    correlation *= rho_;
    factor += 2 * (1 - double(k) / n) * correlation;
  }
  return factor;
}

}  // namespace models
