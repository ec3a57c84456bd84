#include "models/linear_gaussian.hpp"

#include <Eigen/Cholesky>

#include "models/statistics/normal.hpp"

namespace models {

using autograd::Index;
using autograd::Matrix;

namespace {

using Cholesky = Eigen::LLT<Eigen::MatrixXd>;

double log_det(const Cholesky& C) { return 2 * C.matrixLLT().diagonal().array().log().sum(); }

}  // namespace

Matrix<double> LinearGaussian::precision() const {
  return Matrix<double>::Identity(W.rows(), W.rows()) + W * W.transpose() / variance;
}

Matrix<double> LinearGaussian::covariance() const {
  return Cholesky(precision()).solve(Eigen::MatrixXd::Identity(W.rows(), W.rows()));
}

double LinearGaussian::log_det_precision() const { return log_det(Cholesky(precision())); }

Matrix<double> LinearGaussian::posterior_mean(const Matrix<double>& x) const {
  return Cholesky(precision()).solve(W * x.transpose() / variance).transpose();
}

Eigen::ArrayXd LinearGaussian::log_evidence(const Matrix<double>& x) const {
  const Index d = W.cols();
  const Cholesky C(W.transpose() * W + variance * Matrix<double>::Identity(d, d));
  const Eigen::MatrixXd white = C.matrixL().solve(x.transpose());
  return -0.5 * (d * kLog2Pi + log_det(C) + white.colwise().squaredNorm().transpose().array());
}

}  // namespace models
