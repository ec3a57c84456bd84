#include "models/inference/chain_diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace models {
namespace {

// The first and the second half of every chain, a column each. Of an odd number, the draw in the middle is left out.
Eigen::MatrixXd halves(const Eigen::MatrixXd& draws) {
  if (draws.rows() < 4 || draws.cols() < 1)
    throw std::invalid_argument(fmt::format(
        "chain diagnostics: expected four draws or more of a chain, found {} of {}", draws.rows(), draws.cols()));
  const Eigen::Index n = draws.rows() / 2, chains = draws.cols();
  Eigen::MatrixXd split(n, 2 * chains);
  split << draws.topRows(n), draws.bottomRows(n);
  return split;
}

double variance_of(const Eigen::ArrayXd& x) { return (x - x.mean()).square().sum() / (x.size() - 1); }

// W, and (n-1)/n W + B/n.
struct Variances {
  double within, total;
};
Variances variances(const Eigen::MatrixXd& split) {
  const double n = split.rows();
  double within = 0;
  for (const auto& chain : split.colwise()) within += variance_of(chain) / split.cols();
  return {within, (n - 1) / n * within + variance_of(split.colwise().mean().transpose())};
}

}  // namespace

double split_r_hat(const Eigen::MatrixXd& draws) {
  const auto [within, total] = variances(halves(draws));
  return std::sqrt(total / within);
}

double effective_sample_size(const Eigen::MatrixXd& draws) {
  const Eigen::MatrixXd split = halves(draws);
  const Variances v = variances(split);
  const Eigen::Index n = split.rows();
  const Eigen::MatrixXd centred = split.rowwise() - split.colwise().mean();

  // ρ_t = 1 - (W - the autocovariance at t) / total, with the factor 1/n in the covariance and 1/(n-1) in W.
  const auto rho = [&](Eigen::Index t) {
    if (t == 0) return 1.0;
    const double covariance = centred.topRows(n - t).cwiseProduct(centred.bottomRows(n - t)).sum() / n / split.cols();
    return 1 - (v.within - covariance) / v.total;
  };
  double sum_of_pairs = 0, before = INFINITY;
  for (Eigen::Index t = 0; t + 1 < n; t += 2) {
    const double pair = std::min(rho(t) + rho(t + 1), before);
    if (!(pair > 0)) break;
    sum_of_pairs += pair;
    before = pair;
  }
  // 1 + 2 Σ_{t>=1} ρ_t = -1 + 2 (the sum from t = 0). An estimate of 0 or less is cut off at N_eff = N log₁₀ N.
  const double N = split.size();
  return N / std::max(2 * sum_of_pairs - 1, 1 / std::log10(N));
}

Estimate chain_mean(const Eigen::MatrixXd& draws) {
  const double total = variances(halves(draws)).total;
  return {draws.mean(), std::sqrt(total / effective_sample_size(draws))};
}

}  // namespace models
