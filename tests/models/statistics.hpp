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
