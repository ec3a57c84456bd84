#include "chapters/05_minibatch_sgd/training.hpp"

#include <numeric>
#include <span>

#include "autograd/autograd.hpp"
#include "models/data/binarise.hpp"
#include "models/data/minibatch.hpp"
#include "models/softmax_regression.hpp"
#include "models/training/trainer.hpp"

namespace ch05 {

using autograd::Index;
using autograd::Matrix;
using autograd::Var;
using autograd::Watched;

namespace {

// Σ log p(y|x) over images, on the tape of θ.
Var<float> log_likelihood(const models::SoftmaxRegression& model, const Watched<float>& theta,
                          const models::Dataset& images, std::span<const int> points) {
  auto& tape = theta.tape();
  auto x = tape.scratch<float>(static_cast<Index>(points.size()), images.dimensions());
  models::fill_batch(images, points, {}, x);
  const auto labels = tape.array<int>(points.size());
  for (std::size_t j = 0; j < points.size(); ++j) labels[j] = images.labels[static_cast<std::size_t>(points[j])];
  return sum(model.log_prob(theta, tape.constant(x), labels));
}

}  // namespace

std::vector<double> training_losses(const models::Dataset& images, const TrainingSettings& settings,
                                    std::uint64_t seed) {
  autograd::Parameters<float> theta;
  const models::SoftmaxRegression model(theta, images.dimensions(), images.classes(), seed);
  models::Trainer<float> trainer(theta, {.shards = 1, .threads = 1, .optimiser = {.method = models::Method::sgd}});
  models::Minibatches batches(images.count(), settings.M, models::Order::shuffled, seed);
  const auto steps = static_cast<std::uint64_t>(batches.steps_per_epoch());
  const models::Schedule schedule{
      .kind = settings.decreasing ? models::ScheduleKind::cosine : models::ScheduleKind::constant,
      .first = settings.first_step,
      .steps = steps * static_cast<std::uint64_t>(settings.epochs)};

  const auto loss = [&] {
    double sum = 0;
    std::vector<int> points(500);
    for (int first = 0; first < images.count(); first += 500) {
      points.resize(static_cast<std::size_t>(std::min(500, images.count() - first)));
      std::iota(points.begin(), points.end(), first);
      autograd::Tape tape;
      sum -= static_cast<double>(log_likelihood(model, {tape, theta}, images, points).value());
    }
    return sum / images.count();
  };
  std::vector<double> losses{loss()};
  for (std::uint64_t t = 0; t < schedule.steps; ++t) {
    const auto points = batches.batch(t / steps, static_cast<int>(t % steps));
    const float scale = -1.0f / static_cast<float>(points.size());  // also for a short last batch
    trainer.step([&](const Watched<float>& watched,
                     const models::Shard&) { return scale * log_likelihood(model, watched, images, points); },
                 static_cast<int>(points.size()), schedule.at(t));
    if ((t + 1) % steps == 0) losses.push_back(loss());
  }
  return losses;
}

}  // namespace ch05
