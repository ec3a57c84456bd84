#include "models/conditional_networks.hpp"

#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/distributions.hpp"

namespace models {

template <Element S>
CategoricalNetwork::CategoricalNetwork(Parameters<S>& parameters, const std::string& name,
                                       const std::vector<Index>& sizes, Index classes, Activation activation,
                                       std::uint64_t seed)
    : hidden(parameters, name, sizes, activation, seed),
      logits(parameters, name + ".logits", sizes.back(), classes, seed) {}

template <Element S>
Var<Matrix<S>> CategoricalNetwork::log_probs(const Watched<S>& theta, const Var<Matrix<S>>& x) const {
  return log_softmax(logits(theta, hidden(theta, x)));
}

template <Element S>
Var<Matrix<S>> CategoricalNetwork::log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                            std::span<const int> labels) const {
  return pick(log_probs(theta, x), labels);
}

template <Element S>
NormalNetwork::NormalNetwork(Parameters<S>& parameters, const std::string& name, const std::vector<Index>& sizes,
                             Activation activation, std::uint64_t seed)
    : hidden(parameters, name, sizes, activation, seed),
      mean(parameters, name + ".mean", sizes.back(), 1, seed),
      log_variance(parameters, name + ".log_variance", sizes.back(), 1, seed) {}

template <Element S>
NormalNetwork::Output<S> NormalNetwork::operator()(const Watched<S>& theta, const Var<Matrix<S>>& x) const {
  const auto features = hidden(theta, x);
  return {mean(theta, features), log_variance(theta, features)};
}

template <Element S>
Var<Matrix<S>> NormalNetwork::log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                       const Var<Matrix<S>>& y) const {
  const auto [mu, log_var] = (*this)(theta, x);
  return normal_log_prob(y, mu, log_var);
}

// Everything above, once for each element type that models train with.
// clang-format off
#define CONDITIONAL_NETWORKS_OF(S)                                                                                    \
  template CategoricalNetwork::CategoricalNetwork(Parameters<S>&, const std::string&, const std::vector<Index>&,      \
                                                  Index, Activation, std::uint64_t);                                  \
  template Var<Matrix<S>> CategoricalNetwork::log_probs(const Watched<S>&, const Var<Matrix<S>>&) const;              \
  template Var<Matrix<S>> CategoricalNetwork::log_prob(const Watched<S>&, const Var<Matrix<S>>&,                      \
                                                       std::span<const int>) const;                                   \
  template NormalNetwork::NormalNetwork(Parameters<S>&, const std::string&, const std::vector<Index>&, Activation,    \
                                        std::uint64_t);                                                               \
  template NormalNetwork::Output<S> NormalNetwork::operator()(const Watched<S>&, const Var<Matrix<S>>&) const;        \
  template Var<Matrix<S>> NormalNetwork::log_prob(const Watched<S>&, const Var<Matrix<S>>&, const Var<Matrix<S>>&)    \
      const;
CONDITIONAL_NETWORKS_OF(float)
CONDITIONAL_NETWORKS_OF(double)
#undef CONDITIONAL_NETWORKS_OF
// clang-format on

}  // namespace models
