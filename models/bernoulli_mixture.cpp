#include "models/bernoulli_mixture.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace models {

using autograd::Index;
using autograd::Matrix;

Matrix<double> BernoulliMixture::log_joint(const Matrix<float>& x) const {
  if (x.cols() != logits.cols()) {
    throw std::invalid_argument(
        fmt::format("BernoulliMixture: expected x with {} columns, as logits has, found {}", logits.cols(), x.cols()));
  }
  const Eigen::ArrayXXd l = logits.cast<double>();
  // log(1 + exp ℓ) = max(ℓ, 0) + log(1 + exp -|ℓ|)
  const Eigen::VectorXd of_white = (l.max(0) + (-l.abs()).exp().log1p()).rowwise().sum();
  Matrix<float> inked(x.rows(), logits.rows());
  inked.noalias() = x * logits.transpose();
  return inked.cast<double>().rowwise() + (log_prior - of_white.transpose());
}

Matrix<float> BernoulliMixture::means() const { return 1 / (1 + (-logits.array()).exp()); }

void BernoulliMixture::sample(Matrix<float>& x, const Random& random) const {
  const Matrix<float> p = means();
  for (Index i = 0; i < x.rows(); ++i) {
    const std::uint64_t first = std::uint64_t(i) * (x.cols() + 1);
    double left = random.uniform(first);
    Index k = 0;
    while (k + 1 < log_prior.size() && (left -= std::exp(log_prior[k])) > 0) ++k;
    for (Index j = 0; j < x.cols(); ++j) x(i, j) = random.uniform<float>(first + 1 + j) < p(k, j);
  }
}

BernoulliCounts::BernoulliCounts(Index K, Index d) : n_(Eigen::RowVectorXd::Zero(K)), S_(Matrix<double>::Zero(K, d)) {}

void BernoulliCounts::add(const Matrix<float>& x, const Matrix<double>& W) {
  if (W.rows() != x.rows() || W.cols() != n_.size() || x.cols() != S_.cols()) {
    throw std::invalid_argument(
        fmt::format("BernoulliCounts: expected {} columns of x, {} of W and as many rows, "
                    "found x of {}×{} and W of {}×{}",
                    S_.cols(), n_.size(), x.rows(), x.cols(), W.rows(), W.cols()));
  }
  Matrix<float> sums(S_.rows(), S_.cols());
  sums.noalias() = W.cast<float>().transpose() * x;
  S_ += sums.cast<double>();
  n_ += W.colwise().sum();
}

BernoulliMixture BernoulliCounts::fit() const {
  const Eigen::ArrayXXd p = (S_.array() + 1).colwise() / (n_.transpose().array() + 2);
  return {((n_.array() + 1) / (n_.sum() + n_.size())).log(), (p / (1 - p)).log().cast<float>()};
}

}  // namespace models
