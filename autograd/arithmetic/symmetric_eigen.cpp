#include "autograd/arithmetic/symmetric_eigen.hpp"

#include <Eigen/Eigenvalues>

namespace autograd {

SymmetricEigen symmetric_eigen(const Matrix<double>& A) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(A);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

}  // namespace autograd
