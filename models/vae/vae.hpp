#pragma once
// The variational autoencoder: p_θ(x, z) = p(z) p_θ(x | z) and q_φ(z | x), both given by networks (Kingma & Welling
// 2014). The prior p(z) is N(0, I), or another VAE, of which z is the data: a model of several stochastic layers.
// All quantities are in nats, one row a data point.

#include <string>
#include <vector>

#include "models/statistics/likelihood.hpp"
#include "models/training/layers.hpp"
#include "models/vae/posterior.hpp"

namespace models {

struct VaeShape {
  int pixels = 784;
  int latent = 20;
  std::vector<int> hidden = {400};  // the encoder's layers; the decoder's are the same reversed. Empty: linear maps
  Activation activation = Activation::tanh;
  Likelihood likelihood = Likelihood::bernoulli;
  PosteriorCovariance covariance = PosteriorCovariance::diagonal;  // of q(z | x)
  // Gaussian: a variance for each pixel, by the decoder, as its mean is; instead of one for all pixels and z.
  bool variance_of_z = false;
  std::vector<VaeShape> prior = {};  // one: p(z) is this VAE, whose pixels are z. None: N(0, I)

  // How many standard normal numbers a sample of all the latent variables needs.
  int noise() const { return prior.empty() ? latent : latent + prior.front().noise(); }
  // "784-400-20 tanh bernoulli"
  std::string text() const;
};

template <Element S>
class Vae {
 public:
  // Adds the model's parameters, whose names begin with `name`: weights Glorot-uniform by the seed, biases zero.
  // Throws std::invalid_argument unless all sizes are at least 1, and a prior's pixels are z.
  Vae(Parameters<S>& parameters, const VaeShape& shape, std::uint64_t seed, const std::string& name = "");

  // Starts from the mean of the training set (1×pixels; in [0, 1] for Bernoulli): the decoder's last bias is set so
  // that an untrained decoder gives every pixel its mean, which for Bernoulli is clipped to [0.001, 0.999] (Burda et
  // al. 2016's code). For Gaussian x the encoder is given x minus the mean from now on: inputs far from 0 make
  // training slow (LeCun et al. 1998, "Efficient BackProp", §4.3).
  void start_at_mean(Parameters<S>& parameters, const Matrix<S>& mean);

  // q(z | x) of x: n×pixels.
  Posterior<S> encode(const Watched<S>& theta, const Var<Matrix<S>>& x) const;

  // The VAE that is the prior of z, or nullptr: z ~ N(0, I).
  const Vae* prior() const { return prior_.empty() ? nullptr : &prior_.front(); }
  // z ~ p(z) from standard normal numbers, R×shape().noise(): R×latent.
  Var<Matrix<S>> sample_prior(const Watched<S>& theta, const Var<Matrix<S>>& epsilon) const;

  // What p(x | z) is given by, for z: R×latent: logits or means, R×pixels.
  Var<Matrix<S>> decode(const Watched<S>& theta, const Var<Matrix<S>>& z) const;
  // E[x | z]: probabilities or means.
  Var<Matrix<S>> mean(const Watched<S>& theta, const Var<Matrix<S>>& z) const;

  // log p(x | z): R×1, for z of R = n·K rows, K for each row of x.
  Var<Matrix<S>> log_likelihood(const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& z) const;

  // E_{q(z|x)} log p(x | z) without sampling: n×1. For a linear decoder with Gaussian likelihood, means z W + b, it is
  //   log N(x; μW + b, s²I) - ½ Σⱼ σⱼ² ‖Wⱼ‖² / s²,
  // where q has no correlations and s² does not depend on z. Throws std::logic_error for any other.
  Var<Matrix<S>> expected_log_likelihood(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                         const Posterior<S>& q) const;

  const VaeShape& shape() const { return shape_; }
  // What the encoder subtracts from x: 1×pixels; empty for a Bernoulli likelihood.
  const Matrix<S>& centre() const { return centre_; }

 private:
  // log s² of a Gaussian likelihood, of z whose last hidden layer is h.
  Var<Matrix<S>> noise_log_var(const Watched<S>& theta, const Var<Matrix<S>>& h) const;

  VaeShape shape_;
  Mlp encoder_;
  Affine mu_;
  std::vector<Affine> log_var_, below_;  // one or none, by the kind of covariance
  Slot shared_log_var_;
  Mlp decoder_;
  Affine output_;
  std::vector<Affine> noise_;  // Gaussian: log s²(z) of each pixel, or none
  Slot noise_log_var_;         // and then the log s² of all
  Matrix<S> centre_;           // Gaussian: what the encoder subtracts, 1×pixels
  std::vector<Vae> prior_;     // one or none
};

}  // namespace models
