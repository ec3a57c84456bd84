#include "models/gaussian_discriminant.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "autograd/arithmetic/triangular.hpp"
#include "models/statistics/cholesky.hpp"
#include "models/statistics/class_weights.hpp"
#include "models/statistics/normal.hpp"

namespace models {

using autograd::Index;
using autograd::Matrix;

namespace {

// L⁻¹ B. L: d×d, B: d×m.
Matrix<double> whitened(const Matrix<double>& L, Matrix<double> B) {
  autograd::solve_in_place<double>({L.data(), L.rows(), L.cols()}, false, {B.data(), B.rows(), B.cols()});
  return B;
}

}  // namespace

Matrix<double> GaussianDiscriminant::log_joint(const Matrix<double>& x) const {
  const Index d = mu.cols();
  if (x.cols() != d) {
    throw std::invalid_argument(
        fmt::format("GaussianDiscriminant: expected x with {} columns, as mu has, found {}", d, x.cols()));
  }
  const double log_det = 2 * L.diagonal().array().log().sum();
  const Matrix<double> u = whitened(L, x.transpose()), centres = whitened(L, mu.transpose());
  Matrix<double> out(x.rows(), mu.rows());
  for (Index k = 0; k < mu.rows(); ++k) {
    const Matrix<double> centred = u.colwise() - centres.col(k);
    out.col(k) = -0.5 * centred.colwise().squaredNorm().transpose();
    out.col(k).array() += log_prior[k] - 0.5 * (d * kLog2Pi + log_det);
  }
  return out;
}

AffineScores GaussianDiscriminant::affine() const {
  const Matrix<double> centres = whitened(L, mu.transpose());  // L⁻¹ μₖ
  AffineScores scores{centres, log_prior - 0.5 * centres.colwise().squaredNorm()};
  autograd::solve_in_place<double>({L.data(), L.rows(), L.cols()}, true,
                                   {scores.W.data(), scores.W.rows(), scores.W.cols()});  // Σ⁻¹ = L⁻ᵀ L⁻¹
  return scores;
}

GaussianDiscriminant fit_gaussian_discriminant(const Matrix<double>& x, const Matrix<double>& weights, double ridge) {
  const ClassMeans means = class_means(x, weights);
  // Σᵢₖ Wᵢₖ (xᵢ - μₖ)(xᵢ - μₖ)ᵀ = Σᵢ Wᵢ (xᵢ - m)(xᵢ - m)ᵀ - Σₖ nₖ (μₖ - m)(μₖ - m)ᵀ,  Wᵢ = Σₖ Wᵢₖ: one product for all
  // classes. With m the mean of x, both terms are of the size of the covariance, and the difference loses no digits.
  const Eigen::RowVectorXd m = x.colwise().mean();
  const Matrix<double> centred = x.rowwise() - m, between = means.mu.rowwise() - m;
  const Eigen::VectorXd of_row = weights.rowwise().sum() / means.total, of_class = means.log_prior.array().exp();
  const Matrix<double> scaled = of_row.asDiagonal() * centred;
  Matrix<double> covariance = centred.transpose() * scaled;
  covariance -= between.transpose() * of_class.asDiagonal() * between;
  covariance.diagonal().array() += ridge;
  return {means.log_prior, means.mu,
          cholesky_factor(covariance,
                          fmt::format("fit_gaussian_discriminant: the covariance of {} points in {} dimensions "
                                      "is not positive definite; expected a ridge above {}",
                                      x.rows(), x.cols(), ridge))};
}

}  // namespace models
