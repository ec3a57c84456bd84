#pragma once
// Matrix products that are not evaluated yet: the library's kernels write them where they belong, or add them to what
// is there. (Eigen would fill the place with zeros first, and then add.)

#include "autograd/core/arena.hpp"
#include "autograd/core/value.hpp"

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

  // C = op(A) op(B). C overlaps neither A nor B.
  void assign_to(MatrixMap<S> C) const;
  // C += op(A) op(B), or as many of its rows, from row `first` on, as C has.
  void add_to(MatrixMap<S> C, Index first = 0) const;

  // No element is larger in size: |Σₖ aᵢₖ bₖⱼ| <= Σ |a| Σ |b|.
  S bound() const { return A.cwiseAbs().sum() * B.cwiseAbs().sum(); }
  // Whether its factors are smaller than it is, and stay as they are until the arena is rewound.
  bool can_wait(const Arena& arena) const {
    return A.size() + B.size() < rows() * cols() && arena.holds(A.data()) && arena.holds(B.data());
  }
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
