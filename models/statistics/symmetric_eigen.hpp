#pragma once
// Eigenvalues and eigenvectors of a symmetric matrix: Eigen's solver, compiled once for all who need it.

#include "autograd/core/value.hpp"

namespace models {

struct SymmetricEigen {
  Eigen::VectorXd values;            // the smallest first
  autograd::Matrix<double> vectors;  // n×n, column i of length 1 belongs to values[i]
};

// A = V diag(values) Vᵀ. A: n×n, of which the lower triangle is read. By the QR algorithm on a tridiagonal matrix:
// Golub & Van Loan, Matrix Computations, section 8.3.
SymmetricEigen symmetric_eigen(const autograd::Matrix<double>& A);

}  // namespace models
