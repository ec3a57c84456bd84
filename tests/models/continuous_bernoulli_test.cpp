// The continuous Bernoulli: its integral by quadrature and by series, its gradient, its draws.
#include "models/statistics/continuous_bernoulli.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "autograd/autograd.hpp"
#include "autograd/instruments/gradcheck.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/random.hpp"
#include "tests/models/matrices.hpp"
#include "tests/models/statistics.hpp"

using namespace models;
using autograd::Tape;

namespace {

// ∫₀¹ f(x) dx by Simpson's rule.
template <class F>
double unit_integral(const F& f) {
  const int n = 4000;
  double sum = f(0.0) + f(1.0);
  for (int i = 1; i < n; ++i) sum += (i % 2 == 1 ? 4 : 2) * f(double(i) / n);
  return sum / (3.0 * n);
}

double log_density(double x, double logit) {
  Tape tape;
  const auto number = [&](double v) { return tape.constant(Matrix<double>(Matrix<double>::Constant(1, 1, v))); };
  return continuous_bernoulli_log_prob(number(x), number(logit)).value()(0, 0);
}

double integral(double logit) {
  return unit_integral([&](double x) { return std::exp(log_density(x, logit)); });
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE(
      "continuous Bernoulli: the integral of the Bernoulli formula is tanh(ℓ/2)/ℓ, and the density integrates to 1") {
    for (const double l : {-8.0, -2.0, -0.3, 0.0, 0.06, 1.0, 5.0}) {
      CAPTURE(l);
      const double lambda = 1 / (1 + std::exp(-l));
      const double Z = unit_integral([&](double x) { return std::pow(lambda, x) * std::pow(1 - lambda, 1 - x); });
      CHECK(std::exp(log_bernoulli_integral(l)) == doctest::Approx(Z).epsilon(1e-11));
      CHECK(integral(l) == doctest::Approx(1).epsilon(1e-11));
    }
    CHECK(std::exp(log_bernoulli_integral(std::log(0.01 / 0.99))) == doctest::Approx(0.2133).epsilon(1e-3));
    // the Bernoulli formula alone would not pass
    CHECK(std::abs(std::exp(log_bernoulli_integral(1.0)) - 1) > 0.5);
  }

  TEST_CASE("continuous Bernoulli: near λ = ½ it has all digits, and the parts of the formula join") {
    // by the series to higher order, in long double: log Z + log 2, and the slope
    const auto log_Z = [](long double l) {
      const long double s = l * l;
      return s *
             (-1 / 12.0L + s * (7 / 1440.0L + s * (-31 / 90720.0L + s * (127 / 4838400.0L - s * 73 / 34214400.0L))));
    };
    const auto slope = [](long double l) {
      const long double s = l * l;
      return l * (-1 / 6.0L + s * (7 / 360.0L + s * (-31 / 15120.0L + s * (127 / 604800.0L - s * 73 / 3421440.0L))));
    };
    for (double l = 1e-12; l < 0.15; l *= 1.7) {
      CAPTURE(l);
      CHECK(std::abs(log_bernoulli_integral(l) + std::log(2.0) - double(log_Z(l))) < 5e-16);
      CHECK(log_bernoulli_integral_slope(l) == doctest::Approx(double(slope(l))).epsilon(2e-12));
      CHECK(log_bernoulli_integral(-l) == log_bernoulli_integral(l));
      CHECK(log_bernoulli_integral_slope(-l) == -log_bernoulli_integral_slope(l));
    }
    // the closed form in λ, as it is printed, has lost half of the digits long before
    const double l = 1e-9, lambda = 1 / (1 + std::exp(-l));
    CHECK(std::abs((1 - 2 * lambda) / std::log((1 - lambda) / lambda) - 0.5) > 1e-10);
    CHECK(log_bernoulli_integral(0) == -std::log(2.0));
    CHECK(log_bernoulli_integral_slope(0) == 0);
  }

  TEST_CASE("continuous Bernoulli: large logits stay finite") {
    for (const double l : {-800.0, 800.0}) {
      CHECK(log_bernoulli_integral(l) == doctest::Approx(-std::log(800.0)));
      CHECK(log_bernoulli_integral_slope(l) == doctest::Approx(-1 / l));
      CHECK(log_density(l > 0, l) == doctest::Approx(std::log(800.0)));
      for (const double u : {1e-9, 0.5, 1 - 1e-9}) {
        const double x = continuous_bernoulli_draw(u, l);
        CHECK(x >= 0);
        CHECK(x <= 1);
      }
    }
  }

  TEST_CASE("continuous Bernoulli: gradients, and a wrong one is noticed") {
    Matrix<double> logits(2, 3);
    logits << -3, -0.04, 0.02, 0.7, 20, 1e-5;
    const Matrix<double> x = uniform_matrix(2, 3, 0.1, 0.9, 1);
    const auto result =
        autograd::gradcheck([](auto x, auto l) { return continuous_bernoulli_log_prob(x, l); }, x, logits);
    CHECK_MESSAGE(result.passed, result.message());
    const auto wrong = autograd::gradcheck(
        [](auto l) {
          return autograd::record<"wrong">(
              [](auto& l) { return l.value().unaryExpr([](double v) { return log_bernoulli_integral(v); }); },
              [](auto& y, auto& l) {
                l.accumulate(1.001 * y.grad().cwiseProduct(l.value().unaryExpr(
                                         [](double v) { return log_bernoulli_integral_slope(v); })));
              },
              l);
        },
        logits);
    CHECK_FALSE(wrong.passed);
  }

  TEST_CASE("continuous Bernoulli: one row of x serves all rows of the logits, and shapes that do not fit are named") {
    Tape tape;
    const auto x = tape.constant(uniform_matrix(1, 2, 0, 1, 2));
    const auto l = tape.constant(uniform_matrix(4, 2, -3, 3, 3));
    const auto y = continuous_bernoulli_log_prob(x, l);
    CHECK(y.rows() == 4);
    for (Index i = 0; i < 4; ++i)
      CHECK(y.value()(i, 0) == doctest::Approx(log_density(x.value()(0, 0), l.value()(i, 0)) +
                                               log_density(x.value()(0, 1), l.value()(i, 1))));
    CHECK_THROWS_AS(continuous_bernoulli_log_prob(tape.constant(uniform_matrix(3, 2, 0, 1, 1)), l),
                    std::invalid_argument);
  }

  TEST_CASE("continuous Bernoulli: draws have the distribution, and its mean λ + d/dℓ log Z, which is not λ") {
    const int n = 20'000;
    for (const double l : {-4.0, -1e-7, 0.0, 1e-4, 2.0, 30.0}) {
      CAPTURE(l);
      std::vector<double> x(n);
      Random(5, Purpose::data).fill_uniform(x);
      for (double& u : x) u = continuous_bernoulli_draw(u, l);
      const auto F = [&](double x) { return l == 0 ? x : std::expm1(l * x) / std::expm1(l); };
      CHECK(kolmogorov_p(x, F) >= kLeastP);
      const double lambda = 1 / (1 + std::exp(-l));
      CHECK(std::abs(z_of_mean(x, lambda + log_bernoulli_integral_slope(l))) <= kMostZ);
      if (std::abs(l) > 1) CHECK(std::abs(z_of_mean(x, lambda)) > kMostZ);
    }
  }
}
