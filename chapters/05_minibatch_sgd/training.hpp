#pragma once
// SGD on softmax regression, as everyone trains: shuffled epochs, in float.

#include <cstdint>
#include <vector>

#include "models/data/dataset.hpp"
#include "models/training/optimisers.hpp"

namespace ch05 {

struct TrainingSettings {
  int M = 100;              // images in a minibatch
  double first_step = 0.1;  // a
  bool decreasing = false;  // a falls to 0 along a cosine, or stays
  int epochs = 20;
};

// The loss -(1/N) log p(D), in nats an image, over all images, after 0, 1, ..., epochs epochs.
std::vector<double> training_losses(const models::Dataset& images, const TrainingSettings& settings,
                                    std::uint64_t seed);

}  // namespace ch05
