#pragma once
// The five functions, one number at a time: what a user of a library for scalars writes, as a template over the type
// of a number. With double it is the plain function that all gradients are measured by.

#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "tests/bench/functions/problem.hpp"

namespace bench::formulas {

using std::exp, std::log, std::tanh;

inline const double kLog2Pi = std::log(2 * std::numbers::pi);

// Σ_{i<n} term(i)
template <class F>
auto sum_of(int n, F term) {
  auto sum = term(0);
  for (int i = 1; i < n; ++i) sum += term(i);
  return sum;
}

// log Σᵢ exp xᵢ, stable. A library that has its own goes before this one.
template <class T>
T log_sum_exp(std::span<const T> x) {
  T m = x[0];
  for (const T& value : x) {
    if (value > m) m = value;
  }
  return m + log(sum_of(x.size(), [&](int i) -> T { return exp(x[i] - m); }));
}

template <class T>
T A(const T* x) {
  return log_sum_exp(std::span<const T>(x, kNumbers));
}

template <class T>
T B(const T* x) {
  const T &mu = x[kNumbers], &sigma = x[kNumbers + 1];
  const T inverse = 1 / sigma, log_sigma = log(sigma);
  return sum_of(kNumbers, [&](int i) -> T {
    const T u = (x[i] - mu) * inverse;
    return -0.5 * (u * u) - log_sigma - 0.5 * kLog2Pi;
  });
}

template <class T>
T C(const T* x) {
  T product = x[0];
  for (int i = 1; i < kNumbers; ++i) product = product * x[i];
  return product;
}

// y = tanh(x W + b), W: in×out
template <class In, class T>
void layer(const In* x, const T* W, const T* b, T* y, int in, int out) {
  for (int j = 0; j < out; ++j) {
    T sum = b[j];
    for (int i = 0; i < in; ++i) sum += x[i] * W[i * out + j];
    y[j] = tanh(sum);
  }
}

template <class T>
T D(const T* x) {
  const Problem& p = problem('D');
  const T *W1 = x, *b1 = W1 + kInputs * kUnits, *W2 = b1 + kUnits, *b2 = W2 + kUnits * kUnits, *w3 = b2 + kUnits,
          *b3 = w3 + kUnits;
  std::array<T, kUnits> h1, h2;
  return sum_of(kPoints, [&](int n) -> T {
    layer(p.data.data() + n * kInputs, W1, b1, h1.data(), kInputs, kUnits);
    layer(h1.data(), W2, b2, h2.data(), kUnits, kUnits);
    T f = *b3;
    for (int j = 0; j < kUnits; ++j) f += h2.data()[j] * w3[j];
    const T error = f - p.target.data()[n];
    return 0.5 * (error * error);
  });
}

// The constant of the Wishart priors of all components (models/gaussian_mixture.hpp).
inline double wishart_constant() {
  constexpr double d = kDimensions, nu = d + 1 + kWishartM;
  double log_gamma = 0.25 * d * (d - 1) * std::log(std::numbers::pi);
  for (int j = 0; j < kDimensions; ++j) log_gamma += std::lgamma(0.5 * (nu - j));
  return kComponents * (nu * d * (std::log(kGamma) - 0.5 * std::log(2)) - log_gamma);
}

// ‖Q (x - μ)‖², Q given by its diagonal and, row by row, what is below it
template <class T>
T squared_distance(const double* x, const T* mu, const T* diagonal, const T* below) {
  std::array<T, kDimensions> difference;
  for (int i = 0; i < kDimensions; ++i) difference.data()[i] = x[i] - mu[i];
  return sum_of(kDimensions, [&](int i) -> T {
    T u = diagonal[i] * difference.data()[i];
    for (int j = 0; j < i; ++j) u += *below++ * difference.data()[j];
    return u * u;
  });
}

template <class T>
T E(const T* x) {
  constexpr int d = kDimensions, K = kComponents;
  const double* data = problem('E').data.data();
  const T *alpha = x, *mu = alpha + K, *log_diagonal = mu + K * d, *below = log_diagonal + K * d;
  std::vector<T> diagonals(K * d), log_scales(K), log_joints(K);
  T *diagonal = diagonals.data(), *log_scale = log_scales.data(), *log_joint = log_joints.data();
  for (int i = 0; i < K * d; ++i) diagonal[i] = exp(log_diagonal[i]);
  for (int k = 0; k < K; ++k) {
    log_scale[k] = alpha[k] + sum_of(d, [&](int i) -> T { return log_diagonal[k * d + i]; });
  }
  const T log_likelihood = sum_of(kRows, [&](int n) -> T {
    for (int k = 0; k < K; ++k) {
      log_joint[k] =
          log_scale[k] - 0.5 * squared_distance(data + n * d, mu + k * d, diagonal + k * d, below + k * kBelow);
    }
    return log_sum_exp(std::span<const T>(log_joint, K));
  });
  const T normaliser = static_cast<double>(kRows) * log_sum_exp(std::span<const T>(alpha, K));
  const T log_determinants = sum_of(K * d, [&](int i) -> T { return log_diagonal[i]; });
  const T squared_norms = sum_of(K * d, [&](int i) -> T { return diagonal[i] * diagonal[i]; }) +
                          sum_of(K * kBelow, [&](int i) -> T { return below[i] * below[i]; });
  return log_likelihood - normaliser - 0.5 * kRows * d * kLog2Pi + kWishartM * log_determinants -
         0.5 * kGamma * kGamma * squared_norms + wishart_constant();
}

// f of that letter.
template <class T>
T evaluate(char function, const T* x) {
  switch (function) {
    case 'A':
      return A(x);
    case 'B':
      return B(x);
    case 'C':
      return C(x);
    case 'D':
      return D(x);
    default:
      return E(x);
  }
}

}  // namespace bench::formulas
