#pragma once
// gradcheck: the tape's gradient against central differences, of Σ rᵢ yᵢ with fixed weights rᵢ.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"

namespace autograd {

struct GradcheckResult {
  bool passed = false;  // worst <= 1e-7
  // Where |tape - differences| / max(1, |tape|, |differences|) is largest: the input, row and column, and both sides.
  double worst = 0;
  std::size_t input = 0;
  Index row = 0, col = 0;
  double tape = 0, differences = 0;
  std::string message() const;
};

// The check of a function of matrices whose value is a number. The error of central differences is of order step², and
// the step is 6e-6 max(1, |x|): f should be smooth within it.
using GradcheckFunction = std::function<Var<double>(const std::vector<Var<Matrix<double>>>&)>;
GradcheckResult gradcheck_scalar(const GradcheckFunction& f, std::vector<Matrix<double>> inputs);

// rᵢ, a fixed pseudo-random number in [0.5, 1.5] with a random sign: never close to 0, never all the same.
double gradcheck_cotangent(Index i);

// Σ rᵢ yᵢ, whose gradient shows an error in the derivative of any yᵢ.
template <class T>
Var<double> contract(const Var<T>& y) {
  const Var<Matrix<double>> all = matrix_operand<double>(y.tape(), y);
  const auto r = [&](Index i, Index j) { return gradcheck_cotangent(i * all.cols() + j); };
  return sum(all * Matrix<double>::NullaryExpr(all.rows(), all.cols(), r));
}

// Checks f, which takes one Var for each input (a number or a matrix of double) and returns a Var of any shape.
template <class F, class... X>
GradcheckResult gradcheck(const F& f, const X&... inputs) {
  const auto as_matrix = [](const auto& x) -> Matrix<double> {
    if constexpr (EigenExpression<decltype(x)>)
      return x;
    else
      return Matrix<double>::Constant(1, 1, x);
  };
  const auto argument = []<class Input>(const Var<Matrix<double>>& x, const Input&) {
    if constexpr (EigenExpression<Input>)
      return x;
    else
      return at(x, 0, 0);
  };
  const GradcheckFunction contracted = [&](const auto& x) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return contract(f(argument(x[i], inputs)...));
    }(std::index_sequence_for<X...>());
  };
  return gradcheck_scalar(contracted, {as_matrix(inputs)...});
}

}  // namespace autograd
