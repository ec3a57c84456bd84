#pragma once
// The training steps that are timed: the same model, minibatch and noise for us, for
// PyTorch and for the bare products.

#include <fmt/format.h>

#include <string>

#include "models/vae/vae_trainer.hpp"

namespace bench {

struct Case {
  int hidden, latent, batch;

  std::string name() const { return fmt::format("784-{}-{}/{}", hidden, latent, batch); }
  models::VaeShape shape() const { return {.latent = latent, .hidden = {hidden}}; }
};

inline constexpr Case kCases[] = {{400, 20, 100}, {400, 20, 1000}, {200, 50, 20}};

// MNIST's training images, read once.
inline const models::Dataset& training_images() {
  static const models::Dataset images = models::load_mnist(TAPESTRY_DATA).train;
  return images;
}

// As many shards as threads.
inline models::VaeTrainingSettings settings(const Case& c, int threads) {
  models::VaeTrainingSettings settings;
  settings.batch = c.batch;
  settings.trainer.shards = threads;
  settings.trainer.threads = threads;
  return settings;
}

}  // namespace bench
