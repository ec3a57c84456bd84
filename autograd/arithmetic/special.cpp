#include "autograd/arithmetic/special.hpp"

#include <cmath>
#include <numbers>
#include <unsupported/Eigen/SpecialFunctions>

namespace autograd {

float lgamma(float x) { return Eigen::numext::lgamma(x); }
double lgamma(double x) { return Eigen::numext::lgamma(x); }
float digamma(float x) { return Eigen::numext::digamma(x); }
double digamma(double x) { return Eigen::numext::digamma(x); }

// Eigen's sum is for x > 0. Below, by reflection: trigamma(x) = π² / sin²(πx) - trigamma(1 - x), A&S 6.4.7. The sine
// of π (x - the nearest integer) is exactly 0 at the poles.
double trigamma(double x) {
  if (std::isinf(x) && x > 0) return 0;  // Eigen: NaN
  if (!(x <= 0)) return Eigen::numext::polygamma(1.0, x);
  const double sine = std::sin(std::numbers::pi * (x - std::nearbyint(x)));
  return std::numbers::pi * std::numbers::pi / (sine * sine) - trigamma(1 - x);
}
float trigamma(float x) { return trigamma(double(x)); }

}  // namespace autograd
