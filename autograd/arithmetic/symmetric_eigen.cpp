#include "autograd/arithmetic/symmetric_eigen.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

namespace autograd {

SymmetricEigen symmetric_eigen(const Matrix<double>& A) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(A);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

Matrix<double> orthonormal(const Matrix<double>& A) {
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(A);
  const Eigen::MatrixXd Q = qr.householderQ();
  return Q;
}

}  // namespace autograd
