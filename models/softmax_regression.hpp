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

struct SoftmaxFitSettings {
  double ridge = 0.1;  // λ
  int steps = 1000;    // of Adam, whose step falls from 0.1 to 0 along a cosine
};

// The maximum of Σᵢ log p(yᵢ | xᵢ) - ½ λ ‖W‖², approached with the gradient of all n points from W of the seed on.
// x: n×d. Throws as SoftmaxRegression::log_prob does.
AffineScores fit_softmax(const Matrix<double>& x, std::span<const int> labels, int classes,
                         const SoftmaxFitSettings& settings, std::uint64_t seed);

}  // namespace models
