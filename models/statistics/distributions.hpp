#pragma once
// Log densities and a divergence, summed over the d columns of every row, in nats: R×d in, R×1 out. Each is written as
// the formula that defines it. Operands with fewer rows serve several (shared_rows.hpp).
//
// All throw std::invalid_argument where columns differ, or the rows of an operand do not divide R.

#include "models/statistics/fast_distributions.hpp"
#include "models/statistics/shared_rows.hpp"

namespace models {

// Bernoulli from logits ℓ, of x in [0, 1].          log p(x) = Σⱼ xⱼ ℓⱼ - log(1 + exp ℓⱼ)
// For x strictly between 0 and 1 this is a cross entropy and not a log-likelihood. Callers get the fast twin of this
// formula, models::bernoulli_log_prob (fast_distributions.hpp).
namespace formulas {
template <Element S>
Var<Matrix<S>> bernoulli_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& logits);

// Normal with diagonal covariance; mu and log_var may be 1×1. Callers get the fast twin, models::normal_log_prob.
//   log p(x) = -½ Σⱼ [ log 2π + log_varⱼ + (xⱼ - μⱼ)² / exp log_varⱼ ]
template <Element S>
Var<Matrix<S>> normal_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var);
}  // namespace formulas

// The prior's density: normal with mean 0 and covariance I.       log p(z) = -½ Σⱼ [ log 2π + zⱼ² ]
template <Element S>
Var<Matrix<S>> standard_normal_log_prob(const Var<Matrix<S>>& z);

// KL( N(μ, diag exp log_var) ‖ N(0, I) ) = ½ Σⱼ [ μⱼ² + exp log_varⱼ - 1 - log_varⱼ ]
// (Kingma & Welling 2014, appendix B)
template <Element S>
Var<Matrix<S>> kl_to_standard_normal(const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var);

// The reparameterised sample z = μ + exp(½ log_var) ε, for ε ~ N(0, I) given as R×d: R×d.
// (Kingma & Welling 2014, §2.4)
template <Element S>
Var<Matrix<S>> reparameterise(const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var, const Var<Matrix<S>>& epsilon);

}  // namespace models
