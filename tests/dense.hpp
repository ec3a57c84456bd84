#pragma once

#include "autograd/core/value.hpp"

// Dense linear algebra that tests compare with. Compiled once: these templates of Eigen's take seconds each.

// A B: n×k times k×m.
autograd::Matrix<double> times(const autograd::Matrix<double>& A, const autograd::Matrix<double>& B);
// A⁻¹ of a square matrix, by LU decomposition.
autograd::Matrix<double> inverse(const autograd::Matrix<double>& A);
double determinant(const autograd::Matrix<double>& A);
