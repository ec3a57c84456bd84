#pragma once
// What a trained VAE is judged by: its bound, and its log-likelihood estimated by importance sampling, as means over a
// data set. In nats. Several ranks share the images out and come to the same numbers.

#include <functional>

#include "models/training/ranks.hpp"
#include "models/vae/bounds.hpp"

namespace models {

// The mean bound over a data set with the standard error over its rows (NaN for a single one, which
// has no spread), and the means of its parts.
struct Evaluation {
  double elbo = 0, se = 0;
  double rate = 0, distortion = 0;
};

// One sample a row, unless the settings say otherwise. x: N×pixels. Throws what models::bound throws: where the prior
// is a VAE, the settings must have the divergence sampled.
template <Element S>
Evaluation evaluate(const Vae<S>& vae, const Parameters<S>& parameters, const Matrix<S>& x, std::uint64_t seed,
                    const BoundSettings& settings = {}, const Ranks& ranks = {});

// The mean log-likelihood over a data set, its standard error over the images (NaN for a single one), and the Monte
// Carlo error of this very mean (models/inference/importance.hpp), which one sample cannot tell: NaN for K = 1.
struct LogLikelihood {
  double mean = 0, se = 0, monte_carlo_se = 0;
};

//   log p(x) ≈ log (1/K) Σ_k w_k,   w_k = p(x|z_k) p(z_k) / q(z_k|x),   z_k ~ q(z|x)       (Burda et al. 2016, §5)
// A lower bound in expectation; x: N×pixels. The noise of an image is a function of (seed, its row).
// `progress`, if given, is called after each group of images with the number done, on all ranks alike.
// Throws std::invalid_argument unless K >= 1.
template <Element S>
LogLikelihood importance_log_likelihood(const Vae<S>& vae, const Parameters<S>& parameters, const Matrix<S>& x, int K,
                                        std::uint64_t seed, const std::function<void(int)>& progress = {},
                                        const Ranks& ranks = {});

}  // namespace models
