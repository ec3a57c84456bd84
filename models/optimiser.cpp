#include "models/optimiser.hpp"

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
  const double t = static_cast<double>(steps);
  rate_ = static_cast<S>(is_adam() ? learning_rate / (1 - std::pow(settings_.beta1, t)) : learning_rate);
  second_scale_ = static_cast<S>(1 / (1 - std::pow(settings_.beta2, t)));
}

template <Element S>
void Optimiser<S>::update(S* theta, const S* g, Index first, Index count) {
  using Array = Eigen::Map<Eigen::Array<S, Eigen::Dynamic, 1>>;
  Array parameter(theta + first, count);
  const Eigen::Map<const Eigen::Array<S, Eigen::Dynamic, 1>> gradient(g, count);
  const S beta1 = static_cast<S>(settings_.beta1), beta2 = static_cast<S>(settings_.beta2);
  switch (settings_.method) {
    case Method::sgd:
      parameter -= rate_ * gradient;
      return;
    case Method::momentum: {
      Array first_moment(m.data() + first, count);
      first_moment = beta1 * first_moment + gradient;
      parameter -= rate_ * first_moment;
      return;
    }
    case Method::adam:
    case Method::soap: {
      // a part at a time, which the third line finds in the nearest cache
      constexpr Index kPart = 1024;
      for (Index i = 0; i < count; i += kPart) {
        const Index n = std::min(kPart, count - i);
        Array first_moment(m.data() + first + i, n), second_moment(v.data() + first + i, n);
        first_moment = beta1 * first_moment + (1 - beta1) * gradient.segment(i, n);
        second_moment = beta2 * second_moment + (1 - beta2) * gradient.segment(i, n).square();
        parameter.segment(i, n) -=
            rate_ * first_moment / ((second_scale_ * second_moment).sqrt() + static_cast<S>(settings_.epsilon));
      }
      return;
    }
  }
}

double Schedule::at(std::uint64_t step) const {
  const double part = std::min(1.0, static_cast<double>(step) / static_cast<double>(std::max<std::uint64_t>(1, steps)));
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
