#include "models/vae/vae_trainer.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "models/ppca.hpp"
#include "models/training/parallel.hpp"
#include "models/vae/evaluate.hpp"
#include "tests/models/files.hpp"
#include "tests/models/matrices.hpp"
#include "tests/models/small_training.hpp"

using namespace models;

namespace {

template <class S>
std::vector<double> losses(int steps, VaeTrainingSettings settings = {}) {
  VaeTrainer<S> trainer(few_digits(), kSmallVae, settings);
  std::vector<double> losses;
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    if (trainer.at_epoch_end()) sum = 0;
    const int count = trainer.step();
    const double sum_before = std::exchange(sum, trainer.means().bound * trainer.images_in_epoch());
    losses.push_back((sum_before - sum) / count);
  }
  return losses;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("vae trainer: ten pinned training losses") {
    const std::vector<double> pinned = {27.258295617652, 27.196483927784, 26.985201479136, 27.036842705405,
                                        26.205586390841, 26.501243265461, 27.260172746160, 25.169341739129,
                                        26.086781453578, 26.058053507250};
    const VaeTrainingSettings settings{.batch = 60, .learning_rate = 1e-2};
    const std::vector<double> in_double = losses<double>(10, settings), in_float = losses<float>(10, settings);
    for (std::size_t i = 0; i < 10; ++i) {
      CAPTURE(fmt::format("{:.12f}", in_double[i]));
      CHECK(in_double[i] == doctest::Approx(pinned[i]).epsilon(1e-9));
      CHECK(in_float[i] == doctest::Approx(pinned[i]).epsilon(1e-4));
    }
  }

  TEST_CASE("vae trainer: the loss falls, under every objective") {
    using enum Objective;
    for (const BoundSettings& bound :
         {BoundSettings{}, {elbo, 3, Kl::sampled, 1}, {iwae, 3}, {elbo, 1, Kl::analytic, 0.5}}) {
      const std::vector<double> all =
          losses<float>(150, {.batch = 50, .epochs = 30, .learning_rate = 1e-2, .bound = bound});
      double first = 0, last = 0;
      for (std::size_t i = 0; i < 5; ++i) first += all[i] / 5, last += all[all.size() - 1 - i] / 5;
      CHECK(last < first - 2);
    }
  }

  TEST_CASE_TEMPLATE("vae trainer: the same bits for any number of threads", S, float, double) {
    VaeTrainingSettings settings{.batch = 60};
    settings.bound = {Objective::iwae, 3};
    settings.trainer.shards = 3;
    settings.trainer.threads = 1;
    const std::vector<double> one = losses<S>(8, settings);
    settings.trainer.threads = 2;
    CHECK(losses<S>(8, settings) == one);
    settings.trainer.shards = 1;  // the same noise and images, added up in another order
    const std::vector<double> whole = losses<S>(8, settings);
    for (std::size_t i = 0; i < 8; ++i) CHECK(whole[i] == doctest::Approx(one[i]).epsilon(1e-5));
    settings.seed = 2;
    CHECK(std::abs(losses<S>(8, settings)[0] - one[0]) > 1e-3);
  }

  TEST_CASE("vae trainer: epochs, steps and their means") {
    VaeTrainer<double> trainer(few_digits(), kSmallVae, {.batch = 100, .epochs = 2});
    CHECK(trainer.steps_per_epoch() == 3);
    std::vector<int> counts, images;
    std::vector<bool> ends;
    while (!trainer.done()) {
      counts.push_back(trainer.step());
      images.push_back(trainer.images_in_epoch());
      ends.push_back(trainer.at_epoch_end());
      const EpochMeans means = trainer.means();
      CHECK(means.bound == doctest::Approx(-means.distortion - means.rate).epsilon(1e-13));
    }
    CHECK(counts == std::vector<int>{100, 100, 50, 100, 100, 50});
    CHECK(images == std::vector<int>{100, 200, 250, 100, 200, 250});
    CHECK(ends == std::vector<bool>{false, false, true, false, false, true});
    CHECK(trainer.epoch() == 2);
    CHECK(trainer.steps() == 6);
  }

