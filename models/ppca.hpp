#pragma once
// Probabilistic PCA: z ~ N(0, I_k), x | z ~ N(zW + μ, σ²I). The one VAE whose best log-likelihood has a closed form
// (Tipping & Bishop 1999).

#include "autograd/core/value.hpp"

namespace models {

struct PpcaOptimum {
  Eigen::VectorXd eigenvalues;  // of the data's covariance (with 1/N), the largest first
  double noise_variance = 0;    // σ²: the mean of the discarded eigenvalues
  double log_likelihood = 0;    // the mean over the data points, in nats
};

// The maximum of the mean log-likelihood of x (N×d) over W, μ and σ², with k < d latent dimensions:
//   -½ [ d log 2π + Σ_{j≤k} log λ_j + (d - k) log σ² + d ]       (Tipping & Bishop 1999, eq. 3-8)
// Throws std::invalid_argument unless 1 <= k < d, and if σ² would be 0.
PpcaOptimum fit_ppca(const autograd::Matrix<double>& x, int k);

}  // namespace models
