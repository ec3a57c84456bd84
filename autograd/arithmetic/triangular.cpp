#include "autograd/arithmetic/triangular.hpp"

#include <Eigen/Cholesky>

namespace autograd {

template <Element S>
bool factor_in_place(MatrixMap<S> A) {
  Eigen::Ref<Matrix<S>> in_place(A);
  if (Eigen::LLT<Eigen::Ref<Matrix<S>>>(in_place).info() != Eigen::Success) return false;
  A.template triangularView<Eigen::StrictlyUpper>().setZero();
  return (A.diagonal().array() > S(0)).all();  // NaN is not
}

template <Element S>
void solve_in_place(const ConstMatrixMap<S>& L, bool transpose_L, MatrixMap<S> B) {
  if (transpose_L)
    L.transpose().template triangularView<Eigen::Upper>().solveInPlace(B);
  else
    L.template triangularView<Eigen::Lower>().solveInPlace(B);
}

// clang-format off
#define TRIANGULAR_OF(S)                                                 \
  template bool factor_in_place(MatrixMap<S>);                           \
  template void solve_in_place(const ConstMatrixMap<S>&, bool, MatrixMap<S>);
TAPESTRY_FOR_EACH_ELEMENT(TRIANGULAR_OF)
// clang-format on

}  // namespace autograd
