#pragma once
// The variational autoencoder: p_θ(x, z) = p(z) p_θ(x | z) with z ~ N(0, I), and q_φ(z | x) = N(μ(x), diag σ²(x)),
// both given by networks (Kingma & Welling 2014). All quantities are in nats, one row a data point.

#include <string>
#include <vector>

#include "models/statistics/likelihood.hpp"
#include "models/training/layers.hpp"

namespace models {

struct VaeShape {
  int pixels = 784;
  int latent = 20;
  std::vector<int> hidden = {400};  // the encoder's layers; the decoder's are the same reversed. Empty: linear maps
  Activation activation = Activation::tanh;
  Likelihood likelihood = Likelihood::bernoulli;
  // One variance for all x instead of σ²(x): what the posterior of a linear-Gaussian model needs, and no more.
  bool shared_variance = false;

  // "784-400-20 tanh bernoulli"
  std::string text() const;
};

template <Element S>
class Vae {
 public:
  // Adds the model's parameters: weights Glorot-uniform by the seed, biases zero.
  // Throws std::invalid_argument unless all sizes are at least 1.
  Vae(Parameters<S>& parameters, const VaeShape& shape, std::uint64_t seed);

  // Starts from the mean of the training set (1×pixels; in [0, 1] for Bernoulli): the decoder's last bias is set so
  // that an untrained decoder gives every pixel its mean, which for Bernoulli is clipped to [0.001, 0.999] (Burda et
  // al. 2016's code). For Gaussian x the encoder is given x minus the mean from now on: inputs far from 0 make
  // training slow (LeCun et al. 1998, "Efficient BackProp", §4.3).
  void start_at_mean(Parameters<S>& parameters, const Matrix<S>& mean);

  struct Posterior {
    Var<Matrix<S>> mu;       // n×latent
    Var<Matrix<S>> log_var;  // n×latent, or 1×latent if shared
  };
  // q(z | x) of x: n×pixels.
  Posterior encode(const Watched<S>& theta, const Var<Matrix<S>>& x) const;

  // What p(x | z) is given by, for z: R×latent: logits or means, R×pixels.
  Var<Matrix<S>> decode(const Watched<S>& theta, const Var<Matrix<S>>& z) const;
  // E[x | z]: probabilities or means.
  Var<Matrix<S>> mean(const Watched<S>& theta, const Var<Matrix<S>>& z) const;

  // log p(x | z): R×1, for z of R = n·K rows, K for each row of x.
  Var<Matrix<S>> log_likelihood(const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& z) const;

  // E_{q(z|x)} log p(x | z) without sampling: n×1. For a linear decoder with Gaussian likelihood, means z W + b, it is
  //   log N(x; μW + b, s²I) - ½ Σⱼ σⱼ² ‖Wⱼ‖² / s².
  // Throws std::logic_error for any other.
  Var<Matrix<S>> expected_log_likelihood(const Watched<S>& theta, const Var<Matrix<S>>& x, const Posterior& q) const;

  const VaeShape& shape() const { return shape_; }
  // What the encoder subtracts from x: 1×pixels; empty for a Bernoulli likelihood.
  const Matrix<S>& centre() const { return centre_; }

 private:
  VaeShape shape_;
  Mlp encoder_;
  Affine mu_;
  std::vector<Affine> log_var_;  // none if shared
  Slot shared_log_var_;
  Mlp decoder_;
  Affine output_;
  Slot noise_log_var_;  // Gaussian: log s²
  Matrix<S> centre_;    // Gaussian: what the encoder subtracts, 1×pixels
};

}  // namespace models
