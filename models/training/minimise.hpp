#pragma once
// Training on all data at once, for models that are small.

#include <cstdint>
#include <vector>

#include "autograd/parameters/watched.hpp"
#include "models/training/optimisers.hpp"

namespace models {

// Moves the parameters towards where loss(theta), a scalar Var, is least: `steps` steps of Adam, whose learning rate
// falls to 0 along a cosine. Returns the loss before each step.
template <autograd::Element S, class Loss>
std::vector<S> minimise(autograd::Parameters<S>& parameters, const Loss& loss, int steps, double learning_rate) {
  Optimiser<S> adam({}, parameters.size());
  const Schedule schedule{ScheduleKind::cosine, learning_rate, 0, std::uint64_t(steps)};
  autograd::Buffer<S> gradient = autograd::Buffer<S>::Zero(parameters.size());
  autograd::Tape tape;
  std::vector<S> losses;
  for (int t = 0; t < steps; ++t) {
    losses.push_back(value_and_gradient(loss, parameters, gradient, tape));
    adam.begin_step(schedule.at(t));
    adam.update(parameters.values().data(), gradient.data(), 0, parameters.size());
  }
  return losses;
}

}  // namespace models
