// Ellipses of a normal density: how far the points are from the mean, and how much lies within.
#include "plots/ellipse.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

TEST_SUITE("plots") {
  TEST_CASE("ellipse: every point is r standard deviations from the mean, and the line is closed") {
    const plots::Normal2 normal{.mean_x = 1, .mean_y = -2, .variance_x = 4, .variance_y = 0.25, .covariance = -0.7};
    const double determinant = 4 * 0.25 - 0.7 * 0.7;
    const plots::Line line = plots::ellipse(normal, 1.5);
    REQUIRE(line.x.size() == line.y.size());
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      const double u = line.x[i] - 1, v = line.y[i] + 2;
      const double squared = (0.25 * u * u + 2 * 0.7 * u * v + 4 * v * v) / determinant;  // uᵀ C⁻¹ u
      CHECK(std::abs(std::sqrt(squared) - 1.5) < 1e-12);
    }
    CHECK(std::abs(line.x.front() - line.x.back()) < 1e-12);
    CHECK(std::abs(line.y.front() - line.y.back()) < 1e-12);
  }

  TEST_CASE("ellipse: the share of the mass within") {
    CHECK(plots::radius_of(1 - std::exp(-2.0)) == doctest::Approx(2).epsilon(1e-14));
    CHECK(plots::radius_of(1e-12) == doctest::Approx(std::sqrt(2e-12)).epsilon(1e-10));
  }

  TEST_CASE("ellipse: what is refused") {
    CHECK_THROWS_AS(plots::ellipse({}, 0), std::invalid_argument);
    CHECK_THROWS_AS(plots::ellipse({.covariance = 1}, 1), std::invalid_argument);
    CHECK_THROWS_WITH_AS(plots::radius_of(1), "radius_of: expected a share between 0 and 1, found 1",
                         std::invalid_argument);
  }
}
