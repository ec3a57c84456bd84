#include "models/vae/vae_trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/vae/checkpoint.hpp"

namespace models {

template <Element S>
VaeTrainer<S>::VaeTrainer(const Dataset& data, const VaeShape& shape, const VaeTrainingSettings& settings)
    : data_(data),
      data_checksum_(checksum(data)),
      settings_(settings),
      vae_(parameters_, shape, settings.seed),
      trainer_(parameters_, settings.trainer),
      batches_(data.count(), settings.batch, Order::shuffled, settings.seed) {
  if (settings.batch > data.count()) {
    throw std::invalid_argument(
        fmt::format("batch: expected at most the {} images of {}, found {}", data.count(), data.name, settings.batch));
  }
  if (shape.pixels != data.dimensions()) {
    throw std::invalid_argument(
        fmt::format("the model is for images of {} pixels, {} has {}", shape.pixels, data.name, data.dimensions()));
  }
  if (settings.schedule == ScheduleKind::exponential &&
      !(settings.learning_rate > 0 && settings.last_learning_rate > 0)) {
    throw std::invalid_argument(
        fmt::format("an exponential schedule needs a first and a last learning rate above 0, "
                    "found {} and {}",
                    settings.learning_rate, settings.last_learning_rate));
  }
  if (settings.epochs < 0) {
    throw std::invalid_argument(fmt::format("epochs: expected at least 0, found {}", settings.epochs));
  }
  const bool iwae = settings.bound.objective == Objective::iwae;
  if (settings.bound.samples < (iwae ? 1 : 0)) {
    throw std::invalid_argument(fmt::format("samples: expected at least {}, found {}",
                                            iwae ? "1 for the importance-weighted bound" : "0, the closed form",
                                            settings.bound.samples));
  }
  const bool closed_form = settings.bound.samples == 0 || settings.bound.kl == Kl::analytic;
  if (!iwae && closed_form && !shape.prior.empty()) {
    throw std::invalid_argument(
        "kl: the divergence from a prior that is a VAE has no closed form, expected it sampled or along the path");
  }
  if (!iwae && shape.covariance == PosteriorCovariance::full && settings.bound.kl == Kl::path) {
    throw std::invalid_argument(
        "kl: the gradient along the path needs a diagonal covariance, expected it analytic or sampled");
  }
  schedule_ = {settings.schedule, settings.learning_rate, settings.last_learning_rate,
               std::uint64_t(settings.epochs) * steps_per_epoch()};
  vae_.start_at_mean(parameters_, mean_image<S>(data));
}

// -(1/M) Σ bound(x) over the shard's rows of the minibatch of M: the shards' parts add up to its loss.
template <Element S>
typename Trainer<S>::ShardPart VaeTrainer<S>::shard_loss(const Watched<S>& theta, std::span<const int> batch,
                                                         const Shard& shard) const {
  autograd::Tape& tape = theta.tape();
  MatrixMap<S> x = tape.template scratch<S>(shard.count, data_.dimensions());
  const std::uint64_t presentation = epoch();
  fill_batch(data_, batch.subspan(shard.first, shard.count), {settings_.binarisation, settings_.seed, presentation},
             x);

  const Index K = settings_.bound.samples, d = vae_.shape().noise();
  MatrixMap<S> epsilon = tape.template scratch<S>(shard.count * K, d);
  Random(settings_.seed, Purpose::noise, steps())
      .fill_normal(std::span(epsilon.data(), epsilon.size()), shard.first * K * d);

  const Bound<S> b = bound(vae_, theta, tape.reference(x), tape.reference(epsilon), settings_.bound);
  const Var<S> sum_of_bounds = sum(b.value);
  return {sum_of_bounds * (S(-1) / S(batch.size())), {sum_of_bounds.value(), b.rate(), b.distortion()}};
}

template <Element S>
int VaeTrainer<S>::step() {
  if (at_epoch_end()) sums_.setZero(), images_ = 0;
  const std::span<const int> batch = batches_.batch(epoch(), steps() % steps_per_epoch());
  const auto loss = [&](const Watched<S>& theta, const Shard& shard) { return shard_loss(theta, batch, shard); };
  sums_ += trainer_.step(std::ref(loss), batch.size(), schedule_.at(steps())).tally;
  images_ += batch.size();
  return batch.size();
}

template <Element S>
EpochMeans VaeTrainer<S>::means() const {
  const Tally means = sums_ / std::max(1, images_);
  return {means[0], means[1], means[2]};
}

// What a checkpoint must agree with, in words.
template <Element S>
Metadata VaeTrainer<S>::description() const {
  const BoundSettings& b = settings_.bound;
  const OptimiserSettings& o = settings_.trainer.optimiser;
  constexpr const char* kSchedules[] = {"constant", "cosine", "exponential", "linear"};
  constexpr const char* kKls[] = {"analytic KL", "sampled KL", "path KL"};
  constexpr const char* kMethods[] = {"sgd", "momentum", "adam", "soap"};
  const char* schedule = kSchedules[int(settings_.schedule)];
  const bool constant = settings_.schedule == ScheduleKind::constant;
  return {{"model", "vae " + vae_.shape().text()},
          {"data", fmt::format("{}, {} images", data_.name, data_.count())},
          {"checksum of the data", fmt::format("{:08x}", data_checksum_)},
          {"binarisation", to_string(settings_.binarisation)},
          {"batch", fmt::format("{}", settings_.batch)},
          {"learning rate", constant ? fmt::format("{}", settings_.learning_rate)
                                     : fmt::format("{} {} to {} in {} epochs", schedule, settings_.learning_rate,
                                                   settings_.last_learning_rate, settings_.epochs)},
          {"objective", fmt::format("{} K={} β={} {}", b.objective == Objective::elbo ? "elbo" : "iwae", b.samples,
                                    b.beta, kKls[int(b.kl)])},
          {"optimiser", fmt::format("{} β1={} β2={} ε={}", kMethods[int(o.method)], o.beta1, o.beta2, o.epsilon)},
          {"seed", fmt::format("{}", settings_.seed)},
          {"shards", fmt::format("{}", settings_.trainer.shards)}};
}

template <Element S>
void VaeTrainer<S>::save(const std::string& path, const Matrix<double>& history) const {
  const Checkpoint<S> now{parameters_, trainer_.whole_optimiser(), trainer_.eigenbasis(), sums_, images_, history};
  ranks().together([&] {
    if (ranks().first()) save_checkpoint(path, now, vae_.centre(), description());
  });
}

// How many images the current epoch has seen after so many steps; a whole epoch's until the next one begins.
template <Element S>
int VaeTrainer<S>::images_after(std::uint64_t steps) const {
  if (steps == 0) return 0;
  const std::int64_t in_epoch = (steps - 1) % steps_per_epoch() + 1;
  return std::min<std::int64_t>(in_epoch * batches_.batch_size(), batches_.count());
}

// Throws unless a checkpoint is a state that this training can come through.
template <Element S>
void VaeTrainer<S>::check(const std::string& path, const Checkpoint<S>& found, Index history_columns) const {
  const std::uint64_t steps = found.optimiser.steps, most = std::uint64_t(settings_.epochs) * steps_per_epoch();
  if (steps > most)
    throw std::runtime_error(
        fmt::format("checkpoint {}: it has done {} steps, this run has {} in all ({} epochs of {})", path, steps, most,
                    settings_.epochs, steps_per_epoch()));
  if (found.images != images_after(steps))
    throw std::runtime_error(fmt::format("checkpoint {}: after {} steps an epoch has seen {} images, found {}", path,
                                         steps, images_after(steps), found.images));
  const Index rows = found.history.rows(), most_rows = steps / steps_per_epoch();
  if (rows > most_rows || found.history.cols() != history_columns)
    throw std::runtime_error(
        fmt::format("checkpoint {}: its history is {}×{}, expected {} columns and at most {} rows", path, rows,
                    found.history.cols(), history_columns, most_rows));
}

template <Element S>
Matrix<double> VaeTrainer<S>::load(const std::string& path, Index history_columns) {
  const Checkpoint<S> now{parameters_, trainer_.optimiser(), trainer_.eigenbasis(), sums_, images_, {}};
  const Checkpoint<S> found = load_checkpoint(path, now, description());
  check(path, found, history_columns);
  parameters_.values() = found.parameters.values();
  trainer_.optimiser() = found.optimiser;
  trainer_.eigenbasis() = found.eigenbasis;
  sums_ = found.sums;
  images_ = found.images;
  return found.history;
}

template class VaeTrainer<float>;
template class VaeTrainer<double>;

}  // namespace models
