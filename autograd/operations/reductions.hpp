#pragma once
// Reductions: many numbers to one, of a whole matrix, of each row (By::row: n×1) or of each column (By::column: 1×d).
// Each is one record whatever the number of operands. The forms over a span reduce scalar Vars; it must not be empty.

#include <span>
#include <vector>

#include "autograd/core/record.hpp"

namespace autograd {

// Row by row (n numbers for n×d) or column by column (d numbers).
enum class By { row, column };

// clang-format off
// sum   y = Σ xᵢ                  x̄ᵢ += ȳ
// mean  y = Σ xᵢ / n              x̄ᵢ += ȳ / n
// prod  y = Π xᵢ                  x̄ᵢ += ȳ Π_{j≠i} xⱼ      (exact where xᵢ = 0)
template <Element S> Var<S> sum(const Var<Matrix<S>>& x);
template <Element S> Var<Matrix<S>> sum(const Var<Matrix<S>>& x, By by);
template <Element S> Var<S> mean(const Var<Matrix<S>>& x);
template <Element S> Var<Matrix<S>> mean(const Var<Matrix<S>>& x, By by);
template <Element S> Var<S> prod(const Var<Matrix<S>>& x);
template <Element S> Var<Matrix<S>> prod(const Var<Matrix<S>>& x, By by);

// log_sum_exp   y = m + log Σ exp(xᵢ - m), m = max xᵢ          x̄ᵢ += ȳ exp(xᵢ - y)
// log_softmax   yᵢⱼ = xᵢⱼ - log_sum_exp of row i               x̄ += ȳ - exp(y) Σⱼ ȳᵢⱼ
// All of x at -∞ gives -∞ (and no gradient); a +∞ gives +∞.
template <Element S> Var<S> log_sum_exp(const Var<Matrix<S>>& x);
template <Element S> Var<Matrix<S>> log_sum_exp(const Var<Matrix<S>>& x, By by);
template <Element S> Var<Matrix<S>> log_softmax(const Var<Matrix<S>>& x);

// dot   y = Σ aᵢ bᵢ, equal shapes                              ā += ȳ b      b̄ += ȳ a
// squared_norm  y = Σ xᵢ²                                      x̄ += 2 ȳ x
template <Element S> Var<S> dot(const Var<Matrix<S>>& a, const Var<Matrix<S>>& b);
template <Element S> Var<S> squared_norm(const Var<Matrix<S>>& x);

// The same over scalar Vars, one record for all of them.
template <Element S> Var<S> sum(std::span<const Var<S>> x);
template <Element S> Var<S> prod(std::span<const Var<S>> x);
template <Element S> Var<S> log_sum_exp(std::span<const Var<S>> x);
template <Element S> Var<S> dot(std::span<const Var<S>> a, std::span<const Var<S>> b);
// clang-format on

template <Element S>
Var<S> sum(const std::vector<Var<S>>& x) {
  return sum(std::span(x));
}
template <Element S>
Var<S> prod(const std::vector<Var<S>>& x) {
  return prod(std::span(x));
}
template <Element S>
Var<S> log_sum_exp(const std::vector<Var<S>>& x) {
  return log_sum_exp(std::span(x));
}
template <Element S>
Var<S> dot(const std::vector<Var<S>>& a, const std::vector<Var<S>>& b) {
  return dot(std::span(a), std::span(b));
}

}  // namespace autograd
