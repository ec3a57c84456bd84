// Student's t: known values, and the two ways to it.
#include "models/student_t.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "models/inference/quadrature.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/normal.hpp"
#include "tests/models/files.hpp"

using namespace models;

TEST_SUITE("models") {
  TEST_CASE("student t: Cauchy for ν = 1, normal for large ν, and shifted and scaled") {
    for (const double x : {-3.0, 0.0, 0.4, 20.0}) {
      CHECK(std::exp(student_t_log_density(x, 0, 1, 1)) ==
            doctest::Approx(1 / (std::numbers::pi * (1 + x * x))).epsilon(1e-13));
      CHECK(student_t_log_density(2 + 3 * x, 2, 9, 4) ==
            doctest::Approx(student_t_log_density(x, 0, 1, 4) - std::log(3)).epsilon(1e-13));
    }
    CHECK(student_t_log_density(1.3, 0, 1, 1e8) == doctest::Approx(normal_log_density(1.3, 0, 1)).epsilon(1e-7));
  }

  TEST_CASE("student t: both densities integrate to 1, with the moments that are known") {
    const Quadrature rule = gauss_legendre(400, 1e-12, 60);
    const auto moment = [&](int power) {
      return integral(rule, [&](const autograd::Matrix<double>& l) -> Eigen::ArrayXd {
        return l.col(0).array().unaryExpr(
            [&](double l) { return std::pow(l, power) * std::exp(gamma_log_density(l, 3, 2)); });
      });
    };
    CHECK(moment(0) == doctest::Approx(1).epsilon(1e-10));
    CHECK(moment(1) == doctest::Approx(1.5).epsilon(1e-10));  // a/b
    CHECK(moment(2) == doctest::Approx(3).epsilon(1e-10));    // a/b² + (a/b)²
  }

  TEST_CASE("student t: the precision's draws") {
    // ν = 2: Gamma(1, 1), the exponential distribution, F = 1 - exp -λ
    std::vector<double> sample(20'000);
    for (std::size_t i = 0; i < sample.size(); ++i) sample[i] = sample_precision(2, Random(1), i);
    CHECK(kolmogorov_p(sample, [](double l) { return -std::expm1(-l); }) > 6.3e-5);
    CHECK(kolmogorov_p(sample, [](double l) { return -std::expm1(-1.1 * l); }) < 6.3e-5);
    CHECK(sample_precision(3, Random(1), 5) == sample_precision(3, Random(1), 5));
  }

  TEST_CASE("student t: what cannot be") {
    const auto error = [](auto f) { return error_of<std::invalid_argument>(f); };
    CHECK(error([] { student_t_log_density(0, 0, 1, 0); }) == "student_t_log_density: expected nu > 0, found 0");
    CHECK(error([] { student_t_log_density(0, 0, -1, 2); }) ==
          "student_t_log_density: expected variance > 0, found -1");
    CHECK(error([] { gamma_log_density(0, 1, 1); }) == "gamma_log_density: expected lambda > 0, found 0");
    CHECK(error([] { sample_precision(0, Random(1), 0); }) == "sample_precision: expected nu > 0, found 0");
  }
}
