#pragma once
// Matrix products that are not evaluated yet: the library's kernels write them where they belong, or add them to what
// is there. (Eigen would fill the place with zeros first, and then add.)

#include "autograd/matrix.hpp"

namespace autograd {

// op(A) op(B), each op being nothing or a transposition.
template <Element S>
struct Product {
  using Scalar = S;
  ConstMatrixMap<S> A;
  bool transpose_A;
  ConstMatrixMap<S> B;
  bool transpose_B;

  Index rows() const { return transpose_A ? A.cols() : A.rows(); }
  Index inner() const { return transpose_A ? A.rows() : A.cols(); }
  Index cols() const { return transpose_B ? B.rows() : B.cols(); }

  // C = op(A) op(B), and C += op(A) op(B). C overlaps neither A nor B.
  void assign_to(MatrixMap<S> C) const;
  void add_to(MatrixMap<S> C) const;
};

// A B, Aᵀ B and A Bᵀ
template <Element S>
Product<S> product(const ConstMatrixMap<S>& A, const ConstMatrixMap<S>& B) {
  return {A, false, B, false};
}
template <Element S>
Product<S> product_tn(const ConstMatrixMap<S>& A, const ConstMatrixMap<S>& B) {
  return {A, true, B, false};
}
template <Element S>
Product<S> product_nt(const ConstMatrixMap<S>& A, const ConstMatrixMap<S>& B) {
  return {A, false, B, true};
}

}  // namespace autograd