  TEST_CASE("vae trainer: what does not fit is refused") {
    const auto error = [](const VaeShape& shape, const VaeTrainingSettings& settings) {
      return error_of<std::invalid_argument>([&] { VaeTrainer<float>(few_digits(), shape, settings); });
    };
    CHECK(error(kSmallVae, {.batch = 251}) == "batch: expected at most the 250 images of digits, found 251");
    CHECK(error(kSmallVae, {.batch = 250}) == "");
    CHECK(error({.pixels = 784}, {}) == "the model is for images of 784 pixels, digits has 64");
    CHECK(error(kSmallVae, {.schedule = ScheduleKind::exponential}) ==
          "an exponential schedule needs a first and a last learning rate above 0, found 0.001 and 0");
    CHECK(error(kSmallVae, {.schedule = ScheduleKind::exponential, .learning_rate = 0, .last_learning_rate = 1}) ==
          "an exponential schedule needs a first and a last learning rate above 0, found 0 and 1");
    CHECK(error(kSmallVae, {.epochs = -1}) == "epochs: expected at least 0, found -1");
    CHECK(error(kSmallVae, {.bound = {.samples = -1}}) == "samples: expected at least 0, the closed form, found -1");
    CHECK(error(kSmallVae, {.bound = {.objective = Objective::iwae, .samples = 0}}) ==
          "samples: expected at least 1 for the importance-weighted bound, found 0");
    CHECK(error(kSmallVae, {.trainer = {.shards = 0}}) == "Trainer: need at least 1 shard");
    CHECK(error(kSmallVae, {.batch = 0}) != "");
  }

  TEST_CASE("vae trainer: a learning rate that is too large is reported with the operation that broke") {
    VaeTrainer<float> trainer(few_digits(), kSmallVae, {.batch = 50, .learning_rate = 1e20});
    const std::string error = error_of<NotFinite>([&] {
      for (int i = 0; i < 10; ++i) trainer.step();
    });
    CAPTURE(error);
    CHECK(error.starts_with("the loss is no longer finite: first at "));
    CHECK(error.find(": value ") != std::string::npos);
    CHECK(error.find("inf") != std::string::npos);
  }

  TEST_CASE("vae trainer: a linear VAE reaches the best log-likelihood of probabilistic PCA") {
    const Dataset all = load_all_digits(TAPESTRY_DATA);
    const Matrix<double> x = as_matrix<double>(all);
    const VaeShape shape{.pixels = 64,
                         .latent = 2,
                         .hidden = {},
                         .likelihood = Likelihood::gaussian,
                         .covariance = PosteriorCovariance::shared};
    const auto gap = [&](const VaeTrainingSettings& settings) {
      VaeTrainer<double> trainer(all, shape, settings);
      while (!trainer.done()) trainer.step();
      return fit_ppca(x, 2).log_likelihood - evaluate(trainer.vae(), trainer.parameters(), x, 1, {.samples = 0}).elbo;
    };
    VaeTrainingSettings settings{.batch = 1797,
                                 .epochs = 3000,
                                 .schedule = ScheduleKind::cosine,
                                 .learning_rate = 1e-2,
                                 .bound = {.samples = 0},
                                 .binarisation = Binarisation::none,
                                 .trainer = {.threads = 1, .optimiser = {.beta2 = 0.95}}};
    CHECK(std::abs(gap(settings)) < 1e-6);
    settings.bound.beta = 1.1;  // another bound has another optimum, and is far from this one all the way
    settings.epochs = 500;
    CHECK(gap(settings) > 1e-3);

    settings = {.batch = 50,  // minibatches and sampled noise
                .epochs = 50,
                .schedule = ScheduleKind::cosine,
                .learning_rate = 1e-2,
                .binarisation = Binarisation::none};
    settings.trainer.threads = 1;
    for (settings.seed = 1; settings.seed <= 3; ++settings.seed) {
      const double found = gap(settings);
      CHECK(found > 0);
      CHECK(found < 0.05);
    }
  }
}
