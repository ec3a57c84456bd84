#pragma once
// Eigenvalues and eigenvectors of a symmetric matrix, and the orthonormal basis by which orthogonal iteration goes
// there: Eigen's solvers, compiled once for all who need them.

#include "autograd/core/value.hpp"

namespace autograd {

struct SymmetricEigen {
  Eigen::VectorXd values;  // the smallest first
  Matrix<double> vectors;  // n×n, column i of length 1 belongs to values[i]
};

// A = V diag(values) Vᵀ. A: n×n, of which the lower triangle is read. By the QR algorithm on a tridiagonal matrix:
// Golub & Van Loan, Matrix Computations, section 8.3.
SymmetricEigen symmetric_eigen(const Matrix<double>& A);

// Q of Q R = A, R upper triangular, both n×n like A: its columns are orthonormal, and where those of A are
// independent, the first k span what A's first k do. By Householder's reflections: Golub & Van Loan, section 5.2.
Matrix<double> orthonormal(const Matrix<double>& A);

}  // namespace autograd
