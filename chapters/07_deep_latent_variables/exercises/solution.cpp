// The reference answers.
#include <cmath>
#include <numbers>

#include "chapters/07_deep_latent_variables/exercises/exercise.hpp"

namespace ch07 {

using autograd::By;
using autograd::Index;

// 7.1   eq:factorised
// f(z) and ε are independent, so that their covariances add up: Cov(f(z)) + σ² I.
Matrix<double> marginal_covariance(const Eigen::VectorXd& w, const Matrix<double>& f, double sigma) {
  const Matrix<double> centred = f.rowwise() - w.transpose() * f;
  Matrix<double> covariance = centred.transpose() * w.asDiagonal() * centred;
  covariance.diagonal().array() += sigma * sigma;
  return covariance;
}

// 7.2   eq:factorised
// log p(x_i | z_k) = Σ_j x_ij ℓ_kj - Σ_j log(1 + exp ℓ_kj): a product of
// matrices, and a row that is the same for all i.
Var<Matrix<double>> log_marginal(const Matrix<double>& x, const Var<Matrix<double>>& logits,
                                 const Eigen::VectorXd& w) {
  const Matrix<double> log_w = w.array().log().matrix().transpose();
  const auto log_p = matmul(logits.tape().constant(x), transpose(logits)) - transpose(sum(softplus(logits), By::row));
  return log_sum_exp(log_p + log_w, By::row);
}

// 7.3   claim:connected
// |f(z)| = c where z² (a² - b² c²) = c².
double share_between(double a, double b, double c) {
  const double z = c / std::sqrt(a * a - b * b * c * c);
  return std::erf(z / std::sqrt(2.0));
}

// 7.4   eq:fisher-identity
// ∂ log p(x, z) / ∂W_kj = z_k (x_j - p(x_j = 1 | z)), averaged over p(z | x).
Matrix<double> weight_gradient(const Eigen::VectorXd& c, const Matrix<double>& W, const Eigen::VectorXd& b,
                               const Eigen::VectorXd& x) {
  const Index K = c.size();
  const auto sigmoid = [](double logit) { return 1 / (1 + std::exp(-logit)); };
  Matrix<double> sum = Matrix<double>::Zero(K, b.size());
  double p_x = 0;
  for (int state = 0; state < 1 << K; ++state) {
    Eigen::VectorXd z(K);
    double joint = 1;
    for (Index k = 0; k < K; ++k) {
      z[k] = state >> k & 1;
      joint *= z[k] == 1 ? sigmoid(c[k]) : sigmoid(-c[k]);
    }
    const Eigen::VectorXd p = (b + W.transpose() * z).unaryExpr(sigmoid);
    for (Index j = 0; j < x.size(); ++j) joint *= x[j] == 1 ? p[j] : 1 - p[j];
    sum += joint * z * (x - p).transpose();
    p_x += joint;
  }
  return sum / p_x;
}

// 7.5   claim:rotation
// V Vᵀ = R (W Wᵀ) Rᵀ is to be diagonal: the rows of R are the eigenvectors of W Wᵀ, that of the
// larger value first.
Matrix<double> canonical_weights(const Matrix<double>& W) {
  const models::SymmetricEigen eigen = models::symmetric_eigen(W * W.transpose());
  Matrix<double> V = eigen.vectors.rowwise().reverse().transpose() * W;
  for (Index row = 0; row < 2; ++row) {
    Index largest;
    V.row(row).cwiseAbs().maxCoeff(&largest);
    if (V(row, largest) < 0) V.row(row) *= -1;
  }
  return V;
}

// 7.6   claim:free-variance
// level = -N log 2 - ½ log(2π s²) + Σ_{i>1} log N(x_i; m, v), solved for s.
double deviation_for_level(std::span<const double> x, double m, double v, double level) {
  double others = -std::log(2.0) * x.size();
  for (std::size_t i = 1; i < x.size(); ++i)
    others -= 0.5 * (std::log(2 * std::numbers::pi * v) + (x[i] - m) * (x[i] - m) / v);
  return std::exp(others - level) / std::sqrt(2 * std::numbers::pi);
}

}  // namespace ch07
