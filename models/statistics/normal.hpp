#pragma once
// The normal distribution of one number. For matrices on the tape see distributions.hpp.

#include <cmath>
#include <numbers>

namespace models {

inline const double kLog2Pi = std::log(2 * std::numbers::pi);

// log N(x; μ, σ²) = -½ [ log 2π + log σ² + (x - μ)² / σ² ] in nats; σ² > 0.
inline double normal_log_density(double x, double mu, double variance) {
  return -0.5 * (kLog2Pi + std::log(variance) + (x - mu) * (x - mu) / variance);
}

// P(X <= x) for X ~ N(μ, σ²).
inline double normal_distribution(double x, double mu, double variance) {
  return 0.5 * std::erfc((mu - x) / std::sqrt(2 * variance));
}

// H = -E[ log p(X) ] = ½ log(2πe σ²) in nats: below 0 for σ² < 1/(2πe) = 0.0585.
inline double normal_entropy(double variance) { return 0.5 * (kLog2Pi + 1 + std::log(variance)); }

// KL( N(μ₁, σ₁²) ‖ N(μ₂, σ₂²) ) = ½ [ (σ₁² + (μ₁ - μ₂)²) / σ₂² - 1 - log(σ₁² / σ₂²) ] in nats.
inline double normal_kl(double mu1, double variance1, double mu2, double variance2) {
  const double between = mu1 - mu2;
  return 0.5 * ((variance1 + between * between) / variance2 - 1 - std::log(variance1 / variance2));
}

}  // namespace models
