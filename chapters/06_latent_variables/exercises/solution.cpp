// The reference answers.
#include <algorithm>
#include <cmath>

#include "chapters/06_latent_variables/exercises/exercise.hpp"

namespace ch06 {

// 6.1   eq:marginal
// Dividing all p(x, z = k) by the largest one changes no quotient.
std::vector<double> posterior(std::span<const double> log_joint) {
  const double largest = *std::ranges::max_element(log_joint);
  std::vector<double> r;
  double sum = 0;
  for (const double l : log_joint) r.push_back(std::exp(l - largest)), sum += r.back();
  for (double& one : r) one /= sum;
  return r;
}

// 6.2   eq:marginal
// b^a / (Γ(a) x!) ∫ λ^(x+a-1) e^(-(b+1)λ) dλ = b^a Γ(x + a) / (Γ(a) x! (b + 1)^(x+a)): the negative binomial.
double log_compound_count(int x, double a, double b) {
  return a * std::log(b) + std::lgamma(x + a) - std::lgamma(a) - std::lgamma(x + 1) - (x + a) * std::log(b + 1);
}

// 6.3   eq:gmm
// -½ n_k d log v - ½ Σ_i W_ik ‖x_i - μ_k‖² / v has its maximum at v = Σ_i W_ik ‖x_i - μ_k‖² / (n_k d).
std::vector<double> spherical_variances(const Matrix<double>& x, const Matrix<double>& W) {
  std::vector<double> variances;
  for (Index k = 0; k < W.cols(); ++k) {
    const double n = W.col(k).sum();
    const Matrix<double> mu = W.col(k).transpose() * x / n;
    const auto squares = (x.rowwise() - mu.row(0)).rowwise().squaredNorm();
    variances.push_back(squares.dot(W.col(k)) / (n * x.cols()));
  }
  return variances;
}

// 6.4   eq:gmm
// The prior pi and 1 - pi; a mean over the n turns; and tosses that count with the weight of their coin.
Coins em_step(const Coins& now, std::span<const int> heads, int m) {
  Coins next{0, 0, 0};
  double tosses_a = 0, tosses_b = 0;
  for (const int x : heads) {
    const double p_a = now.pi * std::pow(now.a, x) * std::pow(1 - now.a, m - x);
    const double p_b = (1 - now.pi) * std::pow(now.b, x) * std::pow(1 - now.b, m - x);
    const double r = p_a / (p_a + p_b);
    next.pi += r / heads.size();
    next.a += r * x, tosses_a += r * m;
    next.b += (1 - r) * x, tosses_b += (1 - r) * m;
  }
  next.a /= tosses_a, next.b /= tosses_b;
  return next;
}

// 6.5   eq:fisher-identity
// ∂ log p(x, z)/∂α_k = (1 where z = k) - π_k; its mean over p(z|x) is p(z = k | x) - π_k.
std::vector<double> slopes_in_alpha(const Matrix<double>& log_joint, std::span<const double> log_pi) {
  std::vector<double> slopes(log_pi.size());
  for (Index i = 0; i < log_joint.rows(); ++i) {
    const Eigen::ArrayXd joint = (log_joint.row(i).array() - log_joint.row(i).maxCoeff()).exp();
    for (std::size_t k = 0; k < slopes.size(); ++k) slopes[k] += joint[k] / joint.sum() - std::exp(log_pi[k]);
  }
  return slopes;
}

// 6.6   claim:em-rate
// The step is (1/n) Σ π f/(π f + (1 - π) g), and its derivative in π is (1/n) Σ f g / (π f + (1 - π) g)².
double rate_of_weight(std::span<const double> f, std::span<const double> g, double pi) {
  double sum = 0;
  for (std::size_t i = 0; i < f.size(); ++i) {
    const double p = pi * f[i] + (1 - pi) * g[i];
    sum += f[i] * g[i] / (p * p);
  }
  return sum / f.size();
}

// 6.7   claim:unbounded
// -(½ Σ r + a + 1) log v - (½ Σ r (x - μ)² + b)/v has its maximum where the second bracket over v is the first.
double variance_with_prior(std::span<const double> x, std::span<const double> r, double mu, double a, double b) {
  double count = 0, squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) count += r[i], squares += r[i] * (x[i] - mu) * (x[i] - mu);
  return (0.5 * squares + b) / (0.5 * count + a + 1);
}

}  // namespace ch06
