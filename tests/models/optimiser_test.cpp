#include "models/training/optimisers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "tests/models/matrices.hpp"

using namespace models;

namespace {

constexpr int kSteps = 7;
constexpr Index kSize = 37;  // no multiple of a vector register

// The gradient of step t, 1, 2, ...
template <class S>
Buffer<S> gradient_of(int t) {
  const autograd::Matrix<S> g = uniform_matrix<S>(kSize, 1, -1, 1, t);
  return Buffer<S>(g.col(0));
}
double rate_of(int t) { return 0.1 / t; }

template <class S>
Buffer<S> run(Method method, Index parts = 1) {
  OptimiserSettings settings;
  settings.method = method;
  settings.beta2 = 0.99;
  Optimiser<S> optimiser(settings, kSize);
  Buffer<S> theta = Buffer<S>::Ones(kSize);
  for (int t = 1; t <= kSteps; ++t) {
    const Buffer<S> g = gradient_of<S>(t);
    optimiser.begin_step(rate_of(t));
    for (Index part = 0; part < parts; ++part) {
      const Index first = kSize * part / parts, count = kSize * (part + 1) / parts - first;
      optimiser.update(theta.data(), g.data() + first, first, count);
    }
  }
  CHECK(optimiser.steps == kSteps);
  return theta;
}

// One parameter after kSteps, where step(g, t) is what is taken from it in step t.
using Rule = std::function<double(double g, int t)>;
template <class S>
double error(Method method, const std::function<Rule()>& fresh_rule) {
  const Buffer<S> found = run<S>(method);
  double worst = 0;
  for (Index i = 0; i < kSize; ++i) {
    const Rule rule = fresh_rule();
    double theta = 1;
    for (int t = 1; t <= kSteps; ++t) theta -= rule(gradient_of<S>(t)(i), t);
    worst = std::max(worst, std::abs(theta - found(i)));
  }
  return worst;
}

std::function<Rule()> adam(double beta2, bool corrected) {
  return [=] {
    return Rule([=, m = 0.0, v = 0.0](double g, int t) mutable {
      m = 0.9 * m + 0.1 * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const double m_hat = corrected ? m / (1 - std::pow(0.9, t)) : m;
      const double v_hat = corrected ? v / (1 - std::pow(beta2, t)) : v;
      return rate_of(t) * m_hat / (std::sqrt(v_hat) + 1e-8);
    });
  };
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE_TEMPLATE("optimiser: each method is its formula", S, float, double) {
    const double tolerance = std::is_same_v<S, float> ? 1e-6 : 1e-14;
    const auto sgd = [] { return Rule([](double g, int t) { return rate_of(t) * g; }); };
    const auto momentum = [] {
      return Rule([m = 0.0](double g, int t) mutable { return rate_of(t) * (m = 0.9 * m + g); });
    };
    CHECK(error<S>(Method::sgd, sgd) < tolerance);
    CHECK(error<S>(Method::momentum, momentum) < tolerance);
    CHECK(error<S>(Method::adam, adam(0.99, true)) < 5 * tolerance);
    // and not another one's, nor Adam without the correction of its start, or with another β₂
    CHECK(error<S>(Method::momentum, sgd) > 0.01);
    CHECK(error<S>(Method::adam, adam(0.99, false)) > 0.01);
    CHECK(error<S>(Method::adam, adam(0.999, true)) > 1e-4);
  }

  TEST_CASE_TEMPLATE("optimiser: an update in parts is the update of the whole", S, float, double) {
    for (const Method method : {Method::sgd, Method::momentum, Method::adam}) {
      CHECK((run<S>(method, 1) - run<S>(method, 4)).cwiseAbs().maxCoeff() <= 4 * std::numeric_limits<S>::epsilon());
    }
  }

  TEST_CASE("optimiser: Adam's first step is the learning rate, whatever the gradient's size") {
    for (const double size : {1e-3, 1.0, 1e6}) {
      Optimiser<double> optimiser({}, 2);
      Buffer<double> theta = Buffer<double>::Zero(2), g(2);
      g << size, -size;
      optimiser.begin_step(0.01);
      optimiser.update(theta.data(), g.data(), 0, 2);
      CHECK(theta(0) == doctest::Approx(-0.01).epsilon(2e-5));
      CHECK(theta(1) == doctest::Approx(0.01).epsilon(2e-5));
    }
  }

  TEST_CASE("optimiser: only what a method needs is kept") {
    const auto moments = [](Method method) {
      const Optimiser<float> optimiser({.method = method}, 5);
      return std::pair(optimiser.m.size(), optimiser.v.size());
    };
    CHECK(moments(Method::sgd) == std::pair<Index, Index>(0, 0));
    CHECK(moments(Method::momentum) == std::pair<Index, Index>(5, 0));
    CHECK(moments(Method::adam) == std::pair<Index, Index>(5, 5));
  }

  TEST_CASE("schedule: end points and middle") {
    const auto at = [](ScheduleKind kind, std::uint64_t step) { return Schedule{kind, 1e-2, 1e-4, 100}.at(step); };
    using enum ScheduleKind;
    for (const std::uint64_t step : {0, 50, 100, 1000}) CHECK(at(constant, step) == 1e-2);
    CHECK(at(cosine, 0) == doctest::Approx(1e-2).epsilon(1e-14));
    CHECK(at(cosine, 25) == doctest::Approx(1e-4 + 0.99e-2 * (2 + std::sqrt(2)) / 4).epsilon(1e-14));
    CHECK(at(cosine, 50) == doctest::Approx(0.505e-2).epsilon(1e-14));
    CHECK(at(cosine, 100) == doctest::Approx(1e-4).epsilon(1e-14));
    CHECK(at(cosine, 1000) == doctest::Approx(1e-4).epsilon(1e-14));
    CHECK(at(exponential, 0) == doctest::Approx(1e-2).epsilon(1e-14));
    CHECK(at(exponential, 50) == doctest::Approx(1e-3).epsilon(1e-14));
    CHECK(at(exponential, 100) == doctest::Approx(1e-4).epsilon(1e-14));
    CHECK(at(exponential, 1000) == doctest::Approx(1e-4).epsilon(1e-14));
    CHECK(at(linear, 0) == doctest::Approx(1e-2).epsilon(1e-14));
    CHECK(at(linear, 25) == doctest::Approx(0.7525e-2).epsilon(1e-14));
    CHECK(at(linear, 100) == doctest::Approx(1e-4).epsilon(1e-14));
    CHECK(at(linear, 1000) == doctest::Approx(1e-4).epsilon(1e-14));
    CHECK(Schedule{cosine, 1, 0, 0}.at(0) == 1);
  }
}
