#pragma once
// Products with a matrix of mostly zeros, such as black and white digits, of whose pixels one in eight is on.

#include "autograd/core/record.hpp"

namespace models {

using autograd::Element;
using autograd::Matrix;
using autograd::Var;

// y = x W + b, as autograd::affine, but summed over the elements of x that are not 0: each costs one row of W, and one
// of ȳ in the pullback.      x: n×in   W: in×out   b: 1×out
//   x̄ += ȳ Wᵀ      W̄ += xᵀ ȳ      b̄ += Σ rows of ȳ
// Throws std::invalid_argument if the shapes do not fit.
template <Element S>
Var<Matrix<S>> sparse_affine(const Var<Matrix<S>>& x, const Var<Matrix<S>>& W, const Var<Matrix<S>>& b);

}  // namespace models
