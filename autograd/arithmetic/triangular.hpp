#pragma once
// Cholesky's factorisation and triangular systems, of matrices without a tape, in place.

#include "autograd/arithmetic/dual.hpp"
#include "autograd/core/value.hpp"

namespace autograd {

// L Lᵀ = A with L lower triangular: L in the place of A, of which the lower triangle is read. False, and A is lost, if
// A is not positive definite.
template <Element S>
bool factor_in_place(MatrixMap<S> A);

// X = op(L)⁻¹ B in the place of B, op being nothing or a transposition. L: n×n, read as lower triangular; B: n×m.
template <Element S>
void solve_in_place(const ConstMatrixMap<S>& L, bool transpose_L, MatrixMap<S> B);

}  // namespace autograd
