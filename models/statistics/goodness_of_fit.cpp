#include "models/statistics/goodness_of_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace models {

double chi_square_tail(double x, int k) {
  if (k < 1)
    throw std::invalid_argument("chi_square_tail: expected 1 degree of freedom or more, got " + std::to_string(k));
  const double t = x / 2;
  if (t <= 0) return 1;
  double a = k % 2 == 0 ? 1 : 0.5;
  double Q = k % 2 == 0 ? std::exp(-t) : std::erfc(std::sqrt(t));
  for (; a < k / 2.0; ++a) Q += std::exp(a * std::log(t) - t - std::lgamma(a + 1));
  return Q;
}

double chi_square_p(std::span<const int> counts, std::span<const double> p) {
  if (counts.size() != p.size() || counts.size() < 2)
    throw std::invalid_argument("chi_square_p: expected two states or more, and a probability for each count; got " +
                                std::to_string(counts.size()) + " counts and " + std::to_string(p.size()) +
                                " probabilities");
  const double n = std::accumulate(counts.begin(), counts.end(), 0.0);
  double statistic = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (!(p[k] > 0))
      throw std::invalid_argument("chi_square_p: expected probabilities above 0, state " + std::to_string(k) +
                                  " has " + std::to_string(p[k]));
    statistic += (counts[k] - n * p[k]) * (counts[k] - n * p[k]) / (n * p[k]);
  }
  return chi_square_tail(statistic, int(p.size()) - 1);
}

double chi_square_p(std::span<const int> counts) {
  return chi_square_p(counts, std::vector<double>(counts.size(), 1.0 / counts.size()));
}

double kolmogorov_p(std::vector<double> sample, const std::function<double(double)>& F) {
  if (sample.empty()) throw std::invalid_argument("kolmogorov_p: expected at least one number, got none");
  std::ranges::sort(sample);
  const double n = sample.size();
  double distance = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double f = F(sample[i]);
    distance = std::max({distance, f - i / n, (i + 1) / n - f});
  }
  const double lambda = (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n)) * distance;
  double p = 0;  // P(K > λ) = 2 Σₖ (-1)ᵏ⁻¹ exp(-2 k² λ²), which converges slowly where it is 1 to many digits
  for (int k = 1; k <= 100; ++k) p += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * lambda * lambda);
  return lambda < 0.2 ? 1 : std::clamp(p, 0.0, 1.0);
}

}  // namespace models
