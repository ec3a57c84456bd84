#include "models/vae/bounds.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/distributions.hpp"

namespace models {

using autograd::By;

namespace {

// The mean over the K samples of each row of x: (n·K)×1 to n×1.
template <Element S>
Var<Matrix<S>> mean_over_samples(const Var<Matrix<S>>& samples, const Var<Matrix<S>>& x) {
  const Index n = x.rows(), K = samples.rows() / n;
  return K == 1 ? samples : mean(reshape(samples, n, K), By::row);
}

// The same value without gradient.
template <Element S>
Var<Matrix<S>> held(const Var<Matrix<S>>& x) {
  return x.tape().reference(x.value());
}

// KL(q ‖ p) where the prior p is N(0, I).
template <Element S>
Var<Matrix<S>> kl_to_prior(const Vae<S>& vae, const Posterior<S>& q) {
  if (vae.prior())
    throw std::logic_error("bound: the divergence from a prior that is a VAE has no closed form; sample it");
  return kl_to_standard_normal(q);
}

// log q(z|x) at z = μ + L ε; along the path only through z, with q held.
template <Element S>
Var<Matrix<S>> log_density(const Posterior<S>& q, const Var<Matrix<S>>& z, const Var<Matrix<S>>& epsilon,
                           Through through) {
  if (through == Through::all) return log_prob(q, epsilon);
  if (q.below) throw std::logic_error("bound: the gradient along the path needs a diagonal covariance of q");
  return normal_log_prob(z, held(q.mu), held(q.log_var));
}

// The mean over the samples of log p(x|z) - β log q/p.
template <Element S>
Bound<S> mean_of(const Scores<S>& scores, const Var<Matrix<S>>& x, S beta) {
  const auto log_likelihood = mean_over_samples(scores.log_likelihood, x);
  const auto kl = mean_over_samples(scores.log_ratio, x);
  return {log_likelihood - beta * kl, log_likelihood, kl};
}

}  // namespace

template <Element S>
Scores<S> scores(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& noise,
                 Through through) {
  const Index d = vae.shape().latent;
  const auto epsilon = vae.prior() ? columns(noise, Index(0), d) : noise;
  const auto q = vae.encode(theta, x);
  const auto z = reparameterise(q, epsilon);
  const auto log_q = log_density(q, z, epsilon, through);
  const auto log_likelihood = vae.log_likelihood(theta, x, z);
  if (!vae.prior()) return {log_likelihood, log_q - standard_normal_log_prob(z)};
  // z is the data of the prior: log p(z, z₂) - log q(z₂|z) stands where log p(z) would
  const auto of_prior = scores(*vae.prior(), theta, z, columns(noise, d, noise.cols() - d), through);
  return {log_likelihood, log_q - (of_prior.log_likelihood - of_prior.log_ratio)};
}

template <Element S>
Bound<S> closed_form_bound(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, S beta) {
  const auto q = vae.encode(theta, x);
  const auto log_likelihood = vae.expected_log_likelihood(theta, x, q);
  const auto kl = kl_to_prior(vae, q);
  return {log_likelihood - beta * kl, log_likelihood, kl};
}

template <Element S>
Bound<S> elbo(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
              S beta) {
  const auto q = vae.encode(theta, x);                                                // μ(x), log σ²(x)
  const auto z = reparameterise(q, epsilon);                                          // z = μ + σ ε
  const auto log_likelihood = mean_over_samples(vae.log_likelihood(theta, x, z), x);  // log p(x|z), one an image
  const auto kl = kl_to_prior(vae, q);                                                // KL(q ‖ p), one an image
  return {log_likelihood - beta * kl, log_likelihood, kl};                            // the ELBO if β = 1; its parts
}

template <Element S>
Bound<S> sampled_elbo(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x,
                      const Var<Matrix<S>>& epsilon, S beta) {
  return mean_of(scores(vae, theta, x, epsilon, Through::all), x, beta);
}

template <Element S>
Bound<S> path_elbo(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
                   S beta) {
  return mean_of(scores(vae, theta, x, epsilon, Through::path), x, beta);
}

template <Element S>
Bound<S> iwae_bound(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
                    S beta) {
  const auto [log_likelihood, log_ratio] = scores(vae, theta, x, epsilon, Through::all);
  const Index n = x.rows(), K = log_likelihood.rows() / n;
  const auto log_w = reshape(log_likelihood - beta * log_ratio, n, K);
  return {log_sum_exp(log_w, By::row) - std::log(S(K)), log_likelihood, log_ratio};
}

template <Element S>
Bound<S> bound(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
               const BoundSettings& settings) {
  const S beta = settings.beta;
  if (settings.samples == 0) return closed_form_bound(vae, theta, x, beta);
  if (epsilon.rows() != x.rows() * settings.samples) {
    throw std::invalid_argument(fmt::format("bound: epsilon has {} rows, expected {} rows of x times {} samples",
                                            epsilon.rows(), x.rows(), settings.samples));
  }
  if (settings.objective == Objective::iwae) return iwae_bound(vae, theta, x, epsilon, beta);
  switch (settings.kl) {
    case Kl::analytic:
      return elbo(vae, theta, x, epsilon, beta);
    case Kl::sampled:
      return sampled_elbo(vae, theta, x, epsilon, beta);
    case Kl::path:
      return path_elbo(vae, theta, x, epsilon, beta);
  }
  throw std::invalid_argument("bound: unknown kind of KL divergence");
}

// Everything above, once for each element type that models train with.
// clang-format off
#define BOUNDS_OF(S)                                                                                                 \
  template Scores<S> scores(const Vae<S>&, const Watched<S>&, const Var<Matrix<S>>&, const Var<Matrix<S>>&, Through); \
  template Bound<S> closed_form_bound(const Vae<S>&, const Watched<S>&, const Var<Matrix<S>>&, S);                   \
  template Bound<S> elbo(const Vae<S>&, const Watched<S>&, const Var<Matrix<S>>&, const Var<Matrix<S>>&, S);         \
  template Bound<S> sampled_elbo(const Vae<S>&, const Watched<S>&, const Var<Matrix<S>>&, const Var<Matrix<S>>&, S); \
  template Bound<S> path_elbo(const Vae<S>&, const Watched<S>&, const Var<Matrix<S>>&, const Var<Matrix<S>>&, S);    \
  template Bound<S> iwae_bound(const Vae<S>&, const Watched<S>&, const Var<Matrix<S>>&, const Var<Matrix<S>>&, S);   \
  template Bound<S> bound(const Vae<S>&, const Watched<S>&, const Var<Matrix<S>>&,                                   \
                          const Var<Matrix<S>>&, const BoundSettings&);
BOUNDS_OF(float)
BOUNDS_OF(double)
#undef BOUNDS_OF
// clang-format on

}  // namespace models
