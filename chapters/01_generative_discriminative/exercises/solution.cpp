// The reference answers.
#include "chapters/01_generative_discriminative/exercises/exercise.hpp"

namespace ch01 {

// 1.1   claim:bayes
// The log odds are Δ x + log(π/(1-π)): Bayes' rule changes its answer at t = -log(π/(1-π)) / Δ, without the prior at
// 0. A threshold t errs in class 1 below it and in class 0 above it.
double cost_of_no_prior(double delta, double share) {
  const auto error = [&](double t) { return share * phi(t - delta / 2) + (1 - share) * (1 - phi(t + delta / 2)); };
  return error(0) - error(-std::log(share / (1 - share)) / delta);
}

// 1.2   claim:bayes
// log p(x, k) = log πₖ + Σⱼ xⱼ log θ + (1 - xⱼ) log(1 - θ): collect what multiplies xⱼ.
Scores bernoulli_scores(const Eigen::VectorXd& prior, const Eigen::MatrixXd& theta) {
  const Eigen::ArrayXXd on = theta.array().log(), off = (1 - theta.array()).log();
  return {(on - off).matrix().transpose(), prior.array().log() + off.rowwise().sum()};
}

// 1.3   claim:asymptotic
// It learns the right means and variances, so its rule is w = (diag Σ)⁻¹ μ. Under the data, wᵀx ~ N(±wᵀμ, wᵀΣw).
double naive_bayes_limit(const Eigen::VectorXd& mu, const Eigen::MatrixXd& sigma) {
  const Eigen::VectorXd w = mu.cwiseQuotient(sigma.diagonal());
  return phi(-w.dot(mu) / std::sqrt(w.dot(sigma * w)));
}

// 1.4   claim:efron
// With N π and N (1-π) points: N Var of the log odds is 1/(π(1-π)), of the means 1/π and 1/(1-π). The derivatives of
// β₀ are 1, ∓Δ/2 each, and 0 in σ², since μ₁² = μ₀². So 1/(π(1-π)) + (Δ²/4) (1/π + 1/(1-π)).
double intercept_variance(double delta, double share) { return (1 + delta * delta / 4) / (share * (1 - share)); }

// 1.5   claim:semi
// A label is a weight that is known: 1 for its class. All sums run over both kinds of points.
std::vector<double> m_step(std::span<const double> x, std::span<const int> y, std::span<const double> u,
                           const Eigen::MatrixXd& r) {
  const int K = r.cols();
  std::vector<double> n(K), sum(K), answer(2 * K + 1);
  for (std::size_t i = 0; i < x.size(); ++i) n[y[i]] += 1, sum[y[i]] += x[i];
  for (std::size_t i = 0; i < u.size(); ++i)
    for (int k = 0; k < K; ++k) n[k] += r(i, k), sum[k] += r(i, k) * u[i];
  const double N = x.size() + u.size();
  for (int k = 0; k < K; ++k) answer[k] = n[k] / N, answer[K + k] = sum[k] / n[k];

  const auto square = [&](double at, int k) { return (at - answer[K + k]) * (at - answer[K + k]); };
  for (std::size_t i = 0; i < x.size(); ++i) answer[2 * K] += square(x[i], y[i]) / N;
  for (std::size_t i = 0; i < u.size(); ++i)
    for (int k = 0; k < K; ++k) answer[2 * K] += r(i, k) * square(u[i], k) / N;
  return answer;
}

// 1.6   claim:unlabelled-worth
// With a label the score is (y - π) / (π(1-π)), and its information 1/(π(1-π)). Without, y gives way to its mean
// ρ = p(y = 1 | x): the score is (ρ - π) / (π(1-π)). The ratio is E[(ρ - π)²] / (π(1-π)), over p(x).
double worth_for_share(double delta, double share,
                       const std::function<double(const std::function<double(double)>&)>& mean) {
  const auto square = [&](double x) {
    const double posterior = 1 / (1 + (1 - share) / share * std::exp(-delta * x));
    return (posterior - share) * (posterior - share);
  };
  const double of_class_0 = mean([&](double e) { return square(e - delta / 2); });
  const double of_class_1 = mean([&](double e) { return square(e + delta / 2); });
  return ((1 - share) * of_class_0 + share * of_class_1) / (share * (1 - share));
}

}  // namespace ch01
