// The reference answers.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "chapters/08_intractability/exercises/exercise.hpp"

namespace ch08 {

// 8.1   eq:intractable
// N(x; z, σ²)² = N(x; z, σ²/2) / (2σ√π), so that E[p̂²] = N(x; 0, 1 + σ²/2) / (2σ√π) in one coordinate, and over p²
//   (1 + σ²) / (σ √(2 + σ²)) · exp( x² (1/(1 + σ²) - 1/(2 + σ²)) )
double relative_variance(std::span<const double> x, double sigma) {
  const double s2 = sigma * sigma;
  double second_moment = 1;
  for (const double x_j : x)
    second_moment *= (1 + s2) / (sigma * std::sqrt(2 + s2)) * std::exp(x_j * x_j * (1 / (1 + s2) - 1 / (2 + s2)));
  return second_moment - 1;
}

// 8.2   claim:mcmc
double log_acceptance(const Place& from, const Place& to, double step) {
  // log q(b|a), up to a constant that is the same both ways
  const auto log_q = [step](const Place& b, const Place& a) {
    double squares = 0;
    for (std::size_t j = 0; j < a.z.size(); ++j) {
      const double error = b.z[j] - a.z[j] - 0.5 * step * step * a.gradient[j];
      squares += error * error;
    }
    return -0.5 * squares / (step * step);
  };
  return std::min(0.0, to.log_p - from.log_p + log_q(from, to) - log_q(to, from));
}

// 8.3   claim:mcmc
// The best variances are 1/Λ_jj, with Λ the inverse of s² ((1 - ρ) I + ρ 11ᵀ):
//   Λ = 1/(s² (1 - ρ)) ( I - ρ/(1 + (k - 1) ρ) 11ᵀ )
double best_standard_deviation(int k, double s, double rho) {
  const double precision = (1 - rho / (1 + (k - 1) * rho)) / (s * s * (1 - rho));
  return 1 / std::sqrt(precision);
}

// 8.4   claim:accept
// z' = (1 - ε²/(2s²)) z + ε r.   v = (1 - ε²/(2s²))² v + ε²   gives   v = s² / (1 - ε²/(4s²))
double leapfrog_variance(double step, double s) {
  const double rest = 1 - step * step / (4 * s * s);
  return rest > 0 ? s * s / rest : std::numeric_limits<double>::infinity();
}

// 8.5   eq:ess
// The kept draws are a chain of N/m draws with correlation ρ^m.
double thinned_sample_size(double N, double rho, int m) {
  const double kept = std::pow(rho, m);
  return N / m * (1 - kept) / (1 + kept);
}

// 8.6   eq:thermodynamic
// p_β = N(m, v) with 1/v = 1 + β/σ² and m = v β x/σ²; E (x - z)² = (x - m)² + v.
double expected_log_weight(double x, double sigma, std::span<const double> betas) {
  const double s2 = sigma * sigma;
  double sum = 0;
  for (std::size_t t = 1; t < betas.size(); ++t) {
    const double beta = betas[t - 1], v = 1 / (1 + beta / s2), m = v * beta * x / s2;
    sum += (betas[t] - beta) * -0.5 * (std::log(2 * std::numbers::pi * s2) + ((x - m) * (x - m) + v) / s2);
  }
  return sum;
}

// 8.7   claim:posterior-theta
// dp/dη = p (1 - p), so log p(D, η) = (h + 1) log p + (t + 1) log(1 - p). Peak at p = (h + 1)/(h + t + 2), where
// minus the second derivative is (h + t + 2) p (1 - p).
double coin_log_evidence(int heads, int tails) {
  const double a = heads + 1, b = tails + 1, p = a / (a + b);
  return a * std::log(p) + b * std::log(1 - p) + 0.5 * std::log(2 * std::numbers::pi / ((a + b) * p * (1 - p)));
}

}  // namespace ch08
