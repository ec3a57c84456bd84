#pragma once
// A mixture of K Gaussians with full covariances in d dimensions: z ~ Categorical(π), x | z = k ~ N(μ_k, Σ_k).
// In nats, one row a data point.
//
// Every precision is Σ_k⁻¹ = Q_kᵀ Q_k, with Q_k lower triangular and a positive diagonal, its logarithm being a
// parameter: any numbers are a valid mixture, no covariance is inverted, and ½ log det Σ_k⁻¹ is the sum of the
// logarithms (Srajer, Kukelova & Fitzgibbon 2018, "A benchmark of selected algorithmic differentiation tools").

#include "autograd/core/tape.hpp"
#include "autograd/core/value.hpp"

namespace models {

using autograd::Element;
using autograd::Matrix;
using autograd::Var;

// The prior of every precision: Σ_k⁻¹ ~ Wishart with d + 1 + m degrees of freedom and scale γ⁻² I. Keeps a component
// from shrinking onto one data point. m > -2, since the degrees must be above d - 1; γ > 0.
struct WishartPrior {
  double gamma = 1, m = 0;
};

// Dᵢₖ = ‖Q_k (xᵢ - μ_k)‖²: n×K, for x: n×d, μ: K×d and Q: K·d×d, the Q_k one under the other. Callers get the fast
// twin, models::squared_distances (fast_gaussian_mixture.hpp).
namespace formulas {
template <Element S>
Var<Matrix<S>> squared_distances(const Var<Matrix<S>>& x, const Var<Matrix<S>>& mu, const Var<Matrix<S>>& Q);
}  // namespace formulas

// The parameters on a tape, and what is computed from them. Made by naming them:
//   GaussianMixture<double>{.alpha = ..., .mu = ..., .log_diagonal = ..., .below = ...}
template <Element S>
struct GaussianMixture {
  Var<Matrix<S>> alpha;         // 1×K            π = softmax(α)
  Var<Matrix<S>> mu;            // K×d            row k is μ_k
  Var<Matrix<S>> log_diagonal;  // K×d            row k is the logarithm of Q_k's diagonal
  Var<Matrix<S>> below;         // K×d(d - 1)/2   row k is what lies below Q_k's diagonal, row by row

  // log p(x, z = k) = log π_k + log N(x; μ_k, Σ_k): n×K, for x: n×d. log_softmax of it is log p(z = k | x).
  //   log N(x; μ, (QᵀQ)⁻¹) = Σⱼ log Qⱼⱼ - ½ ‖Q (x - μ)‖² - ½ d log 2π
  // Throws std::invalid_argument where shapes do not fit each other.
  Var<Matrix<S>> log_joint(const Var<Matrix<S>>& x) const;

  // log p(x) = log Σ_k p(x, z = k): n×1.
  Var<Matrix<S>> log_prob(const Var<Matrix<S>>& x) const;

  // Σ_k log p(Σ_k⁻¹), the density of the precision matrices. Throws std::invalid_argument unless γ > 0 and m > -2.
  //   log Wishart(QᵀQ; ν, γ⁻² I) = m Σⱼ log Qⱼⱼ - ½ γ² ‖Q‖² + ν d (log γ - ½ log 2) - log Γ_d(½ ν),   ν = d + 1 + m
  Var<S> log_prior(const WishartPrior& prior) const;

  // The Q_k, one under the other: K·d×d.
  Var<Matrix<S>> inverse_factors() const;
};

}  // namespace models
