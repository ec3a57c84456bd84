#include "plots/ellipse.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace plots {

Line ellipse(const Normal2& normal, double r) {
  const auto [mean_x, mean_y, variance_x, variance_y, covariance] = normal;
  if (!(r > 0) || !(variance_x > 0) || !(variance_x * variance_y > covariance * covariance))
    throw std::invalid_argument(
        fmt::format("ellipse: expected r > 0 and a positive definite covariance, found r = {}, variances {} and {}, "
                    "covariance {}",
                    r, variance_x, variance_y, covariance));
  // the Cholesky factor of C maps the circle of radius r to the ellipse
  const double l11 = std::sqrt(variance_x), l21 = covariance / l11, l22 = std::sqrt(variance_y - l21 * l21);
  constexpr int kPieces = 120;
  Line line;
  for (int i = 0; i <= kPieces; ++i) {
    const double angle = 2 * std::numbers::pi * i / kPieces, u = r * std::cos(angle), v = r * std::sin(angle);
    line.x.push_back(mean_x + l11 * u);
    line.y.push_back(mean_y + l21 * u + l22 * v);
  }
  return line;
}

double radius_of(double share) {
  if (!(share > 0 && share < 1))
    throw std::invalid_argument(fmt::format("radius_of: expected a share between 0 and 1, found {}", share));
  return std::sqrt(-2 * std::log1p(-share));
}

}  // namespace plots
