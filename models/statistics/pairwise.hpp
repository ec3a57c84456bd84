#pragma once
// Every data point under every one of K distributions, all in one product: what a sum over the values of a latent
// variable is taken of. In nats. Both throw std::invalid_argument where the columns differ.

#include "autograd/core/tape.hpp"

namespace models {

using autograd::Element;
using autograd::Matrix;
using autograd::Var;

// log p(x_i | k) = Σⱼ x_ij ℓ_kj - log(1 + exp ℓ_kj),   for pixels x_ij that are 0 or 1.
// x: n×d   logits ℓ: K×d   returns: n×K
template <Element S>
Var<Matrix<S>> bernoulli_log_probs(const Var<Matrix<S>>& x, const Var<Matrix<S>>& logits);

// log p(x_i | k) = -½ [ d (log 2π + log σ²) + ‖x_i - μ_k‖² / σ² ].
// x: n×d   mu: K×d   log_var, log σ²: 1×1   returns: n×K
// The square is multiplied out, ‖x‖² - 2 xᵀμ + ‖μ‖²: it loses the digits by which ‖x‖² exceeds ‖x - μ‖².
template <Element S>
Var<Matrix<S>> normal_log_probs(const Var<Matrix<S>>& x, const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var);

}  // namespace models
