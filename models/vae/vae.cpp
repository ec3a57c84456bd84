#include "models/vae/vae.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <stdexcept>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/distributions.hpp"

namespace models {

namespace {

constexpr const char* kActivationNames[] = {"tanh", "relu", "sigmoid", "softplus"};

std::vector<Index> sizes(Index first, std::vector<int> hidden, bool reversed) {
  if (reversed) hidden = {hidden.rbegin(), hidden.rend()};
  std::vector<Index> all{first};
  all.insert(all.end(), hidden.begin(), hidden.end());
  return all;
}

const VaeShape& checked(const VaeShape& shape) {
  const auto require = [](const char* what, int found) {
    if (found < 1) throw std::invalid_argument(fmt::format("Vae: expected at least 1 {}, found {}", what, found));
  };
  require("pixel", shape.pixels);
  require("latent dimension", shape.latent);
  for (const int units : shape.hidden) require("hidden unit", units);
  if (!shape.prior.empty() && shape.prior.front().pixels != shape.latent) {
    throw std::invalid_argument(fmt::format("Vae: the prior of {} latent dimensions is a VAE of {} pixels",
                                            shape.latent, shape.prior.front().pixels));
  }
  if (!shape.prior.empty() && shape.prior.front().likelihood != Likelihood::gaussian) {
    throw std::invalid_argument("Vae: the prior is a VAE of pixels that are 0 or 1, and z is real");
  }
  return shape;
}

Index last_hidden(const VaeShape& shape) { return shape.hidden.empty() ? shape.pixels : shape.hidden.back(); }
Index first_hidden(const VaeShape& shape) { return shape.hidden.empty() ? shape.latent : shape.hidden.front(); }

}  // namespace

std::string VaeShape::text() const {
  std::vector<int> layers{pixels};
  layers.insert(layers.end(), hidden.begin(), hidden.end());
  layers.push_back(latent);
  constexpr const char* kCovariances[] = {"", " shared-variance", " full-covariance"};
  return fmt::format("{} {} {}{}{}{}", fmt::join(layers, "-"),
                     hidden.empty() ? "linear" : kActivationNames[int(activation)],
                     likelihood == Likelihood::bernoulli ? "bernoulli" : "gaussian", kCovariances[int(covariance)],
                     variance_of_z ? " variance-of-z" : "", prior.empty() ? "" : ", prior " + prior.front().text());
}

template <Element S>
Vae<S>::Vae(Parameters<S>& parameters, const VaeShape& shape, std::uint64_t seed, const std::string& name)
    : shape_(checked(shape)),
      encoder_(parameters, name + "encoder", sizes(shape.pixels, shape.hidden, false), shape.activation, seed),
      mu_(parameters, name + "encoder.mu", last_hidden(shape), shape.latent, seed),
      decoder_(parameters, name + "decoder", sizes(shape.latent, shape.hidden, true), shape.activation, seed),
      output_(parameters, name + "decoder.output", first_hidden(shape), shape.pixels, seed) {
  if (shape.covariance == PosteriorCovariance::shared) {
    shared_log_var_ = parameters.add(name + "encoder.log_var", 1, shape.latent);
  } else {
    log_var_.emplace_back(parameters, name + "encoder.log_var", last_hidden(shape), shape.latent, seed);
  }
  if (shape.covariance == PosteriorCovariance::full && shape.latent > 1) {  // of one dimension nothing is below
    const Index count = Index(shape.latent) * (shape.latent - 1) / 2;
    below_.emplace_back(parameters, name + "encoder.below", last_hidden(shape), count, seed);
  }
  if (shape.likelihood == Likelihood::gaussian) {
    if (shape.variance_of_z) {
      noise_.emplace_back(parameters, name + "decoder.log_var", first_hidden(shape), shape.pixels, seed);
    } else {
      noise_log_var_ = parameters.add(name + "decoder.log_var", 1, 1);
    }
    centre_ = Matrix<S>::Zero(1, shape.pixels);
  }
  if (!shape.prior.empty()) prior_.emplace_back(parameters, shape.prior.front(), seed, name + "prior.");
}

template <Element S>
void Vae<S>::start_at_mean(Parameters<S>& parameters, const Matrix<S>& mean) {
  auto bias = parameters[output_.b];
  if (mean.rows() != 1 || mean.cols() != bias.cols()) {
    throw std::invalid_argument(
        fmt::format("Vae::start_at_mean: expected 1×{}, found {}×{}", bias.cols(), mean.rows(), mean.cols()));
  }
  if (shape_.likelihood == Likelihood::gaussian) {
    bias = mean;
    centre_ = mean;
  } else {
    const auto p = mean.array().max(S(0.001)).min(S(0.999));
    bias = (p / (1 - p)).log().matrix();
  }
}

template <Element S>
Posterior<S> Vae<S>::encode(const Watched<S>& theta, const Var<Matrix<S>>& x) const {
  const Var<Matrix<S>> h =
      shape_.likelihood == Likelihood::gaussian ? encoder_(theta, x - centre_) : encoder_(theta, x, Input::sparse);
  Posterior<S> q{mu_(theta, h), log_var_.empty() ? theta[shared_log_var_] : log_var_.front()(theta, h), {}};
  if (!below_.empty()) q.below = below_.front()(theta, h);
  return q;
}

template <Element S>
Var<Matrix<S>> Vae<S>::decode(const Watched<S>& theta, const Var<Matrix<S>>& z) const {
  return output_(theta, decoder_(theta, z));
}

template <Element S>
Var<Matrix<S>> Vae<S>::mean(const Watched<S>& theta, const Var<Matrix<S>>& z) const {
  const Var<Matrix<S>> output = decode(theta, z);
  return shape_.likelihood == Likelihood::bernoulli ? sigmoid(output) : output;
}

template <Element S>
Var<Matrix<S>> Vae<S>::log_likelihood(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                      const Var<Matrix<S>>& z) const {
  const Var<Matrix<S>> h = decoder_(theta, z), output = output_(theta, h);
  if (shape_.likelihood == Likelihood::bernoulli) return bernoulli_log_prob(x, output);
  return normal_log_prob(x, output, noise_log_var(theta, h));
}

template <Element S>
Var<Matrix<S>> Vae<S>::noise_log_var(const Watched<S>& theta, const Var<Matrix<S>>& h) const {
  return noise_.empty() ? theta[noise_log_var_] : noise_.front()(theta, h);
}

// z₂ ~ p(z₂), then z = mean(z₂) + s(z₂) ε.
template <Element S>
Var<Matrix<S>> Vae<S>::sample_prior(const Watched<S>& theta, const Var<Matrix<S>>& epsilon) const {
  if (prior_.empty()) return epsilon;
  const Vae& prior = prior_.front();
  const Index d = shape_.latent;
  const Var<Matrix<S>> z2 = prior.sample_prior(theta, columns(epsilon, d, epsilon.cols() - d));
  const Var<Matrix<S>> h = prior.decoder_(theta, z2);
  return reparameterise(prior.output_(theta, h), prior.noise_log_var(theta, h), columns(epsilon, Index(0), d));
}

template <Element S>
Var<Matrix<S>> Vae<S>::expected_log_likelihood(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                               const Posterior<S>& q) const {
  if (shape_.likelihood != Likelihood::gaussian || !shape_.hidden.empty() || shape_.variance_of_z || q.below) {
    throw std::logic_error(
        "Vae::expected_log_likelihood: only a linear decoder with Gaussian likelihood of one variance has one, for a "
        "diagonal covariance of q");
  }
  const Var<Matrix<S>> log_var = theta[noise_log_var_];
  const Var<Matrix<S>> at_mean = normal_log_prob(x, decode(theta, q.mu), log_var);
  const Var<Matrix<S>> spread = matmul(exp(q.log_var), sum(square(theta[output_.W]), autograd::By::row));
  return at_mean - S(0.5) * spread * exp(-log_var);
}

template class Vae<float>;
template class Vae<double>;

}  // namespace models
