#include "autograd/arithmetic/triangular.hpp"

#include <Eigen/Cholesky>

namespace autograd {

// Machine numbers by the library, in blocks. Duals by the formulas.

// Lᵢⱼ = (Aᵢⱼ - Σₖ Lᵢₖ Lⱼₖ) / Lⱼⱼ    k < j < i; and Lᵢᵢ = √(Aᵢᵢ - Σₖ Lᵢₖ²)
template <Element S>
bool factor_in_place(MatrixMap<S> A) {
  if constexpr (std::floating_point<S>) {
    Eigen::Ref<Matrix<S>> in_place(A);
    if (Eigen::LLT<Eigen::Ref<Matrix<S>>>(in_place).info() != Eigen::Success) return false;
  } else {
    for (Index i = 0; i < A.rows(); ++i) {
      for (Index j = 0; j <= i; ++j) {
        S rest = A(i, j);
        for (Index k = 0; k < j; ++k) rest -= A(i, k) * A(j, k);
        A(i, j) = i == j ? sqrt(rest) : rest / A(j, j);
      }
    }
  }
  for (Index i = 0; i < A.rows(); ++i) {
    if (!(A(i, i) > S(0))) return false;  // NaN too
    A.row(i).tail(A.cols() - i - 1).setZero();
  }
  return true;
}

// Xᵢ = (Bᵢ - Σⱼ Lᵢⱼ Xⱼ) / Lᵢᵢ    rows, each after those before it; for Lᵀ, after those below it
template <Element S>
void solve_in_place(const ConstMatrixMap<S>& L, bool transpose_L, MatrixMap<S> B) {
  if constexpr (std::floating_point<S>) {
    if (transpose_L)
      L.transpose().template triangularView<Eigen::Upper>().solveInPlace(B);
    else
      L.template triangularView<Eigen::Lower>().solveInPlace(B);
  } else {
    const Index n = L.rows();
    for (Index done = 0; done < n; ++done) {
      const Index i = transpose_L ? n - 1 - done : done;
      for (Index k = 0; k < done; ++k) {
        const Index j = transpose_L ? n - 1 - k : k;
        B.row(i) -= (transpose_L ? L(j, i) : L(i, j)) * B.row(j);
      }
      B.row(i) /= L(i, i);
    }
  }
}

// clang-format off
#define TRIANGULAR_OF(S)                                                 \
  template bool factor_in_place(MatrixMap<S>);                           \
  template void solve_in_place(const ConstMatrixMap<S>&, bool, MatrixMap<S>);
TAPESTRY_FOR_EACH_ELEMENT(TRIANGULAR_OF)
// clang-format on

}  // namespace autograd
