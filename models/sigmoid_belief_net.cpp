#include "models/sigmoid_belief_net.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/pairwise.hpp"

namespace models {

using autograd::By;

template <Element S>
Matrix<S> binary_states(Index k) {
  if (k < 0 || k > 20) throw std::invalid_argument(fmt::format("binary_states: expected 0 to 20 units, found {}", k));
  Matrix<S> states(Index(1) << k, k);
  for (Index s = 0; s < states.rows(); ++s)
    for (Index j = 0; j < k; ++j) states(s, j) = s >> (k - 1 - j) & 1;
  return states;
}

template <Element S>
SigmoidBeliefNet<S>::SigmoidBeliefNet(Parameters<S>& parameters, const std::vector<Index>& sizes, std::uint64_t seed)
    : sizes_(sizes) {
  if (sizes.size() < 2)
    throw std::invalid_argument(
        fmt::format("SigmoidBeliefNet: expected pixels and one hidden layer or more, found {} layers", sizes.size()));
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    if (sizes[l + 1] > 20)
      throw std::invalid_argument(fmt::format(
          "SigmoidBeliefNet: expected hidden layers of at most 20 units, found {} in layer {}", sizes[l + 1], l + 1));
    layers_.emplace_back(parameters, fmt::format("belief.{}", l), sizes[l + 1], sizes[l], seed);
  }
  top_ = parameters.add("belief.top.b", 1, sizes.back());
}

template <Element S>
Index SigmoidBeliefNet<S>::hidden_units() const {
  return std::reduce(sizes_.begin() + 1, sizes_.end());
}

template <Element S>
void SigmoidBeliefNet<S>::start_at(Parameters<S>& parameters, const Matrix<S>& p) const {
  parameters[layers_[0].b] = (p.array() / (1 - p.array())).log();
}

template <Element S>
Var<Matrix<S>> SigmoidBeliefNet<S>::log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x) const {
  // log p(z_L) of each of its states: a row
  Var<Matrix<S>> above = theta.tape().constant(binary_states<S>(sizes_.back()));
  Var<Matrix<S>> log_p = transpose(bernoulli_log_probs(above, theta[top_]));
  for (Index l = layers_.size() - 1; l > 0; --l) {
    const Var<Matrix<S>> states = theta.tape().constant(binary_states<S>(sizes_[l]));
    // log p(z_l) = log Σ p(z_{l+1}) p(z_l | z_{l+1})
    log_p = transpose(log_sum_exp(log_p + bernoulli_log_probs(states, layers_[l](theta, above)), By::row));
    above = states;
  }
  // log p(x) = log Σ p(z_1) p(x | z_1)
  return log_sum_exp(log_p + bernoulli_log_probs(x, layers_[0](theta, above)), By::row);
}

template <Element S>
Var<Matrix<S>> SigmoidBeliefNet<S>::log_joint(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                              const Var<Matrix<S>>& z) const {
  Var<Matrix<S>> below = x;
  Index first = 0;
  Var<Matrix<S>> log_p = theta.tape().constant(Matrix<S>(Matrix<S>::Zero(x.value().rows(), 1)));
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Var<Matrix<S>> above = columns(z, first, sizes_[l + 1]);
    log_p += bernoulli_log_prob(below, layers_[l](theta, above));
    below = above, first += sizes_[l + 1];
  }
  return log_p + bernoulli_log_probs(below, theta[top_]);
}

template <Element S>
Matrix<S> SigmoidBeliefNet<S>::sample(const Parameters<S>& parameters, Index n, const Random& random) const {
  Index drawn = 0;
  const auto draw = [&](const Matrix<S>& logits) {
    Matrix<S> units(logits.rows(), logits.cols());
    for (Index i = 0; i < units.size(); ++i)
      units.data()[i] = random.uniform(drawn++) < 1 / (1 + std::exp(-logits.data()[i]));
    return units;
  };
  Matrix<S> z = draw(parameters[top_].replicate(n, 1));
  for (Index l = layers_.size() - 1; l >= 0; --l)
    z = draw((z * parameters[layers_[l].W]).rowwise() + parameters[layers_[l].b].row(0));
  return z;
}

// Everything above, once for each element type that models train with.
template Matrix<float> binary_states(Index);
template Matrix<double> binary_states(Index);
template class SigmoidBeliefNet<float>;
template class SigmoidBeliefNet<double>;

}  // namespace models
