#pragma once
// A network as the parameters of a distribution. What the last layer gives for x are numbers; p(y|x) is the
// distribution that has them as its parameters:
//   p(y | x) = Categorical(softmax NN(x))        y one of K classes
//   p(y | x) = Normal(μ(x), exp log_var(x))      y a number, with (μ, log_var) = NN(x)

#include <span>

#include "models/training/layers.hpp"

namespace models {

struct CategoricalNetwork {
  Mlp hidden;
  Affine logits;

  // sizes = {d, hidden...}: parameters "name.0.W", ..., and "name.logits.W", "name.logits.b".
  template <Element S>
  CategoricalNetwork(Parameters<S>& parameters, const std::string& name, const std::vector<Index>& sizes,
                     Index classes, Activation activation, std::uint64_t seed);

  // log p(y = k | x) for every class, in nats: n×K. x: n×d.
  template <Element S>
  Var<Matrix<S>> log_probs(const Watched<S>& theta, const Var<Matrix<S>>& x) const;

  // log p(yᵢ | xᵢ), in nats: n×1. Throws std::invalid_argument unless there is a label for each row, and
  // std::out_of_range for a label that is no class.
  template <Element S>
  Var<Matrix<S>> log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x, std::span<const int> labels) const;
};

struct NormalNetwork {
  Mlp hidden;
  Affine mean, log_variance;

  template <Element S>
  struct Output {
    Var<Matrix<S>> mu, log_var;  // n×1 each
  };

  // sizes = {d, hidden...}: parameters "name.0.W", ..., "name.mean.W", ..., "name.log_variance.b".
  template <Element S>
  NormalNetwork(Parameters<S>& parameters, const std::string& name, const std::vector<Index>& sizes,
                Activation activation, std::uint64_t seed);

  // The distribution of y at each row of x. x: n×d.
  template <Element S>
  Output<S> operator()(const Watched<S>& theta, const Var<Matrix<S>>& x) const;

  // log p(yᵢ | xᵢ), in nats: n×1. y: n×1.
  template <Element S>
  Var<Matrix<S>> log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& y) const;
};

}  // namespace models
