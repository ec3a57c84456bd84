#include "models/training/optimisers.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace models {

template <Element S>
Optimiser<S>::Optimiser(const OptimiserSettings& settings, Index size) : settings_(settings) {
  if (settings.method != Method::sgd) m = Buffer<S>::Zero(size);
  if (is_adam()) v = Buffer<S>::Zero(size);
}

template <Element S>
void Optimiser<S>::begin_step(double learning_rate) {
  ++steps;
  const double t = steps;
  rate_ = is_adam() ? learning_rate / (1 - std::pow(settings_.beta1, t)) : learning_rate;
  second_scale_ = 1 / (1 - std::pow(settings_.beta2, t));
}

// Plain loops, which the compiler vectorises: all arrays of Adam go through the caches once.
template <Element S>
void Optimiser<S>::update(S* theta, const S* g, Index first, Index count) {
  const S beta1 = settings_.beta1, beta2 = settings_.beta2, epsilon = settings_.epsilon, rate = rate_,
          second_scale = second_scale_;
  theta += first;
  switch (settings_.method) {
    case Method::sgd:
      for (Index i = 0; i < count; ++i) theta[i] -= rate * g[i];
      return;
    case Method::momentum: {
      S* const m = this->m.data() + first;
      for (Index i = 0; i < count; ++i) {
        m[i] = beta1 * m[i] + g[i];
        theta[i] -= rate * m[i];
      }
      return;
    }
    case Method::adam:
    case Method::soap: {
      S *const m = this->m.data() + first, *const v = this->v.data() + first;
      for (Index i = 0; i < count; ++i) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        theta[i] -= rate * m[i] / (std::sqrt(second_scale * v[i]) + epsilon);
      }
      return;
    }
  }
}

double Schedule::at(std::uint64_t step) const {
  const double part = std::min(1.0, double(step) / std::max<std::uint64_t>(1, steps));
  switch (kind) {
    case ScheduleKind::constant:
      return first;
    case ScheduleKind::cosine:
      return last + (first - last) * 0.5 * (1 + std::cos(std::numbers::pi * part));
    case ScheduleKind::exponential:
      return first * std::pow(last / first, part);
    case ScheduleKind::linear:
      return first + (last - first) * part;
  }
  return first;
}

template class Optimiser<float>;
template class Optimiser<double>;

}  // namespace models
