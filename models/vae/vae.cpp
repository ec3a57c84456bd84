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
  return shape;
}

Index last_hidden(const VaeShape& shape) { return shape.hidden.empty() ? shape.pixels : shape.hidden.back(); }
Index first_hidden(const VaeShape& shape) { return shape.hidden.empty() ? shape.latent : shape.hidden.front(); }

}  // namespace

std::string VaeShape::text() const {
  std::vector<int> layers{pixels};
  layers.insert(layers.end(), hidden.begin(), hidden.end());
  layers.push_back(latent);
  return fmt::format(
      "{} {} {}{}", fmt::join(layers, "-"), hidden.empty() ? "linear" : kActivationNames[int(activation)],
      likelihood == Likelihood::bernoulli ? "bernoulli" : "gaussian", shared_variance ? " shared-variance" : "");
}

template <Element S>
Vae<S>::Vae(Parameters<S>& parameters, const VaeShape& shape, std::uint64_t seed)
    : shape_(checked(shape)),
      encoder_(parameters, "encoder", sizes(shape.pixels, shape.hidden, false), shape.activation, seed),
      mu_(parameters, "encoder.mu", last_hidden(shape), shape.latent, seed),
      decoder_(parameters, "decoder", sizes(shape.latent, shape.hidden, true), shape.activation, seed),
      output_(parameters, "decoder.output", first_hidden(shape), shape.pixels, seed) {
  if (shape.shared_variance) {
    shared_log_var_ = parameters.add("encoder.log_var", 1, shape.latent);
  } else {
    log_var_.emplace_back(parameters, "encoder.log_var", last_hidden(shape), shape.latent, seed);
  }
  if (shape.likelihood == Likelihood::gaussian) {
    noise_log_var_ = parameters.add("decoder.log_var", 1, 1);
    centre_ = Matrix<S>::Zero(1, shape.pixels);
  }
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
typename Vae<S>::Posterior Vae<S>::encode(const Watched<S>& theta, const Var<Matrix<S>>& x) const {
  const Var<Matrix<S>> h =
      shape_.likelihood == Likelihood::gaussian ? encoder_(theta, x - centre_) : encoder_(theta, x, Input::sparse);
  return {mu_(theta, h), log_var_.empty() ? theta[shared_log_var_] : log_var_.front()(theta, h)};
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
  const Var<Matrix<S>> output = decode(theta, z);
  if (shape_.likelihood == Likelihood::bernoulli) return bernoulli_log_prob(x, output);
  return normal_log_prob(x, output, theta[noise_log_var_]);
}

template <Element S>
Var<Matrix<S>> Vae<S>::expected_log_likelihood(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                               const Posterior& q) const {
  if (shape_.likelihood != Likelihood::gaussian || !shape_.hidden.empty()) {
    throw std::logic_error("Vae::expected_log_likelihood: only a linear decoder with Gaussian likelihood has one");
  }
  const Var<Matrix<S>> log_var = theta[noise_log_var_];
  const Var<Matrix<S>> at_mean = normal_log_prob(x, decode(theta, q.mu), log_var);
  const Var<Matrix<S>> spread = matmul(exp(q.log_var), sum(square(theta[output_.W]), autograd::By::row));
  return at_mean - S(0.5) * spread * exp(-log_var);
}

template class Vae<float>;
template class Vae<double>;

}  // namespace models
