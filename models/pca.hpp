#pragma once
// Principal component analysis: the directions in which data vary most.

#include "autograd/core/value.hpp"

namespace models {

struct Pca {
  autograd::Matrix<double> mean;  // 1×d
  Eigen::VectorXd variances;      // of the data along each component (with 1/N): the covariance's eigenvalues λ,
                                  // the largest first
  autograd::Matrix<double> components;  // d×d, one a column, of length 1 and orthogonal; their signs mean nothing
};

// The principal components of x: N×d, N >= 1.
Pca pca(const autograd::Matrix<double>& x);

}  // namespace models
