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

// clang-format off
template SoftmaxRegression::SoftmaxRegression(Parameters<float>&, Index, Index, std::uint64_t);
template SoftmaxRegression::SoftmaxRegression(Parameters<double>&, Index, Index, std::uint64_t);
template Var<Matrix<float>> SoftmaxRegression::log_probs(const Watched<float>&, const Var<Matrix<float>>&) const;
template Var<Matrix<double>> SoftmaxRegression::log_probs(const Watched<double>&, const Var<Matrix<double>>&) const;
template Var<Matrix<float>> SoftmaxRegression::log_prob(const Watched<float>&, const Var<Matrix<float>>&, std::span<const int>) const;
template Var<Matrix<double>> SoftmaxRegression::log_prob(const Watched<double>&, const Var<Matrix<double>>&, std::span<const int>) const;
// clang-format on

}  // namespace models
