#include "models/statistics/estimate.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "models/statistics/random.hpp"

using namespace models;

TEST_CASE("running mean: mean, variance and standard error of four numbers") {
  RunningMean running;
  for (const double x : {1.0, 2.0, 4.0, 9.0}) running.add(x);
  CHECK(running.count() == 4);
  CHECK(running.mean() == doctest::Approx(4).epsilon(1e-15));
  CHECK(running.variance() == doctest::Approx((9 + 4 + 0 + 25) / 3.0).epsilon(1e-15));  // 1/(n-1), not 1/n
  CHECK(running.estimate().se == doctest::Approx(std::sqrt(38 / 12.0)).epsilon(1e-15));
}

TEST_CASE("running mean: a small variance survives a large mean, where a sum of squares loses it") {
  RunningMean running;
  double sum = 0, squares = 0;
  const int n = 1000;
  for (int i = 0; i < n; ++i) {
    const double x = 1e9 + i % 2;  // variance 1/4 · n / (n-1)
    running.add(x), sum += x, squares += x * x;
  }
  const double exact = 0.25 * n / (n - 1.0);
  CHECK(std::abs(running.variance() - exact) < 1e-6);
  CHECK(std::abs((squares - sum * sum / n) / (n - 1) - exact) > 1);
}

TEST_CASE("running mean: fewer than two numbers have no standard error") {
  RunningMean running;
  CHECK(std::isnan(running.estimate().se));
  running.add(3);
  CHECK(running.mean() == 3);
  CHECK(std::isnan(running.estimate().se));
}

TEST_CASE("estimate of numbers that are at hand, of any range") {
  const std::vector<double> x{1, 2, 4, 9};
  const Estimate list = estimate_of(x), row = estimate_of(Eigen::RowVector4d(1, 2, 4, 9) * 1.0);
  CHECK(list.mean == 4);
  CHECK(list.se == doctest::Approx(std::sqrt(38 / 12.0)).epsilon(1e-15));
  CHECK(row.mean == list.mean);
  CHECK(row.se == list.se);
  CHECK(std::isnan(estimate_of(std::vector<double>{3}).se));
}

TEST_CASE("running means: each component as by itself") {
  const Random random(7);
  RunningMeans vectors(3);
  std::vector<RunningMean> single(3);
  for (std::uint64_t i = 0; i < 50; ++i) {
    Eigen::Vector3d x;
    for (int j = 0; j < 3; ++j) single[j].add(x[j] = random.normal(3 * i + j));
    vectors.add(x);
  }
  for (int j = 0; j < 3; ++j) {
    CHECK(vectors.mean()[j] == doctest::Approx(single[j].mean()).epsilon(1e-14));
    CHECK(vectors.variance()[j] == doctest::Approx(single[j].variance()).epsilon(1e-14));
    CHECK(vectors.standard_error()[j] == doctest::Approx(single[j].estimate().se).epsilon(1e-15));
  }
  CHECK_THROWS_AS(vectors.add(Eigen::Vector2d::Zero()), std::invalid_argument);
}
