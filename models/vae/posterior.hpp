#pragma once
// What an encoder says of a row of x: q(z|x) = N(μ, L Lᵀ), a normal distribution with a lower triangular factor L of
// its covariance. On the diagonal of L stand the standard deviations σ = exp ½ log_var; if the covariance is diagonal,
// L is nothing else. In nats, one a row. Samples: K rows of ε for each row of x (statistics/shared_rows.hpp).

#include <optional>

#include "models/statistics/shared_rows.hpp"

namespace models {

enum class PosteriorCovariance {
  diagonal,  // σ²(x): one variance for each dimension of z
  shared,    // σ², the same for all x: what the posterior of a linear-Gaussian model needs, and no more
  full,      // L(x) with numbers below its diagonal too
};

template <Element S>
struct Posterior {
  Var<Matrix<S>> mu;                    // n×d
  Var<Matrix<S>> log_var;               // n×d, or 1×d for all rows
  std::optional<Var<Matrix<S>>> below;  // n×½d(d-1), if the covariance is full: L₂₁, L₃₁, L₃₂, L₄₁, ...
};

// z = μ + L ε, for ε ~ N(0, I) given as R×d: R×d.                          (Kingma & Welling 2019, §2.5.1)
template <Element S>
Var<Matrix<S>> reparameterise(const Posterior<S>& q, const Var<Matrix<S>>& epsilon);

// log q(z|x) at that z, by the change of variables from ε to z: log N(ε; 0, I) - log |L|, where |L| = Π σⱼ.
template <Element S>
Var<Matrix<S>> log_prob(const Posterior<S>& q, const Var<Matrix<S>>& epsilon);

// KL(q ‖ N(0, I)) = ½ (‖μ‖² + ‖L‖² - d) - log |L|, where ‖L‖² is the sum of the squares of all entries.
template <Element S>
Var<Matrix<S>> kl_to_standard_normal(const Posterior<S>& q);

// Row r of y is row r of ε times the strictly lower triangular matrix of which
// `below` holds the entries, of the row of
// x that r belongs to.      yᵢ = Σ_{j<i} Lᵢⱼ εⱼ      L̄ᵢⱼ += ȳᵢ εⱼ      ε̄ⱼ += Σ_{i>j} ȳᵢ Lᵢⱼ
// Throws std::invalid_argument unless below is n×½d(d-1) for an epsilon of R×d, where n divides R.
template <Element S>
Var<Matrix<S>> below_times(const Var<Matrix<S>>& below, const Var<Matrix<S>>& epsilon);

}  // namespace models
