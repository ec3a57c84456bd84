#include "autograd/symmetric_eigen.hpp"

#include <Eigen/Eigenvalues>

namespace autograd {

SymmetricEigen symmetric_eigen(const Matrix<double>& A) {
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver(A);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

}  // namespace autograd
