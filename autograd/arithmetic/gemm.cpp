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

// A factor as Eigen sees it: steps of one row and of one column in its memory.
template <class S>
auto strided(const Factor<S>& factor) {
  using Steps = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  const Index row = factor.X.cols();
  return Eigen::Map<const Matrix<S>, 0, Steps>(factor.X.data(), factor.rows(), factor.cols(),
                                               factor.transposed ? Steps(1, row) : Steps(row, 1));
}

// C = A B, or C += A B: its rows from `first` on, as many as C has.
template <Element S>
void by_eigen(const Product<S>& p, bool add, Index first, MatrixMap<S> C) {
  const auto A = strided(p.A), B = strided(p.B);
  const auto product = A.middleRows(first, C.rows()) * B;
  if (add)
    C.noalias() += product;
  else
    C.noalias() = product;
}

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

// The same by the BLAS. It reads matrices column by column, and reads ours as their transposes: Cᵀ = Bᵀ Aᵀ.
template <std::floating_point S>
void by_blas(const Product<S>& p, bool add, Index first, MatrixMap<S> C) {
  if (C.size() == 0) return;
  if (p.inner() == 0) {
    if (!add) C.setZero();
    return;
  }
  const auto op = [](bool transposed) { return transposed ? "T" : "N"; };
  const int n = C.rows(), k = p.inner(), lda = p.A.X.cols(), ldb = p.B.X.cols(), ldc = C.cols();
  const int width = stripe(C.rows(), p.inner(), C.cols());
  const S one(1), beta(add ? 1 : 0);
  const S* A = p.A.X.data() + (p.A.transposed ? first : first * lda);
  for (int left = 0; left < ldc; left += width) {
    const int m = std::min(width, ldc - left);
    const S* B = p.B.X.data() + (p.B.transposed ? Index{left} * ldb : left);
    const auto gemm = [&](auto function) {
      function(op(p.B.transposed), op(p.A.transposed), &m, &n, &k, &one, B, &ldb, A, &lda, &beta, C.data() + left,
               &ldc);
    };
    if constexpr (std::same_as<S, float>)
      gemm(sgemm_);
    else
      gemm(dgemm_);
  }
}
#endif

template <Element S>
void multiply(const Product<S>& p, bool add, Index first, MatrixMap<S> C) {
#ifdef EIGEN_USE_BLAS
  if constexpr (std::floating_point<S>) return by_blas(p, add, first, C);
#endif
  by_eigen(p, add, first, C);
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

#define PRODUCT_OF(S) template struct Product<S>;
TAPESTRY_FOR_EACH_ELEMENT(PRODUCT_OF)

}  // namespace autograd
