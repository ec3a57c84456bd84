#include "models/statistics/pairwise.hpp"

#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/normal.hpp"

namespace models {

using autograd::By;

template <Element S>
Var<Matrix<S>> bernoulli_log_probs(const Var<Matrix<S>>& x, const Var<Matrix<S>>& logits) {
  return matmul(x, transpose(logits)) - transpose(sum(softplus(logits), By::row));
}

template <Element S>
Var<Matrix<S>> normal_log_probs(const Var<Matrix<S>>& x, const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var) {
  const auto distance =
      sum(square(x), By::row) - 2 * matmul(x, transpose(mu)) + transpose(sum(square(mu), By::row));  // n×K
  const double d = x.value().cols();
  return -0.5 * (d * (kLog2Pi + log_var) + distance * exp(-log_var));
}

// Everything above, once for each element type that models train with.
template Var<Matrix<float>> bernoulli_log_probs(const Var<Matrix<float>>&, const Var<Matrix<float>>&);
template Var<Matrix<double>> bernoulli_log_probs(const Var<Matrix<double>>&, const Var<Matrix<double>>&);
template Var<Matrix<float>> normal_log_probs(const Var<Matrix<float>>&, const Var<Matrix<float>>&,
                                             const Var<Matrix<float>>&);
template Var<Matrix<double>> normal_log_probs(const Var<Matrix<double>>&, const Var<Matrix<double>>&,
                                              const Var<Matrix<double>>&);

}  // namespace models
