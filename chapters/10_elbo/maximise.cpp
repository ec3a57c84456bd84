#include "chapters/10_elbo/maximise.hpp"

#include <cstdint>

#include "models/training/optimisers.hpp"

namespace ch10 {

double maximise(const Goal& objective, autograd::Parameters<double>& theta, const Ascent& ascent,
                const std::vector<autograd::Slot>& held) {
  const auto loss = [&](const autograd::Watched<double>& watched) { return -objective(watched); };
  const models::Schedule schedule{
      .kind = models::ScheduleKind::cosine, .first = ascent.rate, .steps = static_cast<std::uint64_t>(ascent.steps)};
  models::Optimiser<double> adam({.beta2 = 0.95}, theta.size());
  autograd::Tape tape;
  autograd::Buffer<double> gradient(theta.size());
  for (int step = 0; step < ascent.steps; ++step) {
    autograd::value_and_gradient(loss, theta, gradient, tape);
    for (const autograd::Slot slot : held) theta.view(gradient, slot).setZero();
    adam.begin_step(schedule.at(step));
    adam.update(theta.values().data(), gradient.data(), 0, theta.size());
  }
  return -autograd::value_and_gradient(loss, theta, gradient, tape);
}

}  // namespace ch10
