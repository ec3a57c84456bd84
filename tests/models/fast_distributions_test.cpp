#include "models/statistics/fast_distributions.hpp"

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <utility>

#include "autograd/instruments/gradcheck.hpp"
#include "models/statistics/distributions.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Tape;

namespace {

template <class S>
using LogProb = std::function<Var<Matrix<S>>(const Var<Matrix<S>>& x, const Var<Matrix<S>>& logits)>;

// The value, and the gradients in both operands under a fixed random cotangent.
template <class S>
std::vector<Matrix<S>> results(const LogProb<S>& f, const Matrix<S>& x, const Matrix<S>& logits) {
  Tape tape;
  const auto a = tape.variable(x), b = tape.variable(logits);
  const auto y = f(square(a), b * S(1));  // both are results of others, too
  const auto cotangent =
      Matrix<S>::NullaryExpr(y.rows(), 1, [](Index i, Index) { return S(autograd::gradcheck_cotangent(i)); });
  tape.backward(sum(y * Matrix<S>(cotangent)));
  return {y.value(), a.grad(), b.grad()};
}

// Whether value and gradients of the twin are the formula's up to rounding.
template <class S>
bool same(const LogProb<S>& twin, const LogProb<S>& formula, const Matrix<S>& x, const Matrix<S>& logits) {
  const S tolerance = 200 * std::numeric_limits<S>::epsilon();
  const auto found = results<S>(twin, x, logits), expected = results<S>(formula, x, logits);
  for (std::size_t i = 0; i < 3; ++i) {
    if (found[i].rows() != expected[i].rows() || found[i].cols() != expected[i].cols()) return false;
    const auto error = (found[i] - expected[i]).array().abs();
    if (!(error <= tolerance * (1 + expected[i].array().abs())).all()) return false;
  }
  return true;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE_TEMPLATE("fast distributions: Bernoulli is its formula, in value and gradient", S, float, double) {
    const LogProb<S> twin = bernoulli_log_prob<S>, formula = formulas::bernoulli_log_prob<S>;
    for (const Index d : {1, 3, 64, 67}) {
      for (const Index rows : {6, 3, 2, 1}) {
        const Matrix<S> x = uniform_matrix<S>(rows, d, 0, 1, 1), logits = uniform_matrix<S>(6, d, -5, 5, 2);
        CAPTURE(d);
        CAPTURE(rows);
        CHECK(same<S>(twin, formula, x, logits));
        CHECK(same<S>(twin, formula, x, S(160) * logits));  // up to ±800
        const LogProb<S> off = [&](const auto& x, const auto& l) { return twin(x, l * S(1.001)); };
        CHECK_FALSE(same<S>(off, formula, x, logits));
        if (rows != 3) continue;
        const Matrix<S> twice = Matrix<S>::Identity(3, 3).replicate(2, 1);  // x on top of x
        const LogProb<S> rows_in_turn = [&](const auto& x, const auto& l) {
          return twin(matmul(x.tape().constant(twice), x), l);
        };
        CHECK_FALSE(same<S>(rows_in_turn, formula, x, logits));
      }
    }
  }

  TEST_CASE_TEMPLATE("fast distributions: the normal is its formula, in value and gradients", S, float, double) {
    const auto sample = [](Index rows, Index cols, unsigned seed) {
      return uniform_matrix<S>(rows, cols, -2, 2, seed);
    };
    using Shape = std::pair<Index, Index>;
    for (const Index d : {1, 3, 67}) {
      // x, μ and log σ²: rows that divide the result's six, one row for all, or one number for all
      for (const auto& [x, mu, log_var] :
           {std::array{Shape{6, d}, Shape{6, d}, Shape{6, d}}, std::array{Shape{6, d}, Shape{1, 1}, Shape{1, 1}},
            std::array{Shape{6, d}, Shape{2, d}, Shape{1, d}}, std::array{Shape{6, d}, Shape{1, 1}, Shape{3, d}},
            std::array{Shape{3, d}, Shape{6, d}, Shape{1, 1}}, std::array{Shape{1, d}, Shape{6, d}, Shape{2, d}}}) {
        const Matrix<S> a = sample(x.first, x.second, 1), m = sample(mu.first, mu.second, 2),
                        l = sample(log_var.first, log_var.second, 3);
        // each pair of operands, the third being a constant
        const auto agree = [&](S factor) {
          const auto both = [&](auto f) {
            return std::array<LogProb<S>, 2>{
                [=](const auto& x, const auto& mu) { return f(x, mu, x.tape().constant(l)); },
                [=](const auto& mu, const auto& log_var) { return f(mu.tape().constant(a), mu, log_var); }};
          };
          const auto twin = both([=](const auto& x, const auto& mu, const auto& log_var) {
            return normal_log_prob<S>(x, mu * factor, log_var);
          });
          const auto formula = both(formulas::normal_log_prob<S>);
          return same<S>(twin[0], formula[0], a, m) && same<S>(twin[1], formula[1], m, l);
        };
        CAPTURE(d);
        CHECK(agree(1));
        CHECK_FALSE(agree(S(1.001)));
      }
    }
  }
}
