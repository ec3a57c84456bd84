#include "models/naive_bayes.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "models/statistics/class_weights.hpp"
#include "models/statistics/normal.hpp"

namespace models {

using autograd::Index;
using autograd::Matrix;

Matrix<double> NaiveBayes::log_joint(const Matrix<double>& x) const {
  if (x.cols() != mu.cols()) {
    throw std::invalid_argument(
        fmt::format("NaiveBayes: expected x with {} columns, as mu has, found {}", mu.cols(), x.cols()));
  }
  const Eigen::RowVectorXd precision = variance.cwiseInverse();
  const double constant = -0.5 * (x.cols() * kLog2Pi + variance.array().log().sum());
  Matrix<double> out(x.rows(), mu.rows());
  for (Index k = 0; k < mu.rows(); ++k) {
    const Matrix<double> centred = x.rowwise() - mu.row(k);
    out.col(k) = -0.5 * (centred.array().square().matrix() * precision.transpose());
    out.col(k).array() += log_prior[k] + constant;
  }
  return out;
}

AffineScores NaiveBayes::affine() const {
  const Matrix<double> scaled = mu * variance.cwiseInverse().asDiagonal();  // μₖⱼ / vⱼ
  return {scaled.transpose(), log_prior - 0.5 * scaled.cwiseProduct(mu).rowwise().sum().transpose()};
}

NaiveBayes fit_naive_bayes(const Matrix<double>& x, const Matrix<double>& weights, double floor) {
  const ClassMeans means = class_means(x, weights);
  NaiveBayes model{means.log_prior, means.mu, Eigen::RowVectorXd::Constant(x.cols(), floor)};
  for (Index k = 0; k < weights.cols(); ++k) {
    const Matrix<double> centred = x.rowwise() - model.mu.row(k);
    model.variance += weights.col(k).transpose() * centred.array().square().matrix() / means.total;
  }
  return model;
}

}  // namespace models
