#include "models/autoregression.hpp"

#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "autograd/core/value.hpp"
#include "models/statistics/normal.hpp"
#include "tests/models/files.hpp"
#include "tests/models/statistics.hpp"

using namespace models;

namespace {

// The covariance σ² ρ^|i-j| of n numbers.
autograd::Matrix<double> covariance(const Autoregression& model, int n) {
  autograd::Matrix<double> sigma(n, n);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) sigma(i, j) = model.sigma() * model.sigma() * std::pow(model.rho(), std::abs(i - j));
  }
  return sigma;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("autoregression: the chain of conditionals is the normal density with covariance σ² ρ^|i-j|") {
    const int n = 12;
    for (const double rho : {-0.7, 0.0, 0.3, 0.95}) {
      const Autoregression model(1.5, 2, rho);
      const std::vector<double> x = model.sample(n, Random(1, Purpose::data));
      const Eigen::LLT<autograd::Matrix<double>> factor(covariance(model, n));
      const Eigen::VectorXd deviation = Eigen::Map<const Eigen::VectorXd>(x.data(), n).array() - 1.5;
      const Eigen::VectorXd u = factor.matrixL().solve(deviation);
      const double log_det = 2 * factor.matrixLLT().diagonal().array().log().sum();
      const double log_p = -0.5 * (n * std::log(2 * std::numbers::pi) + log_det + u.squaredNorm());
      CHECK(model.log_prob(x) == doctest::Approx(log_p).epsilon(1e-12));
      // log det of the correlations is Σ log(1 - ρ²) over the n - 1 neighbours
      const double log_det_correlation = log_det - n * std::log(4.0);
      CHECK((n - 1) * model.neighbour_information() == doctest::Approx(-0.5 * log_det_correlation).epsilon(1e-12));
      // Var x̄ = 1ᵀ Σ 1 / n²
      CHECK(4 * model.inflation(n) / n == doctest::Approx(covariance(model, n).sum() / (n * n)).epsilon(1e-12));
    }
  }

  TEST_CASE("autoregression: samples have its mean, variance and correlation") {
    const int n = 5, series = 20'000;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      for (const double rho : {-0.5, 0.9}) {
        const Autoregression model(1.5, 2, rho);
        std::vector<double> last, squares, products;
        for (int r = 0; r < series; ++r) {
          const std::vector<double> x = model.sample(n, Random(seed, Purpose::data, r));
          last.push_back(x[4]);
          squares.push_back((x[4] - 1.5) * (x[4] - 1.5));
          products.push_back((x[4] - 1.5) * (x[2] - 1.5));
        }
        CHECK(std::abs(z_of_mean(last, 1.5)) <= kMostZ);
        CHECK(std::abs(z_of_mean(squares, 4)) <= kMostZ);
        CHECK(std::abs(z_of_mean(products, 4 * rho * rho)) <= kMostZ);
        CHECK(std::abs(z_of_mean(products, 4 * rho)) > kMostZ);
      }
    }
  }

  TEST_CASE("autoregression: known values") {
    CHECK(Autoregression(0, 1, 0).neighbour_information() == 0);
    CHECK(Autoregression(0, 3, 0.6).neighbour_information() == doctest::Approx(-std::log(0.8)).epsilon(1e-15));
    CHECK(Autoregression(0, 1, 0.8).inflation(1) == 1);
    CHECK(Autoregression(0, 1, 0.8).inflation(1'000'000) == doctest::Approx(9).epsilon(1e-4));
    CHECK(normal_log_density(3, 1, 4) == doctest::Approx(-0.5 - std::log(2 * std::sqrt(2 * std::numbers::pi))));
  }

  TEST_CASE("autoregression: a model that is none is named") {
    const auto error = [](auto f) { return error_of<std::invalid_argument>(f); };
    CHECK(error([] { Autoregression(0, 0, 0.5); }) == "Autoregression: expected sigma above 0, found 0");
    CHECK(error([] { Autoregression(0, 1, 1); }) == "Autoregression: expected rho between -1 and 1, found 1");
  }
}
