#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

// The tests' verdicts on samples: |z| <= 4, and p >= 6.3e-5, which is the same level.
inline constexpr double kMostZ = 4;
inline constexpr double kLeastP = 6.3e-5;

// (mean - expected) / standard error, the standard deviation taken from the sample.
inline double z_of_mean(std::span<const double> sample, double expected) {
  const double n = sample.size();
  double mean = 0, square = 0;
  for (const double x : sample) mean += x / n;
  for (const double x : sample) square += (x - mean) * (x - mean) / (n - 1);
  return (mean - expected) / std::sqrt(square / n);
}

// z of the correlation of two samples whose means are 0.
inline double z_of_correlation(std::span<const double> x, std::span<const double> y) {
  std::vector<double> product(x.size());
  std::transform(x.begin(), x.end(), y.begin(), product.begin(), std::multiplies<>());
  return z_of_mean(product, 0);
}

// P(χ² with k - 1 degrees of freedom exceeds the statistic of k equally likely counts), by the cube root normal
// approximation (Wilson & Hilferty 1931).
inline double p_of_equal_counts(const std::vector<int>& counts) {
  double total = 0, statistic = 0;
  for (const int count : counts) total += count;
  const double expected = total / counts.size();
  for (const int count : counts) statistic += (count - expected) * (count - expected) / expected;
  const double k = double(counts.size()) - 1, spread = 2 / (9 * k);
  return 0.5 * std::erfc((std::cbrt(statistic / k) - (1 - spread)) / std::sqrt(2 * spread));
}

// p of the largest distance between the sample's distribution and a continuous one (Kolmogorov; the finite-n
// correction of Stephens 1970).
inline double p_of_kolmogorov(std::vector<double> sample, const std::function<double(double)>& distribution) {
  std::sort(sample.begin(), sample.end());
  const double n = sample.size();
  double distance = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double f = distribution(sample[i]);
    distance = std::max({distance, f - i / n, (i + 1) / n - f});
  }
  const double lambda = (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n)) * distance;
  double p = 0;
  for (int k = 1; k <= 100; ++k) p += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * lambda * lambda);
  return lambda < 0.2 ? 1 : p;
}
