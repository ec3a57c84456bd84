#include "models/softmax_regression.hpp"

#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/training/optimisers.hpp"

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

AffineScores fit_softmax(const Matrix<double>& x, std::span<const int> labels, int classes,
                         const SoftmaxFitSettings& settings, std::uint64_t seed) {
  Parameters<double> theta;
  const SoftmaxRegression model(theta, x.cols(), classes, seed);
  autograd::Buffer<double> gradient = autograd::Buffer<double>::Zero(theta.size());
  autograd::Tape tape;
  Optimiser<double> adam({.method = Method::adam}, theta.size());
  const Schedule schedule{
      .kind = ScheduleKind::cosine, .first = 0.1, .steps = static_cast<std::uint64_t>(settings.steps)};
  const double n = x.rows();
  const auto loss = [&](const Watched<double>& watched) {
    const auto log_likelihood = sum(model.log_prob(watched, watched.tape().reference(x), labels));
    return -1 / n * (log_likelihood - 0.5 * settings.ridge * squared_norm(watched[model.layer.W]));
  };
  for (int step = 0; step < settings.steps; ++step) {
    autograd::value_and_gradient(loss, theta, gradient, tape);
    adam.begin_step(schedule.at(step));
    adam.update(theta.values().data(), gradient.data(), 0, theta.size());
  }
  return {theta[model.layer.W], theta[model.layer.b].row(0)};
}

// The member templates, once for each element type that models train with.
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
