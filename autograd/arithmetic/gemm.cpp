#include "autograd/arithmetic/gemm.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "autograd/arithmetic/dual.hpp"

#ifdef EIGEN_USE_BLAS
extern "C" const char* openblas_get_corename();
#endif

namespace autograd {

namespace {

#ifdef EIGEN_USE_BLAS
// How many columns of a product to ask for at a time. OpenBLAS's kernels for AVX-512 read the factors where they lie
// if there are at most 10⁶ multiplications. For more they copy them first, which is worth it when each is used for
// many rows; with few rows it takes longer than the multiplications.
int stripe(Index rows, Index inner, Index cols) {
  static const bool reads_in_place = [] {
    const std::string_view core = openblas_get_corename();
    return core == "SkylakeX" || core == "Cooperlake" || core == "SapphireRapids";
  }();
  constexpr Index kFewRows = 64, kMultiplications = 1'000'000, kRegister = 16;
  if (!reads_in_place || rows > kFewRows) return cols;
  return std::max(kRegister, kMultiplications / (rows * inner) / kRegister * kRegister);
}
#endif

// C = A B, or C += A B: its rows from `first` on, as many as C has
#ifdef EIGEN_USE_BLAS
template <std::floating_point S>
void multiply(const Product<S>& p, bool add, Index first, MatrixMap<S> C) {
  if (C.size() == 0) return;
  if (p.inner() == 0) {
    if (!add) C.setZero();
    return;
  }
  // The BLAS goes through matrices column by column, as which ours are their own transposes: Cᵀ = Bᵀ Aᵀ.
  const auto op = [](bool transposed) { return transposed ? "T" : "N"; };
  const int n = C.rows(), k = p.inner(), lda = p.A.X.cols(), ldb = p.B.X.cols(), ldc = C.cols();
  const int width = stripe(C.rows(), p.inner(), C.cols());
  const S one(1), beta(add ? 1 : 0);
  const auto gemm = [] {
    if constexpr (std::same_as<S, float>)
      return &sgemm_;
    else
      return &dgemm_;
  }();
  const S* A = p.A.X.data() + (p.A.transposed ? first : first * lda);
  for (int left = 0; left < ldc; left += width) {
    const int m = std::min(width, ldc - left);
    const S* B = p.B.X.data() + (p.B.transposed ? Index{left} * ldb : left);
    gemm(op(p.B.transposed), op(p.A.transposed), &m, &n, &k, &one, B, &ldb, A, &lda, &beta, C.data() + left, &ldc);
  }
}
#else
template <std::floating_point S>
void multiply(const Product<S>& p, bool add, Index first, MatrixMap<S> C) {
  const auto write = [&](const auto& expression) {
    if (add)
      C.noalias() += expression;
    else
      C.noalias() = expression;
  };
  const auto& [A, B] = std::pair(p.A.X, p.B.X);
  const Index n = C.rows();
  if (p.A.transposed && p.B.transposed)
    write(A.middleCols(first, n).transpose() * B.transpose());
  else if (p.A.transposed)
    write(A.middleCols(first, n).transpose() * B);
  else if (p.B.transposed)
    write(A.middleRows(first, n) * B.transpose());
  else
    write(A.middleRows(first, n) * B);
}
#endif

// The library's kernels are made for machine numbers.
template <class S>
void multiply(const Product<Dual<S>>& p, bool add, Index first, MatrixMap<Dual<S>> C) {
  for (Index i = 0; i < C.rows(); ++i) {
    for (Index j = 0; j < C.cols(); ++j) {
      Dual<S> sum = add ? C(i, j) : Dual<S>(0);
      for (Index k = 0; k < p.inner(); ++k) {
        const auto element = [](const auto& factor, Index i, Index j) {
          return factor.transposed ? factor.X(j, i) : factor.X(i, j);
        };
        sum += element(p.A, first + i, k) * element(p.B, k, j);
      }
      C(i, j) = sum;
    }
  }
}

}  // namespace

template <Element S>
void Product<S>::assign_to(MatrixMap<S> C) const {
  multiply(*this, false, 0, C);
}

template <Element S>
void Product<S>::add_to(MatrixMap<S> C, Index first) const {
  multiply(*this, true, first, C);
}

template struct Product<float>;
template struct Product<double>;
template struct Product<Dual<double>>;

}  // namespace autograd
