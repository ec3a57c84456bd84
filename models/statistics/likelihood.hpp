#pragma once

namespace models {

// The distribution of one pixel given the latent variables: what the numbers mean that a decoder gives.
enum class Likelihood {
  bernoulli,  // x in {0, 1}: the decoder gives logits
  gaussian,   // x real: the decoder gives means, and one variance is learned for all pixels
};

}  // namespace models
