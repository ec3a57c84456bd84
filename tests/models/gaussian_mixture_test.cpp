#include "models/gaussian_mixture.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "autograd/instruments/gradcheck.hpp"
#include "tests/dense.hpp"
#include "tests/malloc_count.hpp"
#include "tests/models/files.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::By;
using autograd::Index;
using autograd::Tape;

namespace {

using M = Matrix<double>;

// A mixture's parameters as numbers.
struct Numbers {
  M alpha, mu, log_diagonal, below;

  Numbers(Index K, Index d, std::uint64_t seed)
      : alpha(normal_matrix(1, K, seed)),
        mu(normal_matrix(K, d, seed + 1)),
        log_diagonal(0.5 * normal_matrix(K, d, seed + 2)),
        below(normal_matrix(K, d * (d - 1) / 2, seed + 3)) {}

  GaussianMixture<double> on(Tape& tape) const {
    return {tape.variable(alpha), tape.variable(mu), tape.variable(log_diagonal), tape.variable(below)};
  }

  M factor(Index k) const {
    M Q = log_diagonal.row(k).array().exp().matrix().asDiagonal();
    Index column = 0;
    for (Index i = 1; i < mu.cols(); ++i) {
      for (Index j = 0; j < i; ++j) Q(i, j) = below(k, column++);
    }
    return Q;
  }
};

M precision(const M& Q) { return times(Q.transpose(), Q); }
M swapped(const M& Q) { return times(Q, Q.transpose()); }  // another matrix with the same determinant

// log p(x) by the density with an explicit covariance Σ = Λ⁻¹, Λ made of Q by `lambda`:
//   N(x; μ, Σ) = exp(-½ (x - μ)ᵀ Σ⁻¹ (x - μ)) / √det(2πΣ)
M direct_log_prob(const Numbers& numbers, const M& x, M (*lambda)(const M&)) {
  M density = M::Zero(x.rows(), 1);
  const M weight = numbers.alpha.array().exp() / numbers.alpha.array().exp().sum();
  for (Index k = 0; k < numbers.mu.rows(); ++k) {
    const M covariance = inverse(lambda(numbers.factor(k)));
    const double norm = std::sqrt(determinant(2 * std::numbers::pi * covariance));
    for (Index i = 0; i < x.rows(); ++i) {
      const M difference = x.row(i) - numbers.mu.row(k);
      const double squared = times(difference, inverse(covariance)).cwiseProduct(difference).sum();
      density(i, 0) += weight(0, k) * std::exp(-squared / 2) / norm;
    }
  }
  return density.array().log().matrix();
}

M log_prob(const Numbers& numbers, const M& x) {
  Tape tape;
  return numbers.on(tape).log_prob(tape.constant(x)).value();
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("gaussian mixture: log p(x) by explicit covariances") {
    for (const auto& [K, d] : {std::pair<Index, Index>{1, 1}, {4, 1}, {1, 3}, {3, 2}, {5, 4}}) {
      const Numbers numbers(K, d, 10 * K + d);
      const M x = normal_matrix(7, d, 99);
      const auto error = [&](M (*lambda)(const M&)) {
        return (log_prob(numbers, x) - direct_log_prob(numbers, x, lambda)).cwiseAbs().maxCoeff();
      };
      CHECK(error(precision) < 1e-10);
      if (d > 1) CHECK(error(swapped) > 1e-3);  // Q Qᵀ is not Qᵀ Q
    }
  }

  TEST_CASE("gaussian mixture: a density integrates to 1") {
    const Numbers numbers(3, 1, 7);
    constexpr double kFrom = -60, kStep = 0.005;
    const M x = M::NullaryExpr(24001, 1, [](Index i, Index) { return kFrom + kStep * i; });
    CHECK(kStep * log_prob(numbers, x).array().exp().sum() == doctest::Approx(1).epsilon(1e-12));
  }

  TEST_CASE("gaussian mixture: the joint gives responsibilities") {
    const Numbers numbers(3, 2, 3);
    Tape tape;
    const auto joint = numbers.on(tape).log_joint(tape.constant(normal_matrix(5, 2, 4)));
    const M posterior = log_softmax(joint).value().array().exp().matrix();
    CHECK((posterior.rowwise().sum().array() - 1).abs().maxCoeff() < 1e-14);
    const M expected = joint.value().array().exp().matrix();
    CHECK((posterior.row(2) - expected.row(2) / expected.row(2).sum()).cwiseAbs().maxCoeff() < 1e-14);
  }

  TEST_CASE("gaussian mixture: the prior is Wishart's density of the precision") {
    const WishartPrior prior{.gamma = 1.3, .m = 2};
    const auto direct = [&](const Numbers& numbers, double sign) {
      const double d = numbers.mu.cols(), nu = d + 1 + prior.m;
      double log_gamma = d * (d - 1) / 4 * std::log(std::numbers::pi);
      for (Index j = 1; j <= numbers.mu.cols(); ++j) log_gamma += std::lgamma((nu + 1 - j) / 2);
      double sum = 0;
      for (Index k = 0; k < numbers.mu.rows(); ++k) {
        const M lambda = precision(numbers.factor(k));
        const double log_det_scale = -2 * d * std::log(prior.gamma);
        sum += (nu - d - 1) / 2 * std::log(determinant(lambda)) +
               sign * prior.gamma * prior.gamma / 2 * lambda.trace() - nu * d / 2 * std::log(2) -
               nu / 2 * log_det_scale - log_gamma;
      }
      return sum;
    };
    for (const Index d : {1, 2, 4}) {
      const Numbers numbers(3, d, 20);
      Tape tape;
      const double found = numbers.on(tape).log_prior(prior).value();
      CHECK(found == doctest::Approx(direct(numbers, -1)).epsilon(1e-12));
      CHECK(std::abs(found - direct(numbers, +1)) > 1);  // a precision is not to grow without bound
    }
  }

  TEST_CASE("gaussian mixture: gradients by central differences") {
    const WishartPrior prior{.gamma = 0.7, .m = 1};
    for (const auto& [K, d] : {std::pair<Index, Index>{3, 3}, {2, 1}}) {
      const Numbers n(K, d, 31);
      const M x = normal_matrix(6, d, 5);
      const auto log_posterior = [&](auto alpha, auto mu, auto log_diagonal, auto below) {
        const GaussianMixture<double> mixture{alpha, mu, log_diagonal, below};
        return sum(mixture.log_prob(mu.tape().constant(x))) + mixture.log_prior(prior);
      };
      const auto result = autograd::gradcheck(log_posterior, n.alpha, n.mu, n.log_diagonal, n.below);
      CHECK_MESSAGE(result.passed, result.message());
    }
  }

  TEST_CASE("gaussian mixture: a data point's gradient") {
    const Numbers n(3, 2, 8);
    Tape tape;
    const auto log_prob = [&](auto x) {
      const auto mu = x.tape().constant(n.mu), alpha = x.tape().constant(n.alpha);
      return GaussianMixture<double>{alpha, mu, x.tape().constant(n.log_diagonal), x.tape().constant(n.below)}
          .log_prob(x);
    };
    const auto result = autograd::gradcheck(log_prob, normal_matrix(4, 2, 9));
    CHECK_MESSAGE(result.passed, result.message());
  }

#ifdef EIGEN_USE_BLAS  // Eigen's own product kernel allocates
  TEST_CASE("gaussian mixture: nothing from the heap in a steady step") {
    const Numbers n(5, 3, 2);
    const M x = normal_matrix(50, 3, 3);
    Tape tape;
    const auto step = [&] {
      tape.rewind();
      const auto mixture = n.on(tape);
      const auto y = sum(mixture.log_prob(tape.constant(x))) + mixture.log_prior({});
      tape.backward(y);
      return y.value() + mixture.mu.grad()(0, 0);
    };
    double total = step() + step();
    const long before = tests::malloc_calls();
    for (int i = 0; i < 10; ++i) total += step();
    const long calls = tests::malloc_calls() - before;
    CHECK(std::isfinite(total));
    CHECK(calls == 0);
  }
#endif

  TEST_CASE("gaussian mixture: what does not fit is refused in words") {
    Tape tape;
    Numbers numbers(3, 2, 1);
    const auto x = tape.constant(normal_matrix(4, 2, 1));
    const auto error = [&](const Numbers& n) {
      return error_of<std::invalid_argument>([&] { n.on(tape).log_prob(x); });
    };
    CHECK(error(numbers) == "");
    CHECK(error_of<std::invalid_argument>([&] { Numbers(3, 1, 1).on(tape).log_prob(x); }) ==
          "GaussianMixture: mu is 3×1, so x must have 1 columns, found 2");
    numbers.alpha.resize(1, 4);
    CHECK(error(numbers) == "GaussianMixture: mu is 3×2, so alpha must be 1×3, found 1×4");
    CHECK(error_of<std::invalid_argument>([&] { Numbers(3, 2, 1).on(tape).log_prior({.gamma = 0}); }) ==
          "WishartPrior: expected gamma > 0 and m > -2, found 0 and 0");
  }
}
