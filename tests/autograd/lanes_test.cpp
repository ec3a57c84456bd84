// Matrices go through vector registers, several elements (lanes) at a time. Tested are the last elements, which do not
// fill a register, and infinities, NaN and the largest numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
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
std::vector<Unary<S>> all_unary(rules::List<Rules...>) {
  return {{Rules::name.text, [](S x) -> S { return Rules::f(x); },
           [](const Var<Matrix<S>>& x) { return autograd::elementwise<Rules>(x); }}...};
}

// f(x), repeated to n columns.
template <class S>
Matrix<S> row_of(const Unary<S>& f, S x, Index n) {
  Tape tape;
  return f.of_matrix(tape.constant(Matrix<S>::Constant(1, n, x).eval())).value();
}

template <class S>
bool close(S a, S b) {
  if (std::isnan(a) || std::isnan(b) || std::isinf(a) || std::isinf(b))
    return a == b || (std::isnan(a) && std::isnan(b));
  using Limits = std::numeric_limits<S>;
  return std::abs(a - b) <= 8 * Limits::epsilon() * std::abs(b) + Limits::min();
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

  TEST_CASE_TEMPLATE("lanes: zeros, infinities, NaN and the largest numbers give in a matrix what they give alone", S,
                     float, double) {
    using Limits = std::numeric_limits<S>;
    for (const Unary<S>& f : all_unary<S>(rules::Unary{})) {
      CAPTURE(f.name);
      for (const S x : {S(0), -S(0), Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(), Limits::max(),
                        Limits::lowest(), Limits::min(), S(-1), S(1)}) {
        CAPTURE(x);
        const S in_matrix = row_of(f, x, 5)(0, 4), number = f.of_number(x);
        CAPTURE(in_matrix);
        CAPTURE(number);
        CHECK(close(in_matrix, number));
      }
    }
  }
}
