// Quadrature: exact for polynomials of degree 2n - 1 and for no higher one, known integrals, and its errors.

#include "models/inference/quadrature.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

using namespace models;

namespace {

OfPoints power(int degree) {
  return [degree](const autograd::Matrix<double>& z) -> Eigen::ArrayXd { return z.array().pow(degree); };
}

// E z^k for z ~ N(0,1): 1 · 3 · 5 ··· (k - 1) for even k.
double normal_moment(int k) {
  double moment = k % 2 == 0 ? 1 : 0;
  for (int i = 1; i < k; i += 2) moment *= i;
  return moment;
}

// Of ∫ z^degree, on the scale of what is added up.
double relative_error(const Quadrature& rule, int degree, double exact) {
  const Eigen::ArrayXd terms = rule.weights * power(degree)(rule.points);
  return std::abs(integral(rule, power(degree)) - exact) / std::max(1.0, terms.abs().sum());
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("quadrature: n points are exact up to degree 2n - 1, and not beyond") {
    for (const int n : {1, 2, 5, 10}) {
      CAPTURE(n);
      const Quadrature hermite = gauss_hermite(n), legendre = gauss_legendre(n, -1, 3);
      for (int k = 0; k < 2 * n; ++k) {
        CHECK(relative_error(hermite, k, normal_moment(k)) < 1e-12);
        const double exact = (std::pow(3, k + 1) - std::pow(-1, k + 1)) / (k + 1);
        CHECK(relative_error(legendre, k, exact) < 1e-12);
      }
      CHECK(relative_error(hermite, 2 * n, normal_moment(2 * n)) > 1e-6);
    }
  }

  TEST_CASE("quadrature: smooth integrals to the last digits, with many points too") {
    for (const int n : {40, 150, 300, 500}) {
      CAPTURE(n);
      const auto cosine = [](const autograd::Matrix<double>& z) -> Eigen::ArrayXd { return z.array().cos(); };
      CHECK(integral(gauss_hermite(n), cosine) == doctest::Approx(std::exp(-0.5)).epsilon(1e-13));
      CHECK(integral(gauss_legendre(n, 0, 1), cosine) == doctest::Approx(std::sin(1.0)).epsilon(1e-13));
    }
  }

  TEST_CASE("quadrature: the logarithm of an integral whose terms are no numbers") {
    // log ∫ N(z;0,1) exp(-1000 - ½ z²) dz = -1000 - ½ log 2, and in three dimensions three halves.
    const auto log_f = [](const autograd::Matrix<double>& z) -> Eigen::ArrayXd {
      return -1000 - 0.5 * z.rowwise().squaredNorm().array();
    };
    const Quadrature rule = gauss_hermite(60);
    CHECK(log_integral(rule, log_f) == doctest::Approx(-1000 - 0.5 * std::numbers::ln2).epsilon(1e-15));
    CHECK(log_integral(product_rule(rule, 3), log_f) ==
          doctest::Approx(-1000 - 1.5 * std::numbers::ln2).epsilon(1e-15));
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(log_integral(rule, [=](const autograd::Matrix<double>& z) -> Eigen::ArrayXd {
            return Eigen::ArrayXd::Constant(z.rows(), -infinity);
          }) == -infinity);
  }

  TEST_CASE("quadrature: a product has the points of a grid, the last coordinate varying fastest") {
    const Quadrature rule = gauss_legendre(3, 0, 1), square = product_rule(rule, 2);
    REQUIRE(square.points.rows() == 9);
    CHECK(square.points(1, 0) == rule.points(0, 0));
    CHECK(square.points(1, 1) == rule.points(1, 0));
    CHECK(square.weights[5] == rule.weights[1] * rule.weights[2]);
  }

  TEST_CASE("quadrature: what is refused") {
    CHECK_THROWS_WITH_AS(gauss_hermite(0), "gauss_hermite: expected at least one point, found n = 0",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(gauss_legendre(3, 1, 1), "gauss_legendre: expected finite a < b, found a = 1, b = 1",
                         std::invalid_argument);
    CHECK_THROWS_AS(product_rule(gauss_hermite(300), 3), std::invalid_argument);
    CHECK_THROWS_WITH_AS(
        integral(gauss_hermite(3), [](const autograd::Matrix<double>&) { return Eigen::ArrayXd::Zero(2).eval(); }),
        "quadrature: expected a value for each of 3 points, found 2", std::invalid_argument);
  }
}
