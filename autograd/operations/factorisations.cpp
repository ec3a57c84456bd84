// Triangular matrices: Cholesky factors, their determinants and solves, and the trace.
#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "autograd/arithmetic/gemm.hpp"
#include "autograd/arithmetic/symmetric_eigen.hpp"
#include "autograd/arithmetic/triangular.hpp"
#include "autograd/core/shapes.hpp"
#include "autograd/operations/linear_algebra.hpp"

namespace autograd {

namespace {

template <Element S>
void check_square(const char* operation, const char* name, const Var<Matrix<S>>& A) {
  if (A.rows() != A.cols()) throw_shape(operation, name, A.rows(), A.cols(), "need a square matrix");
}

template <Element S>
void check_solve(const char* operation, const Var<Matrix<S>>& L, const Var<Matrix<S>>& B) {
  check_square(operation, "L", L);
  if (L.cols() != B.rows()) {
    throw_shapes(operation, "L", L.rows(), L.cols(), "B", B.rows(), B.cols(), "need L.cols == B.rows");
  }
}

template <Element S>
[[noreturn]] void throw_not_positive_definite(const ConstMatrixMap<S>& A) {
  const double smallest = symmetric_eigen(A.template cast<double>()).values[0];
  throw std::domain_error(
      fmt::format("cholesky: the {}×{} matrix is not positive definite (smallest eigenvalue {:.6g})", A.rows(),
                  A.cols(), smallest));
}

// The lower triangle of a product, and zeros above it, in the tape's memory.
template <Element S>
MatrixMap<S> lower_triangle(Tape& tape, const Product<S>& product) {
  MatrixMap<S> M = tape.scratch<S>(product.rows(), product.cols());
  product.assign_to(M);
  for (Index i = 0; i < M.rows(); ++i) M.row(i).tail(M.cols() - i - 1).setZero();
  return M;
}

}  // namespace

template <Element S>
Var<S> trace(const Var<Matrix<S>>& A) {
  check_square("trace", "A", A);
  return record<"trace">(
      S(A.value().trace()),
      [](auto& y, auto& A) {
        if (A.needs_gradient()) A.touched_grad().diagonal().array() += y.grad();
      },
      A);
}

template <Element S>
Var<Matrix<S>> cholesky(const Var<Matrix<S>>& A) {
  check_square("cholesky", "A", A);
  const auto fill = [A = A.value()](auto L) {
    L = A;
    if (!factor_in_place<S>(L)) throw_not_positive_definite<S>(A);
  };
  return record<"cholesky">(
      written<S>(A.rows(), A.cols(), fill),
      [](auto& L, auto& A) {
        MatrixMap<S> M = lower_triangle(L.tape(), product_tn(L.value(), L.grad()));
        M.diagonal() *= S(0.5);
        solve_in_place(L.value(), true, M);  // L⁻ᵀ Φ
        MatrixMap<S> T = L.tape().template scratch<S>(M.cols(), M.rows());
        T = M.transpose();
        solve_in_place(L.value(), true, T);  // (L⁻ᵀ Φ L⁻¹)ᵀ
        A.accumulate(S(0.5) * (T + T.transpose()));
      },
      A);
}

template <Element S>
Var<S> log_det(const Var<Matrix<S>>& L) {
  check_square("log_det", "L", L);
  return record<"log_det">(
      S(2 * L.value().diagonal().array().log().sum()),
      [](auto& y, auto& L) {
        if (L.needs_gradient()) L.touched_grad().diagonal().array() += S(2 * y.grad()) / L.value().diagonal().array();
      },
      L);
}

template <Element S>
Var<Matrix<S>> solve_lower(const Var<Matrix<S>>& L, const Var<Matrix<S>>& B) {
  check_solve("solve_lower", L, B);
  const auto fill = [L = L.value(), B = B.value()](auto X) {
    X = B;
    solve_in_place<S>(L, false, X);
  };
  return record<"solve_lower">(
      written<S>(B.rows(), B.cols(), fill),
      [](auto& X, auto& L, auto& B) {
        MatrixMap<S> G = X.tape().template scratch<S>(X.rows(), X.cols());
        G = X.grad();
        solve_in_place(L.value(), true, G);
        B.accumulate(G);
        if (L.needs_gradient()) L.accumulate(-lower_triangle(L.tape(), product_nt(read_only(G), X.value())));
      },
      L, B);
}

template <Element S>
Var<Matrix<S>> solve_lower_transposed(const Var<Matrix<S>>& L, const Var<Matrix<S>>& B) {
  check_solve("solve_lower_transposed", L, B);
  const auto fill = [L = L.value(), B = B.value()](auto X) {
    X = B;
    solve_in_place<S>(L, true, X);
  };
  return record<"solve_lower_transposed">(
      written<S>(B.rows(), B.cols(), fill),
      [](auto& X, auto& L, auto& B) {
        MatrixMap<S> G = X.tape().template scratch<S>(X.rows(), X.cols());
        G = X.grad();
        solve_in_place(L.value(), false, G);
        B.accumulate(G);
        if (L.needs_gradient()) L.accumulate(-lower_triangle(L.tape(), product_nt(X.value(), read_only(G))));
      },
      L, B);
}

// Everything above, once for each element type.
// clang-format off
#define FACTORISATIONS_OF(S)                                                                     \
  template Var<S> trace(const Var<Matrix<S>>&);                                                 \
  template Var<Matrix<S>> cholesky(const Var<Matrix<S>>&);                                      \
  template Var<S> log_det(const Var<Matrix<S>>&);                                               \
  template Var<Matrix<S>> solve_lower(const Var<Matrix<S>>&, const Var<Matrix<S>>&);            \
  template Var<Matrix<S>> solve_lower_transposed(const Var<Matrix<S>>&, const Var<Matrix<S>>&);
FACTORISATIONS_OF(float)
FACTORISATIONS_OF(double)
FACTORISATIONS_OF(Dual<double>)
#undef FACTORISATIONS_OF
// clang-format on

}  // namespace autograd
