#include "autograd/operations/linear_algebra.hpp"

#include <algorithm>

#include "autograd/arithmetic/dual.hpp"
#include "autograd/arithmetic/gemm.hpp"

namespace autograd {

namespace {

template <Element S>
void check_inner(const char* operation, const Var<Matrix<S>>& A, const Var<Matrix<S>>& B, const char* rule) {
  if (A.cols() == B.rows()) return;
  throw_invalid(operation, ": inner dimensions differ: A is ", shape_text(A), ", B is ", shape_text(B), " (need ",
                rule, ")");
}

template <Element S>
void check_block(const char* operation, const char* what, const Var<Matrix<S>>& X, Index extent, Index first,
                 Index count) {
  if (first >= 0 && count >= 0 && first <= extent - count) return;
  throw_invalid(operation, ": ", count, " ", what, " from ", first, " on, of a ", shape_text(X),
                " matrix (need 0 <= first and first + count <= ", extent, ")");
}

}  // namespace

template <Element S>
Var<Matrix<S>> matmul(const Var<Matrix<S>>& A, const Var<Matrix<S>>& B) {
  check_inner("matmul", A, B, "A.cols == B.rows");
  return record<"matmul">([](auto& A, auto& B) { return A.value() * B.value(); },
                          [](auto& C, auto& A, auto& B) {
                            A.accumulate(C.grad() * B.value().transpose());
                            B.accumulate(A.value().transpose() * C.grad());
                          },
                          A, B);
}

template <Element S>
Var<Matrix<S>> affine(const Var<Matrix<S>>& X, const Var<Matrix<S>>& W, const Var<Matrix<S>>& b) {
  check_inner("affine", X, W, "X.cols == W.rows for X = A, W = B");
  if (b.rows() != 1 || b.cols() != W.cols())
    throw_invalid("affine: W is ", shape_text(W), ", b is ", shape_text(b), " (need b to be 1×W.cols)");
  return record<"affine">(
      [](auto& X, auto& W, auto& b) {
        return written<S>(X.rows(), W.cols(), [&](auto Y) {
          Y.rowwise() = b.value().row(0);
          add(Y, X.value() * W.value());
        });
      },
      [](auto& Y, auto& X, auto& W, auto& b) {
        X.accumulate(Y.grad() * W.value().transpose());
        W.accumulate(X.value().transpose() * Y.grad());
        b.accumulate(Y.grad().colwise().sum());
      },
      X, W, b);
}

template <Element S>
Var<Matrix<S>> transpose(const Var<Matrix<S>>& X) {
  return record<"transpose">([](auto& X) { return X.value().transpose(); },
                             [](auto& Y, auto& X) { X.accumulate(Y.grad().transpose()); }, X);
}

template <Element S>
Var<Matrix<S>> reshape(const Var<Matrix<S>>& X, Index rows, Index cols) {
  const Index size = X.rows() * X.cols();
  const bool fits = rows == 0 || cols == 0 ? size == 0 : size % rows == 0 && size / rows == cols;  // no overflow
  if (rows < 0 || cols < 0 || !fits)
    throw_invalid("reshape: X is ", shape_text(X), ", the result is ", rows, "×", cols, " (need as many elements)");
  return record<"reshape">(
      [=](auto& X) { return ConstMatrixMap<S>(X.value().data(), rows, cols); },
      [](auto& Y, auto& X) { X.accumulate(ConstMatrixMap<S>(Y.grad().data(), X.rows(), X.cols())); }, X);
}

template <Element S>
Var<S> at(const Var<Matrix<S>>& X, Index i, Index j) {
  check_block("at", "row", X, X.rows(), i, 1);
  check_block("at", "column", X, X.cols(), j, 1);
  return record<"at">([=](auto& X) { return S(X.value()(i, j)); },
                      [=](auto& y, auto& X) { X.adjoint()(i, j) += y.grad(); }, X);
}

template <Element S>
Var<Matrix<S>> rows(const Var<Matrix<S>>& X, Index first, Index count) {
  check_block("rows", "rows", X, X.rows(), first, count);
  return record<"rows">([=](auto& X) { return X.value().middleRows(first, count); },
                        [=](auto& Y, auto& X) { X.adjoint().middleRows(first, count) += Y.grad(); }, X);
}

template <Element S>
Var<Matrix<S>> columns(const Var<Matrix<S>>& X, Index first, Index count) {
  check_block("columns", "columns", X, X.cols(), first, count);
  return record<"columns">([=](auto& X) { return X.value().middleCols(first, count); },
                           [=](auto& Y, auto& X) { X.adjoint().middleCols(first, count) += Y.grad(); }, X);
}

template <Element S>
Var<Matrix<S>> hstack(const Var<Matrix<S>>& A, const Var<Matrix<S>>& B) {
  if (A.rows() != B.rows())
    throw_invalid("hstack: A is ", shape_text(A), ", B is ", shape_text(B), " (need equal rows)");
  return record<"hstack">(
      [](auto& A, auto& B) {
        return written<S>(A.rows(), A.cols() + B.cols(), [&](auto C) {
          C.leftCols(A.cols()) = A.value();
          C.rightCols(B.cols()) = B.value();
        });
      },
      [](auto& C, auto& A, auto& B) {
        A.accumulate(C.grad().leftCols(A.cols()));
        B.accumulate(C.grad().rightCols(B.cols()));
      },
      A, B);
}

template <Element S>
Var<Matrix<S>> pick(const Var<Matrix<S>>& X, std::span<const int> column) {
  if (Index(column.size()) != X.rows())
    throw_invalid("pick: X has ", X.rows(), " rows, ", column.size(), " columns are given (need one a row)");
  for (const int j : column) {
    if (j >= 0 && j < X.cols()) continue;
    throw std::out_of_range(
        text_of("pick: column ", j, " of a ", shape_text(X), " matrix (need 0 to ", X.cols() - 1, ")"));
  }
  const std::span<int> kept = X.tape().template array<int>(column.size());
  std::ranges::copy(column, kept.begin());
  return record<"pick">(
      [kept](auto& X) {
        return written<S>(X.rows(), 1, [&X, kept](auto y) {
          for (Index i = 0; i < X.rows(); ++i) y(i, 0) = X.value()(i, kept[i]);
        });
      },
      [kept](auto& y, auto& X) {
        MatrixMap<S> X_adjoint = X.adjoint();
        for (Index i = 0; i < X.rows(); ++i) X_adjoint(i, kept[i]) += y.grad()(i, 0);
      },
      X);
}

// Everything above, once for each element type.
// clang-format off
#define LINEAR_ALGEBRA_OF(S)                                                                           \
  template Var<Matrix<S>> matmul(const Var<Matrix<S>>&, const Var<Matrix<S>>&);                        \
  template Var<Matrix<S>> affine(const Var<Matrix<S>>&, const Var<Matrix<S>>&, const Var<Matrix<S>>&); \
  template Var<Matrix<S>> transpose(const Var<Matrix<S>>&);                                            \
  template Var<Matrix<S>> reshape(const Var<Matrix<S>>&, Index, Index);                                \
  template Var<S> at(const Var<Matrix<S>>&, Index, Index);                                             \
  template Var<Matrix<S>> rows(const Var<Matrix<S>>&, Index, Index);                                   \
  template Var<Matrix<S>> columns(const Var<Matrix<S>>&, Index, Index);                                \
  template Var<Matrix<S>> hstack(const Var<Matrix<S>>&, const Var<Matrix<S>>&);                        \
  template Var<Matrix<S>> pick(const Var<Matrix<S>>&, std::span<const int>);
TAPESTRY_FOR_EACH_ELEMENT(LINEAR_ALGEBRA_OF)
// clang-format on

}  // namespace autograd
