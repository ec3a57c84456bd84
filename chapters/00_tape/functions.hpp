#pragma once
// Functions that are written once for every kind of number: plain doubles, dual numbers and the Vars of both tapes.

#include <cmath>
#include <vector>

namespace ch00 {

using std::sin;

// f(x, y) = x y + sin x
template <class T>
T worked(const T& x, const T& y) {
  const T product = x * y;
  return product + sin(x);
}

// (((c₀ x + c₁) x + c₂) x + ...): Horner's rule, which uses x once for each degree.
template <class T>
T horner(const std::vector<int>& c, const T& x) {
  T y = 1.0 * c[0] + 0.0 * x;
  for (std::size_t k = 1; k < c.size(); ++k) y = 1.0 * c[k] + y * x;
  return y;
}

// v₁ = x, v₂ = y, v_k = v_{k-1} + v_{k-2}: every number is used twice.
template <class T>
T fibonacci(T x, T y, int n) {
  for (int k = 2; k < n; ++k) {
    const T next = x + y;
    x = y, y = next;
  }
  return y;
}

// One step of Euler's method for dy/dt = y (1 - y): four operations.
template <class T>
T euler_step(const T& y, double h) {
  return y + h * (y * (1.0 - y));
}

// Π x_i (Speelpenning's product)
template <class T>
T product(const std::vector<T>& x) {
  T y = x[0];
  for (std::size_t i = 1; i < x.size(); ++i) y = y * x[i];
  return y;
}

// Σ 100 (x_{i+1} - x_i²)² + (1 - x_i)² (Rosenbrock's function)
template <class T>
T rosenbrock(const std::vector<T>& x) {
  T sum = 0.0 * x[0];
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const T valley = x[i + 1] - x[i] * x[i], slope = 1.0 - x[i];
    sum = sum + 100.0 * (valley * valley) + slope * slope;
  }
  return sum;
}

}  // namespace ch00
