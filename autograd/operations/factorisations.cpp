#include "autograd/operations/factorisations.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <stdexcept>

#include "autograd/arithmetic/dual.hpp"
#include "autograd/arithmetic/gemm.hpp"
#include "autograd/arithmetic/triangular.hpp"

namespace autograd {

namespace {

template <Element S>
void check_square(const char* operation, const char* name, const Var<Matrix<S>>& A) {
  if (A.rows() != A.cols()) throw_invalid(operation, ": ", name, " is ", shape_text(A), " (need a square matrix)");
}

template <Element S>
[[noreturn]] void throw_not_positive_definite(const ConstMatrixMap<S>& A) {
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> eigen(A.template cast<double>(), Eigen::EigenvaluesOnly);
  throw std::domain_error(text_of("cholesky: the ", shape_text(A),
                                  " matrix is not positive definite (smallest eigenvalue ", eigen.eigenvalues()[0],
                                  ")"));
}

// The lower triangle of an expression, and zeros above it, in a tape's memory.
template <Element S, class E>
MatrixMap<S> lower_triangle(Arena& arena, const E& expression) {
  MatrixMap<S> M = copy<S>(arena, expression);
  M.template triangularView<Eigen::StrictlyUpper>().setZero();
  return M;
}

}  // namespace

template <Element S>
Var<Matrix<S>> cholesky(const Var<Matrix<S>>& A) {
  check_square("cholesky", "A", A);
  return record<"cholesky">(
      [](auto& A) {
        return written<S>(A.rows(), A.cols(), [&A](auto L) {
          L = A.value();
          if (!factor_in_place<S>(L)) throw_not_positive_definite<S>(A.value());
        });
      },
      [](auto& L, auto& A) {
        MatrixMap<S> M = lower_triangle<S>(L.arena(), L.value().transpose() * L.grad());
        M.diagonal() *= S(0.5);                 // Φ
        solve_in_place<S>(L.value(), true, M);  // L⁻ᵀ Φ
        const MatrixMap<S> M_transposed = copy<S>(L.arena(), M.transpose());
        solve_in_place<S>(L.value(), true, M_transposed);  // (L⁻ᵀ Φ L⁻¹)ᵀ
        A.accumulate(S(0.5) * (M_transposed + M_transposed.transpose()));
      },
      A);
}

template <Element S>
Var<S> log_det(const Var<Matrix<S>>& L) {
  check_square("log_det", "L", L);
  return record<"log_det">(
      [](auto& L) { return S(2 * L.value().diagonal().array().log().sum()); },
      [](auto& y, auto& L) { L.adjoint().diagonal().array() += S(2 * y.grad()) / L.value().diagonal().array(); }, L);
}

template <Element S>
Var<Matrix<S>> solve_lower(const Var<Matrix<S>>& L, const Var<Matrix<S>>& B) {
  check_square("solve_lower", "L", L);
  if (L.cols() != B.rows())
    throw_invalid("solve_lower: L is ", shape_text(L), ", B is ", shape_text(B), " (need L.cols == B.rows)");
  return record<"solve_lower">(
      [](auto& L, auto& B) {
        return written<S>(B.rows(), B.cols(), [&](auto X) {
          X = B.value();
          solve_in_place<S>(L.value(), false, X);
        });
      },
      [](auto& X, auto& L, auto& B) {
        const MatrixMap<S> G = copy<S>(X.arena(), X.grad());
        solve_in_place<S>(L.value(), true, G);
        B.accumulate(G);
        if (L.needs_gradient()) L.accumulate(-lower_triangle<S>(L.arena(), G * X.value().transpose()));
      },
      L, B);
}

// Everything above, once for each element type.
// clang-format off
#define FACTORISATIONS_OF(S)                                                                     \
  template Var<Matrix<S>> cholesky(const Var<Matrix<S>>&);                                      \
  template Var<S> log_det(const Var<Matrix<S>>&);                                               \
  template Var<Matrix<S>> solve_lower(const Var<Matrix<S>>&, const Var<Matrix<S>>&);
TAPESTRY_FOR_EACH_ELEMENT(FACTORISATIONS_OF)
// clang-format on

}  // namespace autograd
