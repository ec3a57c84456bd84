#pragma once
// What a VAE is trained with and judged by: the evidence lower bound, its K-sample version, and the log-likelihood
// estimated by importance sampling. In nats.

#include <functional>

#include "models/vae/vae.hpp"

namespace models {

enum class Objective {
  elbo,  // E_q [ log p(x|z) ] - β KL( q(z|x) ‖ p(z) ), averaged over K samples              (Kingma & Welling 2014)
  iwae,  // E log (1/K) Σ_k p(x|z_k) [p(z_k) / q(z_k|x)]^β, with K samples                    (Burda et al. 2016, eq. 8)
};

enum class Kl {
  analytic,  // in closed form
  sampled,   // log q(z|x) - log p(z), at the same samples as the likelihood
  path,  // as sampled, but its gradient flows through z alone. What is left out, the derivative of log q at a fixed
         // z, has mean 0, so the gradient stays unbiased; its noise falls to 0 as q comes to be the posterior
         // (Roeder, Wu & Duvenaud 2017, "Sticking the landing", eq. 6-8)
};

struct BoundSettings {
  Objective objective = Objective::elbo;
  int samples = 1;  // K; 0: the expectation in closed form (linear decoder with Gaussian likelihood only)
  Kl kl = Kl::analytic;
  double beta = 1;  // Higgins et al. 2017
};

// The bound of every row of x (n×1), and its two parts at the same samples: distortion = -E log p(x|z), and rate =
// KL(q ‖ p), sampled or not. Under the iwae objective the parts are averages over the samples.
template <Element S>
struct Bound {
  Var<Matrix<S>> value;
  double rate = 0, distortion = 0;  // summed over the rows
};

// epsilon: (n·K)×latent standard normal numbers, K rows for each row of x. Throws std::invalid_argument for
// another number of rows.
template <Element S>
Bound<S> bound(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
               const BoundSettings& settings);

// The mean bound over a data set, with the standard error over its rows.
struct Evaluation {
  double elbo = 0, se = 0;
  double rate = 0, distortion = 0;
};

// An importance-sampled log-likelihood (K samples an image from q): the mean over images, its standard error over the
// images, and the Monte Carlo error of this very mean (the delta method on each image's mean weight), which one sample
// cannot tell: NaN for K = 1.
struct LogLikelihood {
  double mean = 0, se = 0, monte_carlo_se = 0;
};

// One sample a row, or the closed form with samples = 0. x: N×pixels.
template <Element S>
Evaluation evaluate(const Vae<S>& vae, const Parameters<S>& parameters, const Matrix<S>& x, std::uint64_t seed,
                    const BoundSettings& settings = {});

//   log p(x) ≈ log (1/K) Σ_k w_k,   w_k = p(x|z_k) p(z_k) / q(z_k|x),   z_k ~ q(z|x)       (Burda et al. 2016, §5)
// A lower bound in expectation; x: N×pixels, K >= 1. The noise of an image is a function of (seed, its row).
// `progress`, if given, is called after each group of images with the number done.
template <Element S>
LogLikelihood importance_log_likelihood(const Vae<S>& vae, const Parameters<S>& parameters, const Matrix<S>& x, int K,
                                        std::uint64_t seed, const std::function<void(int)>& progress = {});

}  // namespace models
