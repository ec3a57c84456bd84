#pragma once
// Lower bounds of log p(x) that a VAE is trained with. In nats, one a row of x.
//
// x: n×pixels. epsilon: (n·K)×noise standard normal numbers, K rows for each row of x, with as many columns as the
// model has latent dimensions (VaeShape::noise). beta weighs the KL divergence; with β = 1 they are bounds (Higgins et
// al. 2017 for others). All throw std::invalid_argument where the rows of epsilon are no multiple of x's, or its
// columns others; and std::logic_error where a divergence in closed form is asked for, and the prior is a VAE.

#include "models/vae/vae.hpp"

namespace models {

// A bound of every row of x, and its two parts at the same samples.
template <Element S>
struct Bound {
  Var<Matrix<S>> value;           // n×1
  Var<Matrix<S>> log_likelihood;  // log p(x|z): n×1, or (n·K)×1, one of each sample
  Var<Matrix<S>> kl;              // KL(q ‖ p), or what is summed to estimate it: likewise

  // The parts as they are reported, summed over the rows of x and averaged over the samples: the rate KL(q ‖ p),
  // and the distortion -E log p(x|z).
  double rate() const { return total(kl); }
  double distortion() const { return -total(log_likelihood); }

 private:
  double total(const Var<Matrix<S>>& part) const {
    return part.value().template cast<double>().sum() / (part.rows() / value.rows());
  }
};

// What every sampled bound is made of, at samples of all the latent variables: (n·K)×1.
template <Element S>
struct Scores {
  Var<Matrix<S>> log_likelihood;  // log p(x|z)
  Var<Matrix<S>> log_ratio;       // log q(z|x) - log p(z), of which the mean is KL(q ‖ p)
};

// What the gradient of log q(z|x) flows through: the sample z alone, or the parameters of q too.
enum class Through { all, path };

// If the prior is a VAE, z is its data, and z₂ is sampled from its encoder: the ratio is that of both,
//   log q(z|x) - log p(z|z₂) + [ log q(z₂|z) - log p(z₂) ].                                 (Burda et al. 2016, §3)
template <Element S>
Scores<S> scores(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
                 Through through = Through::all);

// E_q log p(x|z) - β KL(q ‖ p), with nothing sampled. Only a linear decoder with Gaussian likelihood has this closed
// form: throws std::logic_error for any other.
template <Element S>
Bound<S> closed_form_bound(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, S beta);

// The evidence lower bound: the same with log p(x|z) at K samples z ~ q(z|x)          (Kingma & Welling 2014, eq. 10)
template <Element S>
Bound<S> elbo(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
              S beta);

// The same with the divergence sampled too, as log q(z|x) - log p(z) at the samples of the likelihood.       (eq. 6)
template <Element S>
Bound<S> sampled_elbo(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x,
                      const Var<Matrix<S>>& epsilon, S beta);

// The same value, but its gradient flows through z alone. What is left out, the derivative of log q at a fixed z, has
// mean 0, so the gradient stays unbiased; its noise falls to 0 as q comes to be the posterior (Roeder, Wu & Duvenaud
// 2017, "Sticking the landing", eq. 6-8). Throws std::logic_error for a full covariance.
template <Element S>
Bound<S> path_elbo(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
                   S beta);

// log (1/K) Σ_k p(x|z_k) [p(z_k) / q(z_k|x)]^β                                              (Burda et al. 2016, eq. 8)
template <Element S>
Bound<S> iwae_bound(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
                    S beta);

// Which of them, in the words of a training's options.
enum class Objective { elbo, iwae };
enum class Kl { analytic, sampled, path };  // how the elbo's divergence is computed: elbo, sampled_elbo, path_elbo

struct BoundSettings {
  Objective objective = Objective::elbo;
  int samples = 1;  // K; 0: closed_form_bound, which needs no noise
  Kl kl = Kl::analytic;
  double beta = 1;
};

// Throws std::invalid_argument where the rows of epsilon are not `samples` for each row of x.
template <Element S>
Bound<S> bound(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
               const BoundSettings& settings);

}  // namespace models
