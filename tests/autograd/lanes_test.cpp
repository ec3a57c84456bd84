// Matrices go through vector registers, several elements (lanes) at a time. Tested are the last elements, which do not
// fill a register, and infinities, NaN and the largest numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;
using autograd::Matrix;
namespace rules = autograd::rules;

namespace {

// A rule of one operand, of numbers and of matrices.
template <class S>
struct Unary {
  std::string name;
  S (*of_number)(S);
  Var<Matrix<S>> (*of_matrix)(const Var<Matrix<S>>&);
};
template <class S, class... Rules>
std::vector<Unary<S>> all_unary(std::tuple<Rules...>) {
  return {{Rules::name.text, [](S x) -> S { return Rules::f(x); },
           [](const Var<Matrix<S>>& x) { return autograd::elementwise<Rules>(x); }}...};
}

// f(x), repeated to n columns.
template <class S>
Matrix<S> row_of(const Unary<S>& f, S x, Index n) {
  Tape tape;
  return f.of_matrix(tape.constant(Matrix<S>::Constant(1, n, x).eval())).value();
}

// Equal up to rounding, that of denormals included, with the sign of zero.
template <class S>
bool close(S a, S b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (std::isinf(a) || std::isinf(b) || b == 0) return a == b && std::signbit(a) == std::signbit(b);
  using Limits = std::numeric_limits<S>;
  return std::abs(a - b) <= 16 * Limits::epsilon() * std::abs(b) + Limits::denorm_min();
}

// Zeros of both signs, denormals, the ends of the range, where exp becomes a denormal, 0 or ∞, infinities and NaN.
template <class S>
std::vector<S> edges() {
  using Limits = std::numeric_limits<S>;
  const S log_max = std::log(Limits::max()), log_min = std::log(Limits::min());
  std::vector<S> x = {0,
                      Limits::denorm_min(),
                      Limits::min() / 8,
                      Limits::min(),
                      S(0.3),
                      1,
                      2,
                      3,
                      S(0.999) * log_max,
                      S(1.001) * log_max,
                      S(-0.999) * log_min,
                      S(-1.001) * log_min,
                      -std::log(Limits::denorm_min()) - 1,
                      -std::log(Limits::denorm_min()) + 1,
                      2000,
                      Limits::max() / 2,
                      Limits::max(),
                      Limits::infinity()};
  for (std::size_t i = 0, n = x.size(); i < n; ++i) x.push_back(-x[i]);
  x.push_back(Limits::quiet_NaN());
  return x;
}

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE_TEMPLATE("lanes: f(x) does not depend on where x stands in a matrix", S, float, double) {
    for (const Unary<S>& f : all_unary<S>(rules::Unary{})) {
      CAPTURE(f.name);
      for (const S x : {S(0.3), S(0.91), S(2.47)}) {
        const Matrix<S> longest = row_of(f, x, 67);
        CHECK((longest.array() == longest(0, 0)).all());
        for (Index n = 2; n < 67; ++n) CHECK(row_of(f, x, n) == longest.leftCols(n));
      }
    }
  }

  TEST_CASE_TEMPLATE("lanes: a matrix gives what a number gives: signed zeros, denormals, the largest numbers, NaN", S,
                     float, double) {
    for (const Unary<S>& f : all_unary<S>(rules::Unary{})) {
      CAPTURE(f.name);
      for (const S x : edges<S>()) {
        CAPTURE(x);
        const S in_matrix = row_of(f, x, 5)(0, 4), number = f.of_number(x);
        CAPTURE(in_matrix);
        CAPTURE(number);
        CHECK(close(in_matrix, number));
      }
    }
  }

  // float's value and derivatives are double's up to the rounding of float, for each rule, number and matrix.
  TEST_CASE("lanes: every rule in float gives what it gives in double") {
    const auto check = [](const M& in_float, const M& in_double) {
      const M scale = in_double.cwiseAbs().array().max(0.1);  // 1 - y² of tanh rounds as 1 does
      CHECK(((in_float - in_double).array() / scale.array()).abs().maxCoeff() < 1e-5);
    };
    const M a = sample(5, 7, 0.4, 3, 1), b = sample(5, 7, 0.4, 3, 2);  // in the domain of every rule, away from kinks
    const auto matrices = [&]<class S>(S, auto f) {
      Tape tape;
      const Matrix<S> left = a.cast<float>().cast<S>(), right = b.cast<float>().cast<S>();
      const auto x = tape.variable(left), y = tape.variable(right);
      const auto z = f(x, y);
      tape.backward(sum(z));
      M all(5, 21);
      all << z.value().template cast<double>(), x.grad().template cast<double>(), y.grad().template cast<double>();
      return all;
    };
    const auto numbers = [&]<class S>(S, auto f) {
      Tape tape;
      const auto x = tape.variable(S(float(a(2, 3)))), y = tape.variable(S(float(b(2, 3))));
      const auto z = f(x, y);
      tape.backward(z);
      M all(1, 3);
      all << z.value(), x.grad(), y.grad();
      return all;
    };
    const auto check_rule = [&](const char* name, auto f) {
      CAPTURE(name);
      check(matrices(float(), f), matrices(double(), f));
      check(numbers(float(), f), numbers(double(), f));
    };
    [&]<class... Rules>(std::tuple<Rules...>) {
      (check_rule(Rules::name.text, [](auto x, auto) { return autograd::elementwise<Rules>(x); }), ...);
    }(rules::Unary{});
    [&]<class... Rules>(std::tuple<Rules...>) {
      (check_rule(Rules::name.text, [](auto x, auto y) { return autograd::elementwise<Rules>(x, y); }), ...);
    }(rules::Binary{});
  }

  TEST_CASE_TEMPLATE("lanes: powers of edges to edges are those of numbers", S, float, double) {
    const auto x = edges<S>();
    const Index n = x.size();
    Tape tape;
    const auto a = tape.constant(Matrix<S>::NullaryExpr(n, n, [&](Index i, Index) { return x[i]; }));
    const auto b = tape.constant(Matrix<S>::NullaryExpr(n, n, [&](Index, Index j) { return x[j]; }));
    const Matrix<S> powers = pow(a, b).value();
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < n; ++j) {
        CAPTURE(x[i]);
        CAPTURE(x[j]);
        const S found = powers(i, j), number = std::pow(x[i], x[j]);
        CAPTURE(found);
        CAPTURE(number);
        // up to 2000 |log a| times a rounding
        CHECK((close(found, number) ||
               std::abs(found - number) <= 1e4 * std::numeric_limits<S>::epsilon() * std::abs(number)));
      }
    }
  }
}
