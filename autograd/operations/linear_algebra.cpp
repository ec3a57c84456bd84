// Matrix products and shapes: matmul, affine, transpose, blocks, stacking, picking.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "autograd/arithmetic/gemm.hpp"
#include "autograd/core/shapes.hpp"
#include "autograd/operations/linear_algebra.hpp"

namespace autograd {

namespace {

template <Element S>
void check_inner(const char* operation, Index a_inner, Index b_inner, const Var<Matrix<S>>& A, const Var<Matrix<S>>& B,
                 const char* rule) {
  if (a_inner == b_inner) return;
  throw std::invalid_argument(fmt::format("{}: inner dimensions differ: A is {}×{}, B is {}×{} (need {})", operation,
                                          A.rows(), A.cols(), B.rows(), B.cols(), rule));
}

template <Element S>
void check_block(const char* operation, const char* what, const Var<Matrix<S>>& X, Index extent, Index first,
                 Index count) {
  if (first >= 0 && count >= 0 && first + count <= extent) return;
  throw std::invalid_argument(
      fmt::format("{}: {} {} to {} of a {}×{} matrix (need 0 <= first and first + count <= {})", operation, what,
                  first, first + count - 1, X.rows(), X.cols(), extent));
}

}  // namespace

template <Element S>
Var<Matrix<S>> matmul(const Var<Matrix<S>>& A, const Var<Matrix<S>>& B) {
  check_inner("matmul", A.cols(), B.rows(), A, B, "A.cols == B.rows");
  return record<"matmul">(
      product(A.value(), B.value()),
      [](auto& C, auto& A, auto& B) {
        A.accumulate(product_nt(C.grad(), B.value()));
        B.accumulate_later(product_tn(A.value(), C.grad()));
      },
      A, B);
}

template <Element S>
Var<Matrix<S>> matmul_tn(const Var<Matrix<S>>& A, const Var<Matrix<S>>& B) {
  check_inner("matmul_tn", A.rows(), B.rows(), A, B, "A.rows == B.rows");
  return record<"matmul_tn">(
      product_tn(A.value(), B.value()),
      [](auto& C, auto& A, auto& B) {
        A.accumulate(product_nt(B.value(), C.grad()));
        B.accumulate_later(product(A.value(), C.grad()));
      },
      A, B);
}

template <Element S>
Var<Matrix<S>> matmul_nt(const Var<Matrix<S>>& A, const Var<Matrix<S>>& B) {
  check_inner("matmul_nt", A.cols(), B.cols(), A, B, "A.cols == B.cols");
  return record<"matmul_nt">(
      product_nt(A.value(), B.value()),
      [](auto& C, auto& A, auto& B) {
        A.accumulate(product(C.grad(), B.value()));
        B.accumulate_later(product_tn(C.grad(), A.value()));
      },
      A, B);
}

template <Element S>
Var<Matrix<S>> affine(const Var<Matrix<S>>& X, const Var<Matrix<S>>& W, const Var<Matrix<S>>& b) {
  check_inner("affine", X.cols(), W.rows(), X, W, "X.cols == W.rows for X = A, W = B");
  if (b.rows() != 1 || b.cols() != W.cols()) {
    throw_shapes("affine", "W", W.rows(), W.cols(), "b", b.rows(), b.cols(), "need b to be 1×W.cols");
  }
  const auto fill = [X = X.value(), W = W.value(), b = b.value()](auto Y) {
    for (Index i = 0; i < Y.rows(); ++i) Y.row(i) = b.row(0);
    product(X, W).add_to(Y);
  };
  return record<"affine">(
      written<S>(X.rows(), W.cols(), fill),
      [](auto& Y, auto& X, auto& W, auto& b) {
        X.accumulate(product_nt(Y.grad(), W.value()));
        W.accumulate_later(product_tn(X.value(), Y.grad()));
        b.accumulate(Y.grad().colwise().sum());
      },
      X, W, b);
}

template <Element S>
Var<Matrix<S>> transpose(const Var<Matrix<S>>& X) {
  return record<"transpose">(
      X.value().transpose(), [](auto& Y, auto& X) { X.accumulate(Y.grad().transpose()); }, X);
}

template <Element S>
Var<Matrix<S>> reshape(const Var<Matrix<S>>& X, Index rows, Index cols) {
  if (rows < 0 || cols < 0 || rows * cols != X.rows() * X.cols()) {
    throw_shapes("reshape", "X", X.rows(), X.cols(), "the result", rows, cols, "need as many elements");
  }
  return record<"reshape">(
      ConstMatrixMap<S>(X.value().data(), rows, cols),
      [](auto& Y, auto& X) { X.accumulate(ConstMatrixMap<S>(Y.grad().data(), X.rows(), X.cols())); }, X);
}

template <Element S>
Var<S> at(const Var<Matrix<S>>& X, Index i, Index j) {
  check_block("at", "row", X, X.rows(), i, 1);
  check_block("at", "column", X, X.cols(), j, 1);
  return record<"at">(
      S(X.value()(i, j)), [i, j](auto& y, auto& X) { X.accumulate_block(i, j, Matrix<S>::Constant(1, 1, y.grad())); },
      X);
}

template <Element S>
Var<Matrix<S>> rows(const Var<Matrix<S>>& X, Index first, Index count) {
  check_block("rows", "rows", X, X.rows(), first, count);
  return record<"rows">(
      X.value().middleRows(first, count), [first](auto& Y, auto& X) { X.accumulate_block(first, 0, Y.grad()); }, X);
}

template <Element S>
Var<Matrix<S>> columns(const Var<Matrix<S>>& X, Index first, Index count) {
  check_block("columns", "columns", X, X.cols(), first, count);
  return record<"columns">(
      X.value().middleCols(first, count), [first](auto& Y, auto& X) { X.accumulate_block(0, first, Y.grad()); }, X);
}

template <Element S>
Var<Matrix<S>> vstack(const Var<Matrix<S>>& A, const Var<Matrix<S>>& B) {
  if (A.cols() != B.cols()) {
    throw_shapes("vstack", "A", A.rows(), A.cols(), "B", B.rows(), B.cols(), "need equal columns");
  }
  const auto fill = [A = A.value(), B = B.value()](auto C) {
    C.topRows(A.rows()) = A;
    C.bottomRows(B.rows()) = B;
  };
  return record<"vstack">(
      written<S>(A.rows() + B.rows(), A.cols(), fill),
      [](auto& C, auto& A, auto& B) {
        A.accumulate(C.grad().topRows(A.rows()));
        B.accumulate(C.grad().bottomRows(B.rows()));
      },
      A, B);
}

template <Element S>
Var<Matrix<S>> hstack(const Var<Matrix<S>>& A, const Var<Matrix<S>>& B) {
  if (A.rows() != B.rows()) {
    throw_shapes("hstack", "A", A.rows(), A.cols(), "B", B.rows(), B.cols(), "need equal rows");
  }
  const auto fill = [A = A.value(), B = B.value()](auto C) {
    C.leftCols(A.cols()) = A;
    C.rightCols(B.cols()) = B;
  };
  return record<"hstack">(
      written<S>(A.rows(), A.cols() + B.cols(), fill),
      [](auto& C, auto& A, auto& B) {
        A.accumulate(C.grad().leftCols(A.cols()));
        B.accumulate(C.grad().rightCols(B.cols()));
      },
      A, B);
}

template <Element S>
Var<Matrix<S>> pick(const Var<Matrix<S>>& X, std::span<const int> column) {
  if (static_cast<Index>(column.size()) != X.rows()) {
    throw std::invalid_argument(
        fmt::format("pick: X has {} rows, {} columns are given (need one a row)", X.rows(), column.size()));
  }
  for (const int j : column) {
    if (j >= 0 && j < X.cols()) continue;
    throw std::out_of_range(
        fmt::format("pick: column {} of a {}×{} matrix (need 0 to {})", j, X.rows(), X.cols(), X.cols() - 1));
  }
  MatrixMap<int> kept = X.tape().template scratch<int>(X.rows(), 1);
  std::ranges::copy(column, kept.data());
  const auto fill = [kept, X = X.value()](auto y) {
    for (Index i = 0; i < X.rows(); ++i) y(i, 0) = X(i, kept(i, 0));
  };
  return record<"pick">(
      written<S>(X.rows(), 1, fill),
      [kept](auto& y, auto& X) {
        if (!X.needs_gradient()) return;
        auto gradient = X.touched_grad();
        for (Index i = 0; i < X.rows(); ++i) gradient(i, kept(i, 0)) += y.grad()(i, 0);
      },
      X);
}

// Everything above, once for each element type.
// clang-format off
#define PRODUCTS_OF(S)                                                                                  \
  template Var<Matrix<S>> matmul(const Var<Matrix<S>>&, const Var<Matrix<S>>&);                        \
  template Var<Matrix<S>> matmul_tn(const Var<Matrix<S>>&, const Var<Matrix<S>>&);                     \
  template Var<Matrix<S>> matmul_nt(const Var<Matrix<S>>&, const Var<Matrix<S>>&);                     \
  template Var<Matrix<S>> affine(const Var<Matrix<S>>&, const Var<Matrix<S>>&, const Var<Matrix<S>>&); \
  template Var<Matrix<S>> transpose(const Var<Matrix<S>>&);                                            \
  template Var<Matrix<S>> reshape(const Var<Matrix<S>>&, Index, Index);                                \
  template Var<S> at(const Var<Matrix<S>>&, Index, Index);                                             \
  template Var<Matrix<S>> rows(const Var<Matrix<S>>&, Index, Index);                                   \
  template Var<Matrix<S>> columns(const Var<Matrix<S>>&, Index, Index);                                \
  template Var<Matrix<S>> vstack(const Var<Matrix<S>>&, const Var<Matrix<S>>&);                        \
  template Var<Matrix<S>> hstack(const Var<Matrix<S>>&, const Var<Matrix<S>>&);                        \
  template Var<Matrix<S>> pick(const Var<Matrix<S>>&, std::span<const int>);
PRODUCTS_OF(float)
PRODUCTS_OF(double)
PRODUCTS_OF(Dual<double>)
#undef PRODUCTS_OF
// clang-format on

}  // namespace autograd
