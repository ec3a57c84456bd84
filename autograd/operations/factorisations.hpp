#pragma once
// Triangular matrices: Cholesky factors, their determinants, and solves. Each is documented by its value and, beside
// it, what flows back (Ā is the adjoint of A). All throw std::invalid_argument where shapes do not fit, and name the
// shapes and the rule.

#include "autograd/core/record.hpp"

namespace autograd {

// clang-format off
// cholesky   L lower triangular with L Lᵀ = A; reads A's lower triangle and treats A as symmetric.
//            Ā += ½ (M + Mᵀ),  M = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹,  Φ: lower triangle, diagonal halved  (Murray 2016, eq. 10)
// Throws std::domain_error if A is not positive definite.
template <Element S> Var<Matrix<S>> cholesky(const Var<Matrix<S>>& A);
// log_det    y = log det(L Lᵀ) = 2 Σ log Lᵢᵢ of a Cholesky factor          L̄ᵢᵢ += 2 ȳ / Lᵢᵢ
template <Element S> Var<S> log_det(const Var<Matrix<S>>& L);

// solve_lower   X = L⁻¹ B            B̄ += G = L⁻ᵀ X̄      L̄ -= lower triangle of G Xᵀ
// L: n×n, read as lower triangular; B: n×m.
template <Element S> Var<Matrix<S>> solve_lower(const Var<Matrix<S>>& L, const Var<Matrix<S>>& B);
// clang-format on

}  // namespace autograd
