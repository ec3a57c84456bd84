#include "models/statistics/fast_distributions.hpp"

#include <doctest/doctest.h>

#include <functional>

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
      Matrix<S>::NullaryExpr(y.rows(), 1, [](Index i, Index) { return S(autograd::gradcheck_cotangent(1, i)); });
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
}
