#include "models/statistics/cholesky.hpp"

#include <stdexcept>

#include "autograd/arithmetic/triangular.hpp"

namespace models {

autograd::Matrix<double> cholesky_factor(autograd::Matrix<double> A, const std::string& otherwise) {
  if (!autograd::factor_in_place<double>({A.data(), A.rows(), A.cols()})) throw std::invalid_argument(otherwise);
  return A;  // zeros above the diagonal
}

}  // namespace models
