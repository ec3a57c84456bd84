#pragma once
// A latent-variable model of which everything is known: z ~ N(0, I_k), x | z ~ N(z W, σ² I_d). One row a data point,
// in nats (Tipping & Bishop 1999, eq. 3-6, where W and σ² are fitted: ppca.hpp).

#include "autograd/core/value.hpp"

namespace models {

struct LinearGaussian {
  autograd::Matrix<double> W;  // k×d
  double variance = 1;         // σ² > 0

  // p(z | x) = N(z; x Wᵀ Λ⁻¹ / σ², Λ⁻¹),   Λ = I + W Wᵀ / σ², which is the same for every x: k×k.
  autograd::Matrix<double> precision() const;   // Λ
  autograd::Matrix<double> covariance() const;  // Λ⁻¹
  double log_det_precision() const;
  // E[z | x] of every row of x: n×d in, n×k out.
  autograd::Matrix<double> posterior_mean(const autograd::Matrix<double>& x) const;

  // log p(x) = log N(x; 0, Wᵀ W + σ² I) of every row of x: n numbers.
  Eigen::ArrayXd log_evidence(const autograd::Matrix<double>& x) const;
};

}  // namespace models
