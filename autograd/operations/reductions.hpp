#pragma once
// Reductions: many numbers to one, of a whole matrix, of each row (By::row: n×1) or of each column (By::column: 1×d).
// Where there is nothing to reduce, all throw std::invalid_argument but dot, squared_norm and the sum of a matrix.

#include <span>
#include <vector>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"

namespace autograd {

// Row by row (n numbers for n×d) or column by column (d numbers).
enum class By { row, column };

// clang-format off
// sum   y = Σ xᵢ                  x̄ᵢ += ȳ
// prod  y = Π xᵢ                  x̄ᵢ += ȳ Π_{j≠i} xⱼ      (exact where xᵢ = 0)
// mean  y = Σ xᵢ / n
template <Element S> Var<S> sum(const Var<Matrix<S>>& x);
template <Element S> Var<Matrix<S>> sum(const Var<Matrix<S>>& x, By by);
template <Element S> Var<S> prod(const Var<Matrix<S>>& x);
template <Element S> Var<Matrix<S>> prod(const Var<Matrix<S>>& x, By by);
template <Element S> Var<S> mean(const Var<Matrix<S>>& x);
template <Element S> Var<Matrix<S>> mean(const Var<Matrix<S>>& x, By by);

// log_sum_exp   y = m + log Σ exp(xᵢ - m), m = max xᵢ          x̄ᵢ += ȳ wᵢ,  wᵢ = exp(xᵢ - m) / Σ exp(xⱼ - m)
// log_softmax   yᵢⱼ = (xᵢⱼ - m) - log Σ of row i               x̄ += ȳ - exp(y) Σⱼ ȳᵢⱼ
// log_sum_exp of nothing but -∞ is -∞ (with no gradient), and with a +∞ it is +∞; log_softmax of such a row is NaN.
template <Element S> Var<S> log_sum_exp(const Var<Matrix<S>>& x);
template <Element S> Var<Matrix<S>> log_sum_exp(const Var<Matrix<S>>& x, By by);
template <Element S> Var<Matrix<S>> log_softmax(const Var<Matrix<S>>& x);

// dot   y = Σ aᵢ bᵢ, equal shapes                              ā += ȳ b      b̄ += ȳ a
// squared_norm  y = Σ xᵢ²                                      x̄ += 2 ȳ x
template <Element S> Var<S> dot(const Var<Matrix<S>>& a, const Var<Matrix<S>>& b);
template <Element S> Var<S> squared_norm(const Var<Matrix<S>>& x);

// stack   Y = (x₁ ... xₙ), scalar Vars as a row 1×n            x̄ᵢ += Ȳᵢ      (throws where there are none)
template <Element S> Var<Matrix<S>> stack(std::span<const Var<S>> x);
template <Element S> Var<S> sum(std::span<const Var<S>> x) { return sum(stack(x)); }
template <Element S> Var<S> prod(std::span<const Var<S>> x) { return prod(stack(x)); }
template <Element S> Var<S> log_sum_exp(std::span<const Var<S>> x) { return log_sum_exp(stack(x)); }
template <Element S> Var<S> sum(const std::vector<Var<S>>& x) { return sum(std::span(x)); }
template <Element S> Var<S> prod(const std::vector<Var<S>>& x) { return prod(std::span(x)); }
template <Element S> Var<S> log_sum_exp(const std::vector<Var<S>>& x) { return log_sum_exp(std::span(x)); }
// clang-format on

}  // namespace autograd
