#include "models/statistics/symmetric_eigen.hpp"

#include <Eigen/Eigenvalues>

namespace models {

SymmetricEigen symmetric_eigen(const autograd::Matrix<double>& A) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(A);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

}  // namespace models
