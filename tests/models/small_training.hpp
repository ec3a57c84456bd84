#pragma once
// What the tests of a VAE's training train: a small one, on some of the 8×8 digits.

#include "models/data/dataset.hpp"
#include "models/vae/vae.hpp"

inline const models::Dataset& few_digits() {
  static const models::Dataset digits = slice(models::load_all_digits(TAPESTRY_DATA), 0, 250);
  return digits;
}

inline const models::VaeShape kSmallVae{.pixels = 64, .latent = 3, .hidden = {16}};
