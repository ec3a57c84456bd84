#include "models/vae/posterior.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/distributions.hpp"

namespace models {

using autograd::By;

template <Element S>
Var<Matrix<S>> reparameterise(const Posterior<S>& q, const Var<Matrix<S>>& epsilon) {
  const auto z = reparameterise(q.mu, q.log_var, epsilon);
  return q.below ? z + below_times(*q.below, epsilon) : z;
}

template <Element S>
Var<Matrix<S>> log_prob(const Posterior<S>& q, const Var<Matrix<S>>& epsilon) {
  const auto log_determinant = 0.5 * sum(q.log_var, By::row);
  return standard_normal_log_prob(epsilon) - repeated_for(epsilon.rows(), log_determinant);
}

template <Element S>
Var<Matrix<S>> kl_to_standard_normal(const Posterior<S>& q) {
  const auto kl = kl_to_standard_normal(q.mu, q.log_var);
  return q.below ? kl + 0.5 * sum(square(*q.below), By::row) : kl;
}

template <Element S>
Var<Matrix<S>> below_times(const Var<Matrix<S>>& below, const Var<Matrix<S>>& epsilon) {
  const Index R = epsilon.rows(), d = epsilon.cols(), n = below.rows();
  if (n == 0 || R % n != 0 || below.cols() != d * (d - 1) / 2) {
    throw std::invalid_argument(
        fmt::format("below_times: below is {}×{}, epsilon {}×{} (need {} columns, and rows that "
                    "divide {})",
                    n, below.cols(), R, d, d * (d - 1) / 2, R));
  }
  const Index K = R / n;
  return record<"below_times">(
      [=](auto& below, auto& epsilon) {
        return autograd::written<S>(R, d, [=, &below, &epsilon](auto y) {
          for (Index r = 0; r < R; ++r) {
            for (Index i = 0; i < d; ++i) {
              const auto L = below.value().row(r / K).segment(i * (i - 1) / 2, i);
              y(r, i) = L.cwiseProduct(epsilon.value().row(r).head(i)).sum();
            }
          }
        });
      },
      [=](auto& y, auto& below, auto& epsilon) {
        for (Index r = 0; r < R; ++r) {
          for (Index i = 1; i < d; ++i) {
            const S g = y.grad()(r, i);
            const Index first = i * (i - 1) / 2;
            if (below.needs_gradient())
              below.adjoint().row(r / K).segment(first, i) += g * epsilon.value().row(r).head(i);
            if (epsilon.needs_gradient())
              epsilon.adjoint().row(r).head(i) += g * below.value().row(r / K).segment(first, i);
          }
        }
      },
      below, epsilon);
}

// Everything above, once for each element type that models train with.
#define POSTERIOR_OF(S)                                                               \
  template Var<Matrix<S>> reparameterise(const Posterior<S>&, const Var<Matrix<S>>&); \
  template Var<Matrix<S>> log_prob(const Posterior<S>&, const Var<Matrix<S>>&);       \
  template Var<Matrix<S>> kl_to_standard_normal(const Posterior<S>&);                 \
  template Var<Matrix<S>> below_times(const Var<Matrix<S>>&, const Var<Matrix<S>>&);
POSTERIOR_OF(float)
POSTERIOR_OF(double)
#undef POSTERIOR_OF

}  // namespace models
