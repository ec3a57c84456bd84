#include "models/softmax_regression.hpp"

#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"

namespace models {

template <Element S>
SoftmaxRegression::SoftmaxRegression(Parameters<S>& parameters, Index features, Index classes, std::uint64_t seed)
    : layer(parameters, "softmax", features, classes, seed) {}

template <Element S>
Var<Matrix<S>> SoftmaxRegression::log_probs(const Watched<S>& theta, const Var<Matrix<S>>& x) const {
  return log_softmax(layer(theta, x));
}

template <Element S>
Var<Matrix<S>> SoftmaxRegression::log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                           std::span<const int> labels) const {
  return pick(log_probs(theta, x), labels);
}

// Everything above, once for each element type that models train with.
// clang-format off
#define SOFTMAX_REGRESSION_OF(S)                                                                        \
  template SoftmaxRegression::SoftmaxRegression(Parameters<S>&, Index, Index, std::uint64_t);           \
  template Var<Matrix<S>> SoftmaxRegression::log_probs(const Watched<S>&, const Var<Matrix<S>>&) const; \
  template Var<Matrix<S>> SoftmaxRegression::log_prob(const Watched<S>&, const Var<Matrix<S>>&,         \
                                                      std::span<const int>) const;
SOFTMAX_REGRESSION_OF(float)
SOFTMAX_REGRESSION_OF(double)
#undef SOFTMAX_REGRESSION_OF
// clang-format on

}  // namespace models
