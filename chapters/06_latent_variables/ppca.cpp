// eq:marginal for a z of several dimensions: probabilistic PCA, of which everything has a closed form.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "chapters/06_latent_variables/chapter.hpp"
#include "models/ppca.hpp"
#include "models/statistics/cholesky.hpp"
#include "models/statistics/normal.hpp"

namespace ch06 {
namespace {

// The best probabilistic PCA with k dimensions: row j of W is √(λ_j - σ²) times component j.
struct Ppca {
  Matrix<double> mean, W;  // 1×d, k×d
  double noise;            // σ²
  models::PpcaOptimum optimum;
};
Ppca best_ppca(const Matrix<double>& x, int k) {
  const models::Pca pca = models::pca(x);
  const models::PpcaOptimum optimum = models::fit_ppca(x, k);
  const Vector lengths = (pca.variances.head(k).array() - optimum.noise_variance).sqrt();
  return {pca.mean, lengths.asDiagonal() * pca.components.leftCols(k).transpose(), optimum.noise_variance, optimum};
}

constexpr const char* kNotDefinite = "probabilistic PCA: expected a positive definite covariance";

// A⁻¹ B.
Matrix<double> solved(const Matrix<double>& A, const Matrix<double>& B) {
  const Matrix<double> L = models::cholesky_factor(A, kNotDefinite);
  const Matrix<double> u = L.triangularView<Eigen::Lower>().solve(B);
  return L.transpose().triangularView<Eigen::Upper>().solve(u);
}

// (1/N) Σ log N(x; μ, WᵀW + σ²I) on the tape.
Var<double> mean_log_likelihood(const Matrix<double>& x, const Var<Matrix<double>>& mu, const Var<Matrix<double>>& W,
                                const Var<double>& log_noise) {
  Tape& tape = W.tape();
  const double d = x.cols();
  const Matrix<double> identity = Matrix<double>::Identity(x.cols(), x.cols());
  const auto L = cholesky(matmul(transpose(W), W) + exp(log_noise) * tape.constant(identity));
  const auto u = solve_lower(L, transpose(tape.constant(x) - mu));
  return -0.5 * (d * models::kLog2Pi + log_det(L) + squared_norm(u) * (1.0 / x.rows()));
}

// log p(x) of one row by 400 points of z, for k = 1.
double by_integral(const Ppca& model, const Matrix<double>& x) {
  return models::log_integral(models::gauss_legendre(400, -7, 7), [&](const Matrix<double>& z) -> Eigen::ArrayXd {
    const double d = x.cols();
    const Matrix<double> error = (z * model.W).rowwise() - (x - model.mean).row(0);
    return -0.5 * (z.col(0).array().square() + models::kLog2Pi + d * (models::kLog2Pi + std::log(model.noise)) +
                   error.rowwise().squaredNorm().array() / model.noise);
  });
}

// The largest slope of the log-likelihood at the optimum, and its value there.
std::pair<double, double> slope_and_value(const Ppca& model, const Matrix<double>& x) {
  Tape tape;
  const auto mu = tape.variable(model.mean), W = tape.variable(model.W);
  const auto log_noise = tape.variable(std::log(model.noise));
  const auto value = mean_log_likelihood(x, mu, W, log_noise);
  tape.backward(value);
  return {std::max({mu.grad().cwiseAbs().maxCoeff(), W.grad().cwiseAbs().maxCoeff(), std::abs(log_noise.grad())}),
          value.value()};
}

}  // namespace

void probabilistic_pca(lesson::Lesson& lesson, const Matrix<double>& iris, const Matrix<double>& digits) {
  const Ppca line = best_ppca(iris, 1), plane = best_ppca(iris, 2), of_digits = best_ppca(digits, 2);
  std::vector<double> integrals, closed;
  const Matrix<double> covariance =
      line.W.transpose() * line.W + line.noise * Matrix<double>::Identity(iris.cols(), iris.cols());
  const NormalComponents normal{
      Eigen::RowVectorXd::Zero(1), line.mean, {models::cholesky_factor(covariance, kNotDefinite)}};
  for (const Index i : {0, 60, 120}) {
    integrals.push_back(by_integral(line, iris.row(i)));
    closed.push_back(normal.log_joint(iris.row(i))(0, 0));
  }
  const auto [slope, value] = slope_and_value(plane, iris);
  // E[z|x] = (WWᵀ + σ²I)⁻¹ W (x - μ), which is √(λ_j - σ²)/λ_j times the coordinate along component j
  const Matrix<double> centred = digits.rowwise() - of_digits.mean.row(0);
  const Matrix<double> inner =
      of_digits.W * of_digits.W.transpose() + of_digits.noise * Matrix<double>::Identity(2, 2);
  const Matrix<double> mean_z = solved(inner, of_digits.W * centred.transpose()).transpose();
  const Vector lambda = of_digits.optimum.eigenvalues.head(2);
  const Vector shrink = (lambda.array() - of_digits.noise).sqrt() / lambda.array();
  const Matrix<double> coordinates = centred * models::pca(digits).components.leftCols(2) * shrink.asDiagonal();
  lesson.equation("1.7.1", "∫ N(z; 0, I) N(x; μ + zW, σ²I) dz = N(x; μ, WᵀW + σ²I)", "eq:marginal")
      .exact("iris, one z, 400 nodes", integrals, closed, 1e-9)
      .exact("iris, two z: best log p", value, plane.optimum.log_likelihood, 1e-10)
      .exact("  largest slope there", slope, 0, 1e-10)
      .exact("digits: E[z|x] by PCA", numbers(mean_z), numbers(coordinates), 1e-10)
      .exact("  best log p, an image", slope_and_value(of_digits, digits).second, of_digits.optimum.log_likelihood,
             1e-8);
  for (int i = 0; i < 10; ++i)  // the first ten digits are 0 to 9
    lesson.metric(fmt::format("first_{}", i), mean_z(i, 1) / shrink[1])
        .shown("06_plane", std::to_string(i), mean_z(i, 0) / shrink[0]);
}

}  // namespace ch06
