#pragma once
// The Cholesky factor of a covariance, without a tape (operations/factorisations.hpp has it on one).

#include <string>

#include "autograd/core/value.hpp"

namespace models {

// L lower triangular with L Lᵀ = A. A: d×d, of which the lower triangle is read. Throws std::invalid_argument with the
// sentence `otherwise` unless A is positive definite.
autograd::Matrix<double> cholesky_factor(autograd::Matrix<double> A, const std::string& otherwise);

}  // namespace models
