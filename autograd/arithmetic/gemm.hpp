#pragma once
// Matrix products that are not computed yet: the library's gemm writes them where they belong, or adds them to what is
// there. (Eigen's own way would fill the place with zeros first, and then add.)

#include "autograd/core/expression.hpp"

namespace autograd {

// A matrix as it lies in memory, row after row, or its transpose.
template <Element S>
struct Factor {
  ConstMatrixMap<S> X;
  bool transposed = false;
  Index rows() const { return transposed ? X.cols() : X.rows(); }
  Index cols() const { return transposed ? X.rows() : X.cols(); }
};

// A B, of factors n×k and k×m.
template <Element S>
struct Product final : Share<S> {
  using Scalar = S;
  Factor<S> A, B;
  Product(const Factor<S>& A, const Factor<S>& B) : A(A), B(B) {}

  Index rows() const { return A.rows(); }
  Index inner() const { return A.cols(); }
  Index cols() const { return B.cols(); }

  void assign_to(MatrixMap<S> C) const;
  void add_to(MatrixMap<S> C, Index first = 0) const override;

  // |Σₖ aᵢₖ bₖⱼ| <= Σ |a| Σ |b|
  S bound() const override { return A.X.cwiseAbs().sum() * B.X.cwiseAbs().sum(); }
  bool can_wait(const Arena& arena) const {
    return A.X.size() + B.X.size() < rows() * cols() && arena.holds(A.X.data()) && arena.holds(B.X.data());
  }
};

// The factors that Eigen's products are made of, if they lie row after row.
template <RowByRow M>
Factor<typename M::Scalar> factor(const M& X) {
  return {ConstMatrixMap<typename M::Scalar>(X.data(), X.rows(), X.cols())};
}
template <class X>
requires RowByRow<std::remove_const_t<X>>
Factor<typename X::Scalar> factor(const Eigen::Transpose<X>& X_transposed) {
  return {factor(X_transposed.nestedExpression()).X, true};
}

// A product of factors that are computed themselves, or do not lie so, is left to Eigen.
template <class A, class B, int option>
requires(!requires(const A& a, const B& b) { factor(a), factor(b); })
inline constexpr bool is_product<Eigen::Product<A, B, option>> = false;

template <class A, class B, int option>
struct Kernel<Eigen::Product<A, B, option>> {
  static auto of(const Eigen::Product<A, B, option>& product) {
    return Product<typename A::Scalar>(factor(product.lhs()), factor(product.rhs()));
  }
};

}  // namespace autograd
