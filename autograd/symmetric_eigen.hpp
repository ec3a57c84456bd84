#pragma once
// Eigenvalues and eigenvectors of a symmetric matrix, and the orthonormal basis by which orthogonal iteration goes
// there: Eigen's solvers, compiled once for all who need them.

#include "autograd/matrix.hpp"

namespace autograd {

struct SymmetricEigen {
  Eigen::VectorXd values;  // the smallest first
  Matrix<double> vectors;  // n×n, column i of length 1 belongs to values[i]
};

// A = V diag(values) Vᵀ. A: n×n, of which the lower triangle is read.
SymmetricEigen symmetric_eigen(const Matrix<double>& A);

// Q of Q R = A, R upper triangular: its columns are orthonormal, and the first k of them span what A's first k do. A:
// n×n.
Matrix<double> orthonormal(const Matrix<double>& A);

}  // namespace autograd
