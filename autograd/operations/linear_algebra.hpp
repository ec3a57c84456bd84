#pragma once
// Matrix operations. Each is documented by its value and, under it, what flows back (Ā is the adjoint of A).
// All throw std::invalid_argument where shapes do not fit, naming them and the rule.

#include <span>

#include "autograd/core/record.hpp"

namespace autograd {

// clang-format off
// matmul     C = A B       A: n×k   B: k×m      Ā += C̄ Bᵀ     B̄ += Aᵀ C̄
template <Element S> Var<Matrix<S>> matmul(const Var<Matrix<S>>& A, const Var<Matrix<S>>& B);

// affine     Y = X W + b   X: n×k   W: k×m   b: 1×m     X̄ += Ȳ Wᵀ    W̄ += Xᵀ Ȳ    b̄ += Σ rows of Ȳ
template <Element S> Var<Matrix<S>> affine(const Var<Matrix<S>>& X, const Var<Matrix<S>>& W, const Var<Matrix<S>>& b);

// transpose  Y = Xᵀ                             X̄ += Ȳᵀ
// reshape    Y = X read row by row as rows×cols (the same number of elements)
// at         y = X(i, j)                        X̄(i, j) += ȳ
template <Element S> Var<Matrix<S>> transpose(const Var<Matrix<S>>& X);
template <Element S> Var<Matrix<S>> reshape(const Var<Matrix<S>>& X, Index rows, Index cols);
template <Element S> Var<S> at(const Var<Matrix<S>>& X, Index i, Index j);

// Rows first .. first + count - 1 of X, and columns likewise; only that block gets a gradient.
template <Element S> Var<Matrix<S>> rows(const Var<Matrix<S>>& X, Index first, Index count);
template <Element S> Var<Matrix<S>> columns(const Var<Matrix<S>>& X, Index first, Index count);
// A on top of B (equal columns), and A beside B (equal rows).
template <Element S> Var<Matrix<S>> vstack(const Var<Matrix<S>>& A, const Var<Matrix<S>>& B);
template <Element S> Var<Matrix<S>> hstack(const Var<Matrix<S>>& A, const Var<Matrix<S>>& B);

// pick       yᵢ = X(i, columnᵢ): n×1, one entry of each row, as the log-probability of each row's class.
// The columns are copied. Throws std::out_of_range for a column that X does not have.
template <Element S> Var<Matrix<S>> pick(const Var<Matrix<S>>& X, std::span<const int> column);
// clang-format on

}  // namespace autograd
