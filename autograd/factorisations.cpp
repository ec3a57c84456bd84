// Triangular matrices: Cholesky factors, their determinants and solves, and the trace.
#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <stdexcept>

#include "autograd/linear_algebra.hpp"
#include "autograd/shapes.hpp"
#include "autograd/symmetric_eigen.hpp"

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

// The lower triangle of a square matrix, zero above it, without its shape's other half being read.
template <class M>
void keep_lower(M& A) {
  A.template triangularView<Eigen::StrictlyUpper>().setZero();
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
    Eigen::Ref<Matrix<S>> in_place(L);
    const Eigen::LLT<Eigen::Ref<Matrix<S>>, Eigen::Lower> factor(in_place);
    bool positive = factor.info() == Eigen::Success;
    for (Index i = 0; i < L.rows(); ++i) positive = positive && L(i, i) > S(0);  // false for NaN too
    if (!positive) throw_not_positive_definite<S>(A);
    keep_lower(L);
  };
  return record<"cholesky">(
      written<S>(A.rows(), A.cols(), fill),
      [](auto& L, auto& A) {
        MatrixMap<S> M = L.tape().template scratch<S>(L.rows(), L.cols());
        M.noalias() = L.value().transpose() * L.grad();
        keep_lower(M);
        M.diagonal() *= S(0.5);
        L.value().transpose().template triangularView<Eigen::Upper>().solveInPlace(M);                  // L⁻ᵀ Φ
        L.value().template triangularView<Eigen::Lower>().template solveInPlace<Eigen::OnTheRight>(M);  // L⁻ᵀ Φ L⁻¹
        A.accumulate(S(0.5) * (M + M.transpose()));
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
    L.template triangularView<Eigen::Lower>().solveInPlace(X);
  };
  return record<"solve_lower">(
      written<S>(B.rows(), B.cols(), fill),
      [](auto& X, auto& L, auto& B) {
        MatrixMap<S> G = X.tape().template scratch<S>(X.rows(), X.cols());
        G = X.grad();
        L.value().transpose().template triangularView<Eigen::Upper>().solveInPlace(G);
        B.accumulate(G);
        if (L.needs_gradient()) L.touched_grad().template triangularView<Eigen::Lower>() -= G * X.value().transpose();
      },
      L, B);
}

template <Element S>
Var<Matrix<S>> solve_lower_transposed(const Var<Matrix<S>>& L, const Var<Matrix<S>>& B) {
  check_solve("solve_lower_transposed", L, B);
  const auto fill = [L = L.value(), B = B.value()](auto X) {
    X = B;
    L.transpose().template triangularView<Eigen::Upper>().solveInPlace(X);
  };
  return record<"solve_lower_transposed">(
      written<S>(B.rows(), B.cols(), fill),
      [](auto& X, auto& L, auto& B) {
        MatrixMap<S> G = X.tape().template scratch<S>(X.rows(), X.cols());
        G = X.grad();
        L.value().template triangularView<Eigen::Lower>().solveInPlace(G);
        B.accumulate(G);
        if (L.needs_gradient()) L.touched_grad().template triangularView<Eigen::Lower>() -= X.value() * G.transpose();
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
