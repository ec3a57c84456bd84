#pragma once
// Importance sampling: an integral p = ∫ p(x, z) dz estimated from samples of another density q,
//   p ≈ ŵ = (1/K) Σ_k w_k,   w_k = p(x, z_k) / q(z_k),   z_k ~ q,
// where only the logarithms of the weights are at hand: the weights themselves may be too small for any number.

#include <Eigen/Core>

namespace models {

// log ŵ, in nats, and the variance of this estimate.
struct ImportanceEstimate {
  double log_mean = 0;
  double variance = 0;
};

// From log w_1 .. log w_K. E ŵ = p, so that log ŵ is a lower bound of log p in expectation (Burda et al. 2016, §5).
// Its variance over other draws of the same K samples, by the delta method:  Var log ŵ ≈ Var[w] / E[w]² / K.  One
// sample says nothing about it: NaN for K = 1, and where all weights are 0, of which log ŵ is -∞. Throws
// std::invalid_argument for K = 0.
ImportanceEstimate importance_estimate(const Eigen::Ref<const Eigen::ArrayXd>& log_w);

}  // namespace models
