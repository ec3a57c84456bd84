#include "models/pca.hpp"

#include "models/statistics/symmetric_eigen.hpp"

namespace models {

Pca pca(const autograd::Matrix<double>& x) {
  const autograd::Matrix<double> mean = x.colwise().mean(), centred = x.rowwise() - mean.row(0);
  const auto eigen = symmetric_eigen(centred.transpose() * centred / x.rows());
  return {mean, eigen.values.reverse(), eigen.vectors.rowwise().reverse()};
}

}  // namespace models
