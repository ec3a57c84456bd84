#include "chapters/08_intractability/linear_gaussian.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <span>

#include "models/statistics/distributions.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch08 {

Eigen::ArrayXd LinearGaussian::log_prior(const Matrix<double>& z) const {
  return -0.5 * (d() * models::kLog2Pi + z.rowwise().squaredNorm().array());
}

Eigen::ArrayXd LinearGaussian::log_likelihood(const Matrix<double>& z) const {
  const double constant = x.cols() * (models::kLog2Pi + std::log(variance));
  const Matrix<double> errors = (z * W).rowwise() - x.row(0);
  return -0.5 * (constant + errors.rowwise().squaredNorm().array() / variance);
}

models::PriorAndLikelihood LinearGaussian::on_tape() const {
  const auto log_likelihood = [model = *this](const Var<Matrix<double>>& z) {
    autograd::Tape& tape = z.tape();
    const auto log_variance = tape.constant(Matrix<double>::Constant(1, 1, std::log(model.variance)));
    return models::normal_log_prob(tape.constant(model.x), matmul(z, tape.constant(model.W)), log_variance);
  };
  return {models::standard_normal_log_prob<double>, log_likelihood};
}

Matrix<double> LinearGaussian::prior_draws(int n, std::uint64_t seed) const {
  Matrix<double> z(n, d());
  models::Random(seed, models::Purpose::data).fill_normal(std::span(z.data(), z.size()));
  return z;
}

// z = mean + ε Lᵀ with ε ~ N(0, I) and L Lᵀ the covariance.
Matrix<double> LinearGaussian::posterior_draws(int n, std::uint64_t seed) const {
  const Eigen::MatrixXd L = Eigen::MatrixXd(covariance()).llt().matrixL();
  return (prior_draws(n, seed) * L.transpose()).rowwise() + mean();
}

LinearGaussian copies(int k, double sigma, double x0) {
  return {{Matrix<double>::Identity(k, k), sigma * sigma}, Matrix<double>::Constant(1, k, x0)};
}

LinearGaussian mixed() {
  return {{(Matrix<double>(2, 3) << 1, 0.5, -0.3, 0.8, 0.7, 0.4).finished(), 0.25},
          (Matrix<double>(1, 3) << 1.2, 0.4, 0.3).finished()};
}

}  // namespace ch08
