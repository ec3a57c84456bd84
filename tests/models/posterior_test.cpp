// q(z|x) with a diagonal and with a full covariance, against the formulas of dense matrices.
#include "models/vae/posterior.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "autograd/instruments/gradcheck.hpp"
#include "tests/dense.hpp"
#include "tests/models/files.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::gradcheck;
using autograd::Tape;

namespace {

using M = Matrix<double>;
constexpr Index kRowsOfX = 2, kDimensionsOfZ = 4, kBelowOfL = 6;

struct PosteriorNumbers {
  M mu = uniform_matrix(kRowsOfX, kDimensionsOfZ, -1, 1, 1),
    log_var = uniform_matrix(kRowsOfX, kDimensionsOfZ, -1, 1, 2),
    below = uniform_matrix(kRowsOfX, kBelowOfL, -1, 1, 3);

  Posterior<double> on(Tape& tape, PosteriorCovariance covariance) const {
    Posterior<double> q{tape.constant(mu), tape.constant(log_var), {}};
    if (covariance == PosteriorCovariance::full) q.below = tape.constant(below);
    return q;
  }
  // L of one row, entry by entry.
  M factor(Index row, PosteriorCovariance covariance) const {
    M L = M::Zero(kDimensionsOfZ, kDimensionsOfZ);
    L.diagonal() = (0.5 * log_var.row(row).array()).exp().matrix().transpose();
    Index next = 0;
    for (Index i = 0; i < kDimensionsOfZ; ++i) {
      for (Index j = 0; j < i; ++j) L(i, j) = covariance == PosteriorCovariance::full ? below(row, next++) : 0;
    }
    return L;
  }
};

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("posterior: samples, densities and divergence are those of N(μ, L Lᵀ)") {
    const PosteriorNumbers of;
    for (const PosteriorCovariance covariance : {PosteriorCovariance::diagonal, PosteriorCovariance::full}) {
      for (const Index K : {1, 3}) {
        CAPTURE(K);
        Tape tape;
        const M epsilon = normal_matrix(kRowsOfX * K, kDimensionsOfZ, 4);
        const auto q = of.on(tape, covariance);
        const auto noise = tape.constant(epsilon);
        const M z = reparameterise(q, noise).value(), log_q = log_prob(q, noise).value();
        const M kl = kl_to_standard_normal(q).value();
        for (Index r = 0; r < kRowsOfX; ++r) {
          const M L = of.factor(r, covariance), Sigma = times(L, L.transpose()), mu = of.mu.row(r);
          CHECK(kl(r, 0) == doctest::Approx(0.5 * (Sigma.trace() + mu.squaredNorm() - kDimensionsOfZ -
                                                   std::log(determinant(Sigma)))));
          for (Index k = 0; k < K; ++k) {
            const M centred = z.row(r * K + k) - mu;
            CHECK((centred - times(epsilon.row(r * K + k), L.transpose())).norm() < 1e-14);
            const double square = times(times(centred, inverse(Sigma)), centred.transpose())(0, 0);
            CHECK(log_q(r * K + k, 0) == doctest::Approx(-0.5 * (kDimensionsOfZ * std::log(2 * std::numbers::pi) +
                                                                 std::log(determinant(Sigma)) + square)));
          }
        }
      }
    }
  }

  TEST_CASE("posterior: gradients of below_times in both operands, which rows of noise share") {
    const M below = uniform_matrix(kRowsOfX, kBelowOfL, -1, 1, 1);
    for (const Index K : {1, 3}) {
      const M epsilon = normal_matrix(kRowsOfX * K, kDimensionsOfZ, 2);
      const auto both = gradcheck([](const auto& below, const auto& epsilon) { return below_times(below, epsilon); },
                                  below, epsilon);
      CHECK_MESSAGE(both.passed, both.message());
    }
  }

  TEST_CASE("posterior: an L of another size is refused") {
    Tape tape;
    const auto epsilon = tape.constant(M(M::Zero(6, 4)));
    const auto error = [&](Index rows, Index cols) {
      return error_of<std::invalid_argument>([&] { below_times(tape.constant(M(M::Zero(rows, cols))), epsilon); });
    };
    CHECK(error(2, 6) == "");
    CHECK(error(2, 10) == "below_times: below is 2×10, epsilon 6×4 (need 6 columns, and rows that divide 6)");
    CHECK(error(4, 6) == "below_times: below is 4×6, epsilon 6×4 (need 6 columns, and rows that divide 6)");
    CHECK(error(0, 6) == "below_times: below is 0×6, epsilon 6×4 (need 6 columns, and rows that divide 6)");
  }
}
