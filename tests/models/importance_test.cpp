#include "models/inference/importance.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "models/statistics/random.hpp"
#include "tests/models/files.hpp"
#include "tests/models/statistics.hpp"

using namespace models;

namespace {

using Estimator = std::function<ImportanceEstimate(const Eigen::ArrayXd&)>;

// Whether 400 estimates from K = 200 weights w = exp(σ ε), whose mean is exp(½ σ²), are log E w on average, but for
// the bias -½ Var log ŵ of a logarithm, and vary as much as each of them says.
bool is_right(const Estimator& estimate) {
  constexpr double kSigma = 0.8;
  constexpr int kEstimates = 400, kSamples = 200;
  std::vector<double> errors, squares;
  for (int i = 0; i < kEstimates; ++i) {
    Eigen::ArrayXd epsilon(kSamples);
    Random(1, Purpose::data, i).fill_normal(std::span(epsilon.data(), kSamples));
    const auto [log_mean, variance] = estimate(kSigma * epsilon);
    errors.push_back(log_mean + 0.5 * variance - 0.5 * kSigma * kSigma);
    squares.push_back(errors.back() * errors.back() / variance);
  }
  return std::abs(z_of_mean(errors, 0)) < kMostZ && std::abs(z_of_mean(squares, 1)) < kMostZ;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("importance: the mean of given weights, however large or small, and its variance") {
    for (const double shift : {0.0, 1e4, -2000.0, -1e4}) {
      const Eigen::ArrayXd log_w = Eigen::Array3d(1, 2, 3).log() + shift;
      const ImportanceEstimate found = importance_estimate(log_w);
      CHECK(found.log_mean == doctest::Approx(std::log(2) + shift).epsilon(1e-12));
      CHECK(found.variance == doctest::Approx(1.0 / 4 / 3).epsilon(1e-10));  // Var[w] = 1, E[w] = 2, K = 3
    }
  }

  TEST_CASE("importance: the estimates are right on average, and spread as they say") {
    CHECK(is_right(importance_estimate));
    CHECK_FALSE(is_right([](const auto& log_w) {  // the mean of the logarithms
      return ImportanceEstimate{log_w.mean(), importance_estimate(log_w).variance};
    }));
    CHECK_FALSE(is_right([](const auto& log_w) {  // the spread of one weight, or of too many
      return ImportanceEstimate{importance_estimate(log_w).log_mean, 200 * importance_estimate(log_w).variance};
    }));
    CHECK_FALSE(is_right([](const auto& log_w) {
      return ImportanceEstimate{importance_estimate(log_w).log_mean, 0.5 * importance_estimate(log_w).variance};
    }));
  }

  TEST_CASE("importance: one weight has no spread, and none is an error") {
    const ImportanceEstimate one = importance_estimate(Eigen::ArrayXd::Constant(1, -3));
    CHECK(one.log_mean == -3);
    CHECK(std::isnan(one.variance));
    CHECK(error_of<std::invalid_argument>([] { importance_estimate(Eigen::ArrayXd()); }) ==
          "importance_estimate: expected at least one weight, found none");
  }

  TEST_CASE("importance: weights of 0 count, and if all are 0, their mean is 0") {
    const double inf = std::numeric_limits<double>::infinity();
    const ImportanceEstimate half = importance_estimate(Eigen::Array2d(-2000, -inf));
    CHECK(half.log_mean == doctest::Approx(-2000 - std::log(2)).epsilon(1e-15));
    CHECK(half.variance == doctest::Approx(1).epsilon(1e-12));  // w = 1 and 0: Var[w] = 1/2, E[w] = 1/2, K = 2
    const ImportanceEstimate none = importance_estimate(Eigen::Array2d(-inf, -inf));
    CHECK(none.log_mean == -inf);
    CHECK(std::isnan(none.variance));
  }
}
