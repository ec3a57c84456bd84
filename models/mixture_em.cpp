#include "models/mixture_em.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "autograd/arithmetic/triangular.hpp"
#include "models/statistics/cholesky.hpp"
#include "models/statistics/class_weights.hpp"
#include "models/statistics/normal.hpp"

namespace models {

using autograd::Index;
using autograd::Matrix;

Matrix<double> NormalComponents::log_joint(const Matrix<double>& x) const {
  const Index d = mu.cols();
  if (x.cols() != d) {
    throw std::invalid_argument(
        fmt::format("NormalComponents: expected x with {} columns, as mu has, found {}", d, x.cols()));
  }
  Matrix<double> out(x.rows(), mu.rows());
  for (Index k = 0; k < mu.rows(); ++k) {
    const double log_det = 2 * L[k].diagonal().array().log().sum();
    Matrix<double> u = (x.rowwise() - mu.row(k)).transpose();  // then L⁻¹ (x - μ)
    autograd::solve_in_place<double>({L[k].data(), d, d}, false, {u.data(), u.rows(), u.cols()});
    out.col(k) = -0.5 * u.colwise().squaredNorm().transpose();
    out.col(k).array() += log_prior[k] - 0.5 * (d * kLog2Pi + log_det);
  }
  return out;
}

NormalComponents fit_normal_components(const Matrix<double>& x, const Matrix<double>& weights, Covariance covariance) {
  const ClassMeans means = class_means(x, weights);
  const Index K = weights.cols(), d = x.cols();
  const auto not_definite = [](const std::string& whose) {
    return fmt::format("fit_normal_components: the covariance of {} is not positive definite", whose);
  };
  NormalComponents model{means.log_prior, means.mu};
  Matrix<double> pooled = Matrix<double>::Zero(d, d);
  for (Index k = 0; k < K; ++k) {
    const Matrix<double> centred = x.rowwise() - means.mu.row(k);
    const Matrix<double> scatter = centred.transpose() * weights.col(k).asDiagonal() * centred;
    if (covariance == Covariance::own) {
      model.L.push_back(cholesky_factor(scatter / weights.col(k).sum(), not_definite(fmt::format("component {}", k))));
    }
    pooled += scatter / means.total;
  }
  if (covariance == Covariance::shared) model.L.assign(K, cholesky_factor(pooled, not_definite("all components")));
  return model;
}

}  // namespace models
