#include "models/statistics/distributions.hpp"

#include <stdexcept>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/normal.hpp"

namespace models {

using autograd::By;

// What a caller gives (data, means, log_variances) may have fewer rows than the result. x, mu and log_var are the same
// with a row for every row of the result, or with one row that the operations broadcast.

template <Element S>
Var<Matrix<S>> formulas::bernoulli_log_prob(const Var<Matrix<S>>& data, const Var<Matrix<S>>& logits) {
  const Index R = common_rows<S>("bernoulli_log_prob", {{"x", data}, {"logits", logits}});
  if (logits.rows() != R) throw std::invalid_argument("bernoulli_log_prob: x has more rows than the logits");
  const auto x = repeated_for(R, data);
  return sum(x * logits - softplus(logits), By::row);
}

// The square is of (x - μ) / σ, since 1 / σ² may overflow where x - μ is 0.
template <Element S>
Var<Matrix<S>> formulas::normal_log_prob(const Var<Matrix<S>>& data, const Var<Matrix<S>>& means,
                                         const Var<Matrix<S>>& log_variances) {
  const Index R =
      common_rows<S>("normal_log_prob", {{"x", data}, {"mu", means, true}, {"log_var", log_variances, true}});
  const auto x = repeated_for(R, data), mu = repeated_for(R, means), log_var = repeated_for(R, log_variances);
  return -0.5 * sum(kLog2Pi + log_var + square((x - mu) * exp(-0.5 * log_var)), By::row);
}

template <Element S>
Var<Matrix<S>> standard_normal_log_prob(const Var<Matrix<S>>& z) {
  return -0.5 * sum(kLog2Pi + square(z), By::row);
}

template <Element S>
Var<Matrix<S>> kl_to_standard_normal(const Var<Matrix<S>>& means, const Var<Matrix<S>>& log_variances) {
  const Index R = common_rows<S>("kl_to_standard_normal", {{"mu", means}, {"log_var", log_variances}});
  const auto mu = repeated_for(R, means), log_var = repeated_for(R, log_variances);
  return 0.5 * sum(square(mu) + exp(log_var) - 1 - log_var, By::row);
}

template <Element S>
Var<Matrix<S>> reparameterise(const Var<Matrix<S>>& means, const Var<Matrix<S>>& log_variances,
                              const Var<Matrix<S>>& epsilon) {
  const Index R = common_rows<S>("reparameterise", {{"mu", means}, {"log_var", log_variances}, {"epsilon", epsilon}});
  if (epsilon.rows() != R) throw std::invalid_argument("reparameterise: epsilon has fewer rows than mu or log_var");
  const auto mu = repeated_for(R, means), log_var = repeated_for(R, log_variances);
  return mu + exp(0.5 * log_var) * epsilon;
}

// Everything above, once for each element type that models train with.
#define DISTRIBUTIONS_OF(S)                                                                           \
  template Var<Matrix<S>> formulas::bernoulli_log_prob(const Var<Matrix<S>>&, const Var<Matrix<S>>&); \
  template Var<Matrix<S>> formulas::normal_log_prob(const Var<Matrix<S>>&, const Var<Matrix<S>>&,     \
                                                    const Var<Matrix<S>>&);                           \
  template Var<Matrix<S>> standard_normal_log_prob(const Var<Matrix<S>>&);                            \
  template Var<Matrix<S>> kl_to_standard_normal(const Var<Matrix<S>>&, const Var<Matrix<S>>&);        \
  template Var<Matrix<S>> reparameterise(const Var<Matrix<S>>&, const Var<Matrix<S>>&, const Var<Matrix<S>>&);
DISTRIBUTIONS_OF(float)
DISTRIBUTIONS_OF(double)
#undef DISTRIBUTIONS_OF

}  // namespace models
