#pragma once
// The stationary Gaussian autoregression of order 1, AR(1): data that are identically distributed but not independent,
// and still simple enough that everything about them is known in closed form (Hamilton 1994, chapter 3 and §5.2).
//
//   x₁ ~ N(μ, σ²),     xₜ | xₜ₋₁ ~ N(μ + ρ (xₜ₋₁ - μ), (1 - ρ²) σ²)
//
// Each xₜ alone is N(μ, σ²), and xₜ, xₜ₊ₖ have correlation ρᵏ. With ρ = 0 the data are independent.

#include <span>
#include <vector>

#include "models/statistics/random.hpp"

namespace models {

class Autoregression {
 public:
  // Throws std::invalid_argument unless σ > 0 and -1 < ρ < 1.
  Autoregression(double mu, double sigma, double rho);

  // n numbers in their order; x₁ .. xₙ take draws 0 .. n-1 of the stream.
  std::vector<double> sample(int n, const Random& random) const;

  // log p(D) = log p(x₁) + Σ_{t>1} log p(xₜ | xₜ₋₁), in nats.
  double log_prob(std::span<const double> x) const;

  // I(xₜ; xₜ₊₁) = -½ log(1 - ρ²): what one number tells about the next, in nats (Cover & Thomas 2006, example 8.5.1).
  double neighbour_information() const;

  // The variance of x̄ = (1/n) Σ xₜ is σ²/n times this factor, 1 + 2 Σ_{k<n} (1 - k/n) ρᵏ, which tends to
  // (1 + ρ) / (1 - ρ) for large n (Hamilton 1994, §7.2).
  double inflation(int n) const;

  double mu() const { return mu_; }
  double sigma() const { return sigma_; }
  double rho() const { return rho_; }

 private:
  double mu_, sigma_, rho_;
};

}  // namespace models
