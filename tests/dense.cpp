#include "tests/dense.hpp"

#include <Eigen/LU>

autograd::Matrix<double> times(const autograd::Matrix<double>& A, const autograd::Matrix<double>& B) { return A * B; }
autograd::Matrix<double> inverse(const autograd::Matrix<double>& A) { return A.inverse(); }
double determinant(const autograd::Matrix<double>& A) { return A.determinant(); }
