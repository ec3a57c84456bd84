// What a VAE's training draws and sums up. The learning rate is 0, so from step to step nothing changes but the draws.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "models/vae/vae_trainer.hpp"
#include "tests/models/small_training.hpp"

using namespace models;

namespace {

VaeTrainingSettings standing(int batch, int shards, Binarisation binarisation = Binarisation::none) {
  return {.batch = batch,
          .learning_rate = 0,
          .binarisation = binarisation,
          .trainer = {.shards = shards, .threads = 1, .optimiser = {.method = Method::sgd}}};
}

// The first image, so many times.
Dataset copies_of_one_image(int count) {
  Dataset data = slice(few_digits(), 0, 1);
  const auto image = data.pixels;
  data.labels.resize(count);
  for (int i = 1; i < count; ++i) data.pixels.insert(data.pixels.end(), image.begin(), image.end());
  return data;
}

struct OneBound {
  double value, rate;
};

// Of a single image with this noise, 1×3.
OneBound bound_of(const VaeTrainer<double>& trainer, const Matrix<double>& x, const Matrix<double>& epsilon) {
  Tape tape;
  Buffer<double> gradient = Buffer<double>::Zero(trainer.parameters().size());
  const Watched<double> theta(tape, trainer.parameters(), gradient);
  const Bound<double> b = bound(trainer.vae(), theta, tape.constant(x), tape.constant(epsilon), BoundSettings{});
  return {b.value.value()(0, 0), b.rate()};
}

// The rate has no noise in it: KL(q(z|x) ‖ p(z)).
double rate_of(const VaeTrainer<double>& trainer, const Matrix<double>& x) {
  return bound_of(trainer, x, Matrix<double>::Zero(1, 3)).rate;
}

bool all_differ(const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (std::abs(values[i] - values[j]) < 1e-6) return false;
  return true;
}

void epoch_of_steps(VaeTrainer<double>& trainer) {
  for (int i = 0; i < trainer.steps_per_epoch(); ++i) trainer.step();
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("vae draws: every row of a minibatch has noise of its own, in whichever shard it lies") {
    const Dataset data = copies_of_one_image(4);
    const Matrix<double> x = as_matrix<double>(slice(data, 0, 1));
    Matrix<double> epsilon(4, 3);
    Random(1, Purpose::noise, 0).fill_normal(std::span(epsilon.data(), epsilon.size()));
    for (const int shards : {1, 2, 3, 4}) {
      VaeTrainer<double> trainer(data, kSmallVae, standing(4, shards));
      std::vector<double> bounds;
      for (int i = 0; i < 4; ++i) bounds.push_back(bound_of(trainer, x, epsilon.row(i)).value);
      CHECK(all_differ(bounds));
      trainer.step();
      CHECK(4 * trainer.means().bound ==
            doctest::Approx(bounds[0] + bounds[1] + bounds[2] + bounds[3]).epsilon(1e-12));
    }
  }

  TEST_CASE("vae draws: every step has noise of its own, within an epoch and between epochs") {
    const Dataset data = copies_of_one_image(6);
    VaeTrainer<double> trainer(data, kSmallVae, standing(2, 1));
    std::vector<double> bounds;
    for (int i = 0; i < 9; ++i) {
      const double before = trainer.at_epoch_end() ? 0 : trainer.means().bound * trainer.images_in_epoch();
      trainer.step();
      bounds.push_back(trainer.means().bound * trainer.images_in_epoch() - before);
    }
    CHECK(all_differ(bounds));
  }

  TEST_CASE("vae draws: dynamic images are drawn anew in every epoch, others are not") {
    const Dataset data = slice(few_digits(), 0, 5);
    for (const Binarisation binarisation : {Binarisation::none, Binarisation::fixed, Binarisation::dynamic}) {
      VaeTrainer<double> trainer(data, kSmallVae, standing(5, 2, binarisation));
      std::vector<double> rates;
      for (int epoch = 0; epoch < 3; ++epoch) {
        trainer.step();
        rates.push_back(trainer.means().rate);
      }
      CHECK(all_differ(rates) == (binarisation == Binarisation::dynamic));
      if (binarisation != Binarisation::dynamic) CHECK(rates[2] == doctest::Approx(rates[0]).epsilon(1e-12));
    }
  }

  TEST_CASE("vae draws: the shards of a minibatch have all its rows between them") {
    const Dataset data = slice(few_digits(), 0, 5);
    for (const int shards : {1, 2, 3, 5}) {
      VaeTrainer<double> trainer(data, kSmallVae, standing(5, shards));
      std::vector<double> rates;
      for (int i = 0; i < 5; ++i) rates.push_back(rate_of(trainer, as_matrix<double>(slice(data, i, 1))));
      CHECK(all_differ(rates));
      trainer.step();
      CHECK(5 * trainer.means().rate ==
            doctest::Approx(rates[0] + rates[1] + rates[2] + rates[3] + rates[4]).epsilon(1e-12));
    }
  }

  TEST_CASE("vae draws: an epoch's sums begin at 0") {
    VaeTrainer<double> trainer(few_digits(), kSmallVae, standing(100, 2));  // 100, 100 and 50 images
    epoch_of_steps(trainer);
    const double first = trainer.means().rate;
    for (int epoch = 1; epoch < 3; ++epoch) {
      trainer.step();
      double sum = 0;
      Minibatches batches(250, 100, Order::shuffled, 1);
      for (const int i : batches.batch(epoch, 0))
        sum += rate_of(trainer, as_matrix<double>(slice(few_digits(), i, 1)));
      CHECK(trainer.means().rate == doctest::Approx(sum / 100).epsilon(1e-12));
      trainer.step(), trainer.step();
      CHECK(trainer.means().rate == doctest::Approx(first).epsilon(1e-12));
    }
  }

  TEST_CASE("vae draws: two seeds have two orders of the images") {
    // Nothing else is drawn here: grey images, and a linear decoder, whose bound needs no noise.
    const VaeShape linear{.pixels = 64, .latent = 2, .hidden = {}, .likelihood = Likelihood::gaussian};
    const auto first_bound = [&](std::uint64_t seed, int batch) {
      VaeTrainingSettings settings = standing(batch, 1);
      settings.bound.samples = 0;
      const VaeTrainer<double> same(few_digits(), linear, settings);
      settings.seed = seed;
      VaeTrainer<double> trainer(few_digits(), linear, settings);
      trainer.parameters().values() = same.parameters().values();
      trainer.step();
      return trainer.means().bound;
    };
    CHECK(all_differ({first_bound(1, 20), first_bound(2, 20), first_bound(3, 20)}));
    CHECK(first_bound(2, 250) == doctest::Approx(first_bound(1, 250)).epsilon(1e-12));
  }

  TEST_CASE("vae draws: the first step has the schedule's first learning rate, the next has not") {
    for (const ScheduleKind kind : {ScheduleKind::cosine, ScheduleKind::exponential, ScheduleKind::linear}) {
      VaeTrainingSettings settings = standing(50, 1);
      settings.learning_rate = 0.01, settings.last_learning_rate = 0.001;
      VaeTrainer<double> constant(few_digits(), kSmallVae, settings);
      settings.schedule = kind;
      VaeTrainer<double> falling(few_digits(), kSmallVae, settings);
      constant.step(), falling.step();
      const auto difference = [&] { return (falling.parameters().values() - constant.parameters().values()).norm(); };
      CHECK(difference() < 1e-14);
      constant.step(), falling.step();
      CHECK(difference() > 1e-6);
    }
  }
}
