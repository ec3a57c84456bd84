#pragma once
// gradcheck: the tape's gradient against central differences, along a random cotangent.

#include <functional>
#include <string>
#include <vector>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"

namespace autograd {

struct GradcheckResult {
  bool passed = false;
  // Where |tape - differences| / max(1, |tape|, |differences|) is largest: the input, row and column, and both sides.
  double worst = 0;
  std::size_t input = 0;
  Index row = 0, col = 0;
  double tape = 0, differences = 0;
  std::string message() const;
};

struct GradcheckOptions {
  double tolerance = 1e-7;
  double step = 6e-6;  // about the cube root of the rounding error: the best step of a central difference
  unsigned seed = 1;   // of the cotangent
};

// The engine behind gradcheck: f maps one Var for each input (a number is a 1×1 matrix) to the scalar Σ R ∘ f.
using GradcheckFunction = std::function<Var<double>(Tape&, std::vector<Var<Matrix<double>>>&)>;
GradcheckResult gradcheck_scalar(const GradcheckFunction& f, std::vector<Matrix<double>> inputs,
                                 const GradcheckOptions& options);
// A fixed pseudo-random number in [0.5, 1.5] with a random sign: never close to 0, never all the same.
double gradcheck_cotangent(unsigned seed, Index i);

namespace detail {
template <class T>
Var<double> contract(const Var<T>& y, unsigned seed) {
  if constexpr (MatrixValue<T>) {
    const auto cotangent = [&](Index i, Index j) { return gradcheck_cotangent(seed, i * y.cols() + j); };
    return sum(y * Matrix<double>::NullaryExpr(y.rows(), y.cols(), cotangent));
  } else {
    return y * gradcheck_cotangent(seed, 0);
  }
}
template <class X>
auto gradcheck_argument(const Var<Matrix<double>>& x) {
  if constexpr (EigenExpression<X>)
    return x;
  else
    return at(x, 0, 0);
}
}  // namespace detail

// Checks f, which takes one Var for each input (a number or a matrix of double) and returns a Var of any shape.
// Central differences are of order step², so f should be smooth within `step` of the inputs.
template <class F, class... X>
GradcheckResult gradcheck(const F& f, const X&... inputs) {
  const GradcheckOptions options;
  return gradcheck_with(options, f, inputs...);
}
template <class F, class... X>
GradcheckResult gradcheck_with(const GradcheckOptions& options, const F& f, const X&... inputs) {
  const auto as_matrix = [](const auto& x) -> Matrix<double> {
    if constexpr (EigenExpression<decltype(x)>)
      return x;
    else
      return Matrix<double>::Constant(1, 1, x);
  };
  const GradcheckFunction contracted = [&](Tape&, std::vector<Var<Matrix<double>>>& vars) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return detail::contract(f(detail::gradcheck_argument<X>(vars[i])...), options.seed);
    }(std::index_sequence_for<X...>());
  };
  return gradcheck_scalar(contracted, {as_matrix(inputs)...}, options);
}

}  // namespace autograd
