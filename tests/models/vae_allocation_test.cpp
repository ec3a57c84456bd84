// A steady training step of a VAE takes nothing from the heap.
#include <doctest/doctest.h>

#include "models/vae/vae_trainer.hpp"
#include "tests/malloc_count.hpp"

using namespace models;

namespace {

template <class S>
long calls_in_steady_steps(const VaeShape& shape, VaeTrainingSettings settings, int threads) {
  const Dataset digits = load_all_digits(TAPESTRY_DATA);
  settings.batch = 100;  // 18 steps an epoch, the last of 97 images
  settings.trainer.threads = threads;
  VaeTrainer<S> trainer(digits, shape, settings);
  for (int i = 0; i < 3; ++i) trainer.step();
  const long before = tests::malloc_calls();
  for (int i = 0; i < 10; ++i) trainer.step();
  return tests::malloc_calls() - before;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE_TEMPLATE("vae allocation: none in a steady training step", S, float, double) {
#ifndef EIGEN_USE_BLAS
    return;  // Eigen's own product kernel allocates
#endif
    if (!tests::malloc_is_counted()) return;
    const VaeShape network{.pixels = 64, .latent = 5, .hidden = {40, 30}};
    const VaeShape linear{.pixels = 64,
                          .latent = 5,
                          .hidden = {},
                          .likelihood = Likelihood::gaussian,
                          .covariance = PosteriorCovariance::shared};
    const VaeShape full{.pixels = 64, .latent = 5, .hidden = {40}, .covariance = PosteriorCovariance::full};
    const VaeShape upper{
        .pixels = 5, .latent = 2, .hidden = {8}, .likelihood = Likelihood::gaussian, .variance_of_z = true};
    const VaeShape layers{.pixels = 64, .latent = 5, .hidden = {40}, .prior = {upper}};
    for (const int threads : {1, 2}) {
      CAPTURE(threads);
      CHECK(calls_in_steady_steps<S>(full, {}, threads) == 0);
      CHECK(calls_in_steady_steps<S>(layers, {.bound = {.kl = Kl::path}}, threads) == 0);
      CHECK(calls_in_steady_steps<S>(network, {}, threads) == 0);
      CHECK(calls_in_steady_steps<S>(network, {.bound = {Objective::elbo, 3, Kl::sampled}}, threads) == 0);
      CHECK(calls_in_steady_steps<S>(network, {.bound = {.kl = Kl::path}}, threads) == 0);
      CHECK(calls_in_steady_steps<S>(network, {.bound = {Objective::iwae, 5}}, threads) == 0);
      CHECK(calls_in_steady_steps<S>(network, {.binarisation = Binarisation::fixed}, threads) == 0);
      CHECK(calls_in_steady_steps<S>(linear, {.bound = {.samples = 0}, .binarisation = Binarisation::none}, threads) ==
            0);
      CHECK(calls_in_steady_steps<S>(linear, {.trainer = {.optimiser = {.method = Method::momentum}}}, threads) == 0);
    }
  }
}
