#include "models/statistics/class_weights.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace models {

using autograd::Index;
using autograd::Matrix;

ClassMeans class_means(const Matrix<double>& x, const Matrix<double>& weights) {
  if (x.rows() != weights.rows()) {
    throw std::invalid_argument(
        fmt::format("class_means: expected a row of weights for each of the {} rows of x, "
                    "found {}",
                    x.rows(), weights.rows()));
  }
  const Eigen::RowVectorXd n = weights.colwise().sum();
  for (Index k = 0; k < n.size(); ++k) {
    if (!(n[k] > 0)) {
      throw std::invalid_argument(
          fmt::format("class_means: expected a weight above 0 for class {}, found {}", k, n[k]));
    }
  }
  const double total = n.sum();
  Matrix<double> mu = weights.transpose() * x;
  for (Index k = 0; k < n.size(); ++k) mu.row(k) /= n[k];
  return {(n / total).array().log(), mu, total};
}

}  // namespace models
