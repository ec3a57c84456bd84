#include "chapters/02_probabilistic_models/densities.hpp"

#include <algorithm>
#include <limits>
#include <numbers>

#include "models/statistics/normal.hpp"

namespace ch02 {

double Mixture::log_density(double x) const {
  // log Σ_k exp l_k, the largest l_k so far taken out: far from all components exp l_k alone would be 0
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::size_t k = 0; k < weight.size(); ++k) {
    const double l = std::log(weight[k]) + models::normal_log_density(x, mean[k], sd[k] * sd[k]);
    sum = l > largest ? sum * std::exp(largest - l) + 1 : sum + std::exp(l - largest);
    largest = std::max(largest, l);
  }
  return largest + std::log(sum);
}

double Mixture::distribution(double x) const {
  double sum = 0;
  for (std::size_t k = 0; k < weight.size(); ++k)
    sum += weight[k] * models::normal_distribution(x, mean[k], sd[k] * sd[k]);
  return sum;
}

double Mixture::expectation() const {
  double sum = 0;
  for (std::size_t k = 0; k < weight.size(); ++k) sum += weight[k] * mean[k];
  return sum;
}

// E[ X² ] - (E[ X ])²
double Mixture::variance() const {
  double square = 0;
  for (std::size_t k = 0; k < weight.size(); ++k) square += weight[k] * (sd[k] * sd[k] + mean[k] * mean[k]);
  return square - expectation() * expectation();
}

Mixture normal(double mean, double sd) { return {.weight = {1}, .mean = {mean}, .sd = {sd}}; }

double integral(double a, double b, const std::function<double(double)>& f) {
  const int n = 2000;
  double sum = f(a) + f(b);
  for (int i = 1; i < n; ++i) sum += (i % 2 == 1 ? 4 : 2) * f(a + (b - a) * i / n);
  return sum * (b - a) / (3.0 * n);
}

namespace {

constexpr double kFar = 20;

}  // namespace

double entropy(const LogDensity& p) {
  return integral(-kFar, kFar, [&](double x) {
    const double log_p = p(x);
    return -std::exp(log_p) * log_p;
  });
}

double divergence(const LogDensity& p, const LogDensity& q) {
  return integral(-kFar, kFar, [&](double x) {
    const double log_p = p(x);
    return std::exp(log_p) * (log_p - q(x));
  });
}

double total_variation(const LogDensity& p, const LogDensity& q) {
  return 0.5 * integral(-kFar, kFar, [&](double x) { return std::abs(std::exp(p(x)) - std::exp(q(x))); });
}

double minimise(double low, double high, const std::function<double(double)>& f) {
  const double ratio = 1 / std::numbers::phi;  // 0.618: the inner point that is kept is the next step's too
  double left = high - ratio * (high - low), right = low + ratio * (high - low);
  double at_left = f(left), at_right = f(right);
  for (int step = 0; step < 40; ++step) {
    if (at_left < at_right) {
      high = right, right = left, at_right = at_left;
      left = high - ratio * (high - low), at_left = f(left);
    } else {
      low = left, left = right, at_left = at_right;
      right = low + ratio * (high - low), at_right = f(right);
    }
  }
  return (low + high) / 2;
}

Numbers steps_between(double low, double high, int count) {
  Numbers x(count);
  for (int i = 0; i < count; ++i) x[i] = low + (high - low) * i / (count - 1);
  return x;
}

Matrix<double> column(std::span<const double> numbers) {
  return Eigen::Map<const Matrix<double>>(numbers.data(), numbers.size(), 1);
}

}  // namespace ch02
