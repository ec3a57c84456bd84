#include "autograd/arithmetic/triangular.hpp"

#include <Eigen/Cholesky>

namespace autograd {

namespace {

// By the library, in blocks: double, and float by way of it, so that the blocks are compiled once.

bool factor(MatrixMap<double> A) {
  Eigen::Ref<Matrix<double>> in_place(A);
  return Eigen::LLT<Eigen::Ref<Matrix<double>>>(in_place).info() == Eigen::Success;
}
bool factor(MatrixMap<float> A) {
  Matrix<double> wide = A.cast<double>();
  const bool succeeded = factor(MatrixMap<double>(wide.data(), wide.rows(), wide.cols()));
  A = wide.cast<float>();
  return succeeded;
}

void solve(const ConstMatrixMap<double>& L, bool transpose_L, MatrixMap<double> B) {
  if (transpose_L)
    L.transpose().triangularView<Eigen::Upper>().solveInPlace(B);
  else
    L.triangularView<Eigen::Lower>().solveInPlace(B);
}
void solve(const ConstMatrixMap<float>& L, bool transpose_L, MatrixMap<float> B) {
  const Matrix<double> wide_L = L.cast<double>();
  Matrix<double> wide_B = B.cast<double>();
  solve(ConstMatrixMap<double>(wide_L.data(), L.rows(), L.cols()), transpose_L,
        MatrixMap<double>(wide_B.data(), B.rows(), B.cols()));
  B = wide_B.cast<float>();
}

// Duals by the formulas: the library's blocks are made for machine numbers.

// Lᵢⱼ = (Aᵢⱼ - Σₖ Lᵢₖ Lⱼₖ) / Lⱼⱼ    k < j < i; and Lᵢᵢ = √(Aᵢᵢ - Σₖ Lᵢₖ²)
template <class S>
bool factor(MatrixMap<Dual<S>> A) {
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index j = 0; j <= i; ++j) {
      Dual<S> rest = A(i, j);
      for (Index k = 0; k < j; ++k) rest -= A(i, k) * A(j, k);
      A(i, j) = i == j ? sqrt(rest) : rest / A(j, j);
    }
  }
  return true;
}

// Xᵢ = (Bᵢ - Σⱼ Lᵢⱼ Xⱼ) / Lᵢᵢ    rows, each after those before it; for Lᵀ, after those below it
template <class S>
void solve(const ConstMatrixMap<Dual<S>>& L, bool transpose_L, MatrixMap<Dual<S>> B) {
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

}  // namespace

template <Element S>
bool factor_in_place(MatrixMap<S> A) {
  if (!factor(A)) return false;
  for (Index i = 0; i < A.rows(); ++i) {
    if (!(A(i, i) > S(0))) return false;  // NaN too
    A.row(i).tail(A.cols() - i - 1).setZero();
  }
  return true;
}

template <Element S>
void solve_in_place(const ConstMatrixMap<S>& L, bool transpose_L, MatrixMap<S> B) {
  solve(L, transpose_L, B);
}

// clang-format off
#define TRIANGULAR_OF(S)                                                 \
  template bool factor_in_place(MatrixMap<S>);                           \
  template void solve_in_place(const ConstMatrixMap<S>&, bool, MatrixMap<S>);
TRIANGULAR_OF(float)
TRIANGULAR_OF(double)
TRIANGULAR_OF(Dual<double>)
#undef TRIANGULAR_OF
// clang-format on

}  // namespace autograd
