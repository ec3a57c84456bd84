// The reference answers.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "chapters/10_elbo/exercises/exercise.hpp"

namespace ch10 {

// 10.1   eq:elbo
// E z = m and E exp z = exp(m + s²/2), so that E log p(x|z) = x m - exp(m + s²/2) - log x!
Var<double> poisson_elbo(int x, const Var<double>& m, const Var<double>& log_var) {
  const Var<double> s2 = exp(log_var), kl = 0.5 * (square(m) + s2 - 1.0 - log_var);
  return 1.0 * x * m - exp(m + 0.5 * s2) - std::lgamma(x + 1.0) - kl;
}

// 10.2   eq:reparam-density
// log q(z) = log p(ε) - log|det ∂z/∂ε|. With y = μ + L ε: ∂z/∂ε = diag(exp y) L, whose determinant is Π exp(y_i) L_ii.
double log_density(std::span<const double> mu, const Matrix<double>& L, std::span<const double> epsilon) {
  double log_q = 0;
  for (std::size_t i = 0; i < mu.size(); ++i) {
    double y = mu[i];
    for (std::size_t j = 0; j <= i; ++j) y += L(i, j) * epsilon[j];
    log_q += -0.5 * (std::log(2 * std::numbers::pi) + epsilon[i] * epsilon[i]) - std::log(L(i, i)) - y;
  }
  return log_q;
}

// 10.3   claim:reparam
double score_gradient(std::span<const double> f, std::span<const double> score) {
  const double K = f.size(), total = std::reduce(f.begin(), f.end());
  double sum = 0;
  for (std::size_t k = 0; k < f.size(); ++k) sum += (f[k] - (total - f[k]) / (K - 1)) * score[k];
  return sum / K;
}

// 10.4   eq:is-bound
// a c/K + b c/(K-1) = 0 and a + b = 1: a = K, b = -(K-1).
double corrected_bound(std::span<const double> log_w) {
  const auto log_mean = [](const std::vector<double>& all) {
    const double largest = *std::ranges::max_element(all);
    double sum = 0;
    for (const double one : all) sum += std::exp(one - largest);
    return largest + std::log(sum / all.size());
  };
  const std::vector<double> all(log_w.begin(), log_w.end());
  const double K = all.size();
  double left_out = 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    std::vector<double> others = all;
    others.erase(others.begin() + k);
    left_out += log_mean(others) / K;
  }
  return K * log_mean(all) - (K - 1) * left_out;
}

// 10.5   test:collapse
// The k largest eigenvalues may get a unit; those of them above θ = βσ² do. What has no unit is distortion as a whole.
Prediction predict(std::span<const double> lambda, int k, double noise_variance, double beta) {
  const double level = beta * noise_variance;
  Prediction prediction{0, 0, 0};
  for (std::size_t j = 0; j < lambda.size(); ++j) {
    const bool active = int(j) < k && lambda[j] > level;
    prediction.active += active;
    prediction.rate += active ? 0.5 * std::log(lambda[j] / level) : 0;
    prediction.distortion += active ? level : lambda[j];
  }
  return prediction;
}

// 10.6   claim:noise
// From the minibatch: (N²/M) S² (N-M)/(N-1), of the means. From ε, which is independent from point to point and from
// draw to draw: (N/M)² · M · (the mean of the variances) / S.
double gradient_variance(std::span<const double> mean, std::span<const double> variance, int M, int S) {
  const double N = mean.size(), centre = std::reduce(mean.begin(), mean.end()) / N;
  double spread = 0;
  for (const double one : mean) spread += (one - centre) * (one - centre) / N;
  const double noise = std::reduce(variance.begin(), variance.end()) / N;
  return N * N / M * (spread * (N - M) / (N - 1) + noise / S);
}

}  // namespace ch10
