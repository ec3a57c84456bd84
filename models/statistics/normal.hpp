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

}  // namespace models
