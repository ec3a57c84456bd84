#include "autograd/product.hpp"

#include "autograd/dual.hpp"

namespace autograd {

namespace {

// C = beta C + op(A) op(B), for beta 0 or 1
#ifdef EIGEN_USE_BLAS
template <std::floating_point S>
void multiply(const Product<S>& p, bool add, MatrixMap<S> C) {
  if (C.size() == 0) return;
  if (p.inner() == 0) {
    if (!add) C.setZero();
    return;
  }
  const auto size = [](Index n) { return static_cast<int>(n); };
  // The BLAS goes through matrices column by column, as which ours are their own transposes: Cᵀ = op(B)ᵀ op(A)ᵀ.
  const auto op = [](bool transpose) { return transpose ? "T" : "N"; };
  const int m = size(C.cols()), n = size(C.rows()), k = size(p.inner()), lda = size(p.A.cols()), ldb = size(p.B.cols());
  const S one(1), beta(add ? 1 : 0);
  const auto gemm = [] {
    if constexpr (std::same_as<S, float>)
      return &sgemm_;
    else
      return &dgemm_;
  }();
  gemm(op(p.transpose_B), op(p.transpose_A), &m, &n, &k, &one, p.B.data(), &ldb, p.A.data(), &lda, &beta, C.data(), &m);
}
#else
template <std::floating_point S>
void multiply(const Product<S>& p, bool add, MatrixMap<S> C) {
  const auto write = [&](const auto& expression) {
    if (add)
      C.noalias() += expression;
    else
      C.noalias() = expression;
  };
  if (p.transpose_A)
    write(p.A.transpose() * p.B);
  else if (p.transpose_B)
    write(p.A * p.B.transpose());
  else
    write(p.A * p.B);
}
#endif

// The library's kernels are made for machine numbers.
template <class S>
void multiply(const Product<Dual<S>>& p, bool add, MatrixMap<Dual<S>> C) {
  for (Index i = 0; i < C.rows(); ++i) {
    for (Index j = 0; j < C.cols(); ++j) {
      Dual<S> sum = add ? C(i, j) : Dual<S>(0);
      for (Index k = 0; k < p.inner(); ++k) {
        sum += (p.transpose_A ? p.A(k, i) : p.A(i, k)) * (p.transpose_B ? p.B(j, k) : p.B(k, j));
      }
      C(i, j) = sum;
    }
  }
}

}  // namespace

template <Element S>
void Product<S>::assign_to(MatrixMap<S> C) const {
  multiply(*this, false, C);
}

template <Element S>
void Product<S>::add_to(MatrixMap<S> C) const {
  multiply(*this, true, C);
}

template struct Product<float>;
template struct Product<double>;
template struct Product<Dual<double>>;

}  // namespace autograd
