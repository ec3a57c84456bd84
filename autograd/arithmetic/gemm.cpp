#include "autograd/arithmetic/gemm.hpp"

#include <algorithm>
#include <string_view>

#include "autograd/arithmetic/dual.hpp"

#ifdef EIGEN_USE_BLAS
extern "C" const char* openblas_get_corename();
#endif

namespace autograd {

namespace {

#ifdef EIGEN_USE_BLAS
// How many columns of a product to ask for at a time. OpenBLAS's kernels for AVX-512 read the factors where they lie if
// there are at most 10⁶ multiplications. For more they copy them first, which is worth it when each is used for many
// rows; for few rows it takes longer than the multiplications.
int stripe(Index rows, Index inner, Index cols) {
  static const bool reads_in_place = [] {
    const std::string_view core = openblas_get_corename();
    return core == "SkylakeX" || core == "Cooperlake" || core == "SapphireRapids";
  }();
  constexpr Index kFewRows = 64, kMultiplications = 1'000'000, kRegister = 16;
  if (!reads_in_place || rows > kFewRows) return static_cast<int>(cols);
  return static_cast<int>(std::max(kRegister, kMultiplications / (rows * inner) / kRegister * kRegister));
}
#endif

// C = beta C + op(A) op(B), for beta 0 or 1: its rows from `first` on, as many as C has
#ifdef EIGEN_USE_BLAS
template <std::floating_point S>
void multiply(const Product<S>& p, bool add, Index first, MatrixMap<S> C) {
  if (C.size() == 0) return;
  if (p.inner() == 0) {
    if (!add) C.setZero();
    return;
  }
  const auto size = [](Index n) { return static_cast<int>(n); };
  // The BLAS goes through matrices column by column, as which ours are their own transposes: Cᵀ = op(B)ᵀ op(A)ᵀ.
  const auto op = [](bool transpose) { return transpose ? "T" : "N"; };
  const int n = size(C.rows()), k = size(p.inner()), lda = size(p.A.cols()), ldb = size(p.B.cols()),
            ldc = size(C.cols());
  const int width = stripe(C.rows(), p.inner(), C.cols());
  const S one(1), beta(add ? 1 : 0);
  const auto gemm = [] {
    if constexpr (std::same_as<S, float>)
      return &sgemm_;
    else
      return &dgemm_;
  }();
  const S* A = p.A.data() + (p.transpose_A ? first : first * lda);
  for (Index left = 0; left < C.cols(); left += width) {
    const int m = std::min(width, size(C.cols() - left));
    const S* B = p.B.data() + (p.transpose_B ? left * p.B.cols() : left);
    gemm(op(p.transpose_B), op(p.transpose_A), &m, &n, &k, &one, B, &ldb, A, &lda, &beta, C.data() + left, &ldc);
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
  if (p.transpose_A)
    write(p.A.middleCols(first, C.rows()).transpose() * p.B);
  else if (p.transpose_B)
    write(p.A.middleRows(first, C.rows()) * p.B.transpose());
  else
    write(p.A.middleRows(first, C.rows()) * p.B);
}
#endif

// The library's kernels are made for machine numbers.
template <class S>
void multiply(const Product<Dual<S>>& p, bool add, Index first, MatrixMap<Dual<S>> C) {
  for (Index i = 0; i < C.rows(); ++i) {
    for (Index j = 0; j < C.cols(); ++j) {
      Dual<S> sum = add ? C(i, j) : Dual<S>(0);
      for (Index k = 0; k < p.inner(); ++k) {
        sum += (p.transpose_A ? p.A(k, first + i) : p.A(first + i, k)) * (p.transpose_B ? p.B(j, k) : p.B(k, j));
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
