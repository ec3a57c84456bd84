#pragma once
// Softmax regression, which is logistic regression for K classes: p(y = k | x) = softmax(x W + b)ₖ.

#include <cstdint>
#include <span>

#include "models/statistics/classification.hpp"
#include "models/training/layers.hpp"

namespace models {

struct SoftmaxRegression {
  Affine layer;

  // Adds "softmax.W" (d×K, Glorot-uniform) and "softmax.b" (1×K, zero) to the parameters.
  template <Element S>
  SoftmaxRegression(Parameters<S>& parameters, Index features, Index classes, std::uint64_t seed);

  // log p(y = k | x) for every class, in nats: n×K. x: n×d.
  template <Element S>
  Var<Matrix<S>> log_probs(const Watched<S>& theta, const Var<Matrix<S>>& x) const;

  // log p(yᵢ | xᵢ), in nats: n×1. Throws std::invalid_argument unless there is a label for each row, and
  // std::out_of_range for a label that is no class.
  template <Element S>
  Var<Matrix<S>> log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x, std::span<const int> labels) const;
};

}  // namespace models
