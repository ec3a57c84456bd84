#pragma once
// The ellipse on which a normal density of two numbers is constant.

#include <vector>

namespace plots {

// Points in the order in which they are joined.
struct Line {
  std::vector<double> x, y;
};

// N(m, C) in two dimensions, C by its variances and the covariance of x and y.
struct Normal2 {
  double mean_x = 0, mean_y = 0, variance_x = 1, variance_y = 1, covariance = 0;
};

// The points u with (u - m)ᵀ C⁻¹ (u - m) = r², r standard deviations from the mean: a closed line of 120 pieces. It
// holds the share 1 - exp(-½ r²) of the mass. Throws std::invalid_argument unless r > 0 and C is positive definite.
Line ellipse(const Normal2& normal, double r);

// The r whose ellipse holds this share of the mass: √(-2 log(1 - share)). Throws
// std::invalid_argument unless 0 < share < 1.
double radius_of(double share);

}  // namespace plots
