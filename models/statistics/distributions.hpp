#pragma once
// Log densities as single records of the tape, summed over the d columns of every row: R×d in, R×1 out, in nats.
//
// K samples a data point: R = n·K rows, of which the K rows i·K .. i·K + K-1 belong to data point i. An operand with
// fewer rows serves several: row r of the result reads row r / (R / rows) of it. So x or the encoder's μ (n×d) need not
// be repeated K times, and a row 1×d serves all. Where an operand may be one number for all (1×1), it says so.
//
// All throw std::invalid_argument where columns differ, or the rows of an operand do not divide R.

#include "autograd/core/record.hpp"

namespace models {

using autograd::Element;
using autograd::Matrix;
using autograd::Var;

// Bernoulli from logits ℓ, of x in [0, 1].          log p(x) = Σⱼ xⱼ ℓⱼ - log(1 + exp ℓⱼ)
//                                                   ℓ̄ += ȳ (x - sigmoid ℓ)
// x gets no gradient. For x strictly between 0 and 1 this is a cross entropy and not a log-likelihood.
template <Element S>
Var<Matrix<S>> bernoulli_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& logits);

// Normal with diagonal covariance; mu and log_var may be 1×1.
//   log p(x) = -½ Σⱼ [ log 2π + log_varⱼ + (xⱼ - μⱼ)² / exp log_varⱼ ]
//   with u = (x - μ) / exp(log_var):      x̄ -= ȳ u      μ̄ += ȳ u      log_var⁻ += ȳ ½ (u (x - μ) - 1)
template <Element S>
Var<Matrix<S>> normal_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var);

// The prior's density: normal with mean 0 and covariance I.       log p(z) = -½ Σⱼ [ log 2π + zⱼ² ]     z̄ -= ȳ z
template <Element S>
Var<Matrix<S>> standard_normal_log_prob(const Var<Matrix<S>>& z);

// KL( N(μ, diag exp log_var) ‖ N(0, I) ) = ½ Σⱼ [ μⱼ² + exp log_varⱼ - 1 - log_varⱼ ]    (Kingma & Welling 2014, app.
// B)
//   μ̄ += ȳ μ      log_var⁻ += ȳ ½ (exp log_var - 1)
// log_var may be one row for all.
template <Element S>
Var<Matrix<S>> kl_to_standard_normal(const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var);

// The reparameterised sample z = μ + exp(½ log_var) ε, for ε ~ N(0, I) given as R×d.    (Kingma & Welling 2014, §2.4)
//   μ̄ += z̄      log_var⁻ += ½ z̄ (z - μ)      ε̄ += z̄ exp(½ log_var)
template <Element S>
Var<Matrix<S>> reparameterise(const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var, const Var<Matrix<S>>& epsilon);

}  // namespace models
