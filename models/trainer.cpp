#include "models/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "models/parallel.hpp"

namespace models {

template <Element S>
Trainer<S>::Trainer(Parameters<S>& parameters, const TrainerSettings& settings)
    : parameters_(parameters),
      optimiser_(settings.optimiser, parameters.size()),
      shards_(settings.shards),
      threads_(settings.threads == 0 ? core_count() : settings.threads) {
  if (settings.shards < 1) throw std::invalid_argument("Trainer: need at least 1 shard");
  if (settings.threads < 0) throw std::invalid_argument("Trainer: need at least 1 thread, or 0 for all cores");
  threads_ = std::min(threads_, shards_);
  if (settings.optimiser.method == Method::soap) eigenbasis_.emplace(parameters);
  for (int i = 0; i < shards_; ++i) {
    tapes_.push_back(std::make_unique<Tape>());
    gradients_.push_back(Buffer<S>::Zero(parameters.size()));
  }
  losses_.resize(static_cast<std::size_t>(shards_));
  finite_.resize(static_cast<std::size_t>(shards_));
}

template <Element S>
Shard Trainer<S>::shard_of(int number, int rows) const {
  const auto begin = [&](int i) { return static_cast<int>(static_cast<std::int64_t>(rows) * i / shards_); };
  return {number, begin(number), begin(number + 1) - begin(number)};
}

template <Element S>
void Trainer<S>::run_shard(const ShardLoss& loss, const Shard& shard) {
  const auto i = static_cast<std::size_t>(shard.number);
  if (shard.count == 0) {
    losses_[i] = S(0);
    gradients_[i].setZero();
    finite_[i] = true;
    return;
  }
  Tape& tape = *tapes_[i];
  tape.rewind();
  const Watched<S> theta(tape, parameters_, gradients_[i]);
  const Var<S> part = loss(theta, shard);
  tape.backward(part);
  theta.fill_untouched();
  losses_[i] = part.value();
  // 0 times what is infinite, or would be in the sum over shards, is not a number.
  finite_[i] = (S(0) * (static_cast<S>(shards_) * gradients_[i])).sum() == S(0);
}

template <Element S>
S Trainer<S>::step(const ShardLoss& loss, int rows, double learning_rate) {
  const auto run = [&](int i) { run_shard(loss, shard_of(i, rows)); };
  parallel_for(shards_, threads_, std::ref(run));
  S total(0);
  for (const S part : losses_) total += part;
  if (!std::isfinite(total) || !std::ranges::all_of(finite_, std::identity())) report_not_finite(loss, rows);
  update_parameters(learning_rate);
  return total;
}

// g = Σ shards' gradients, a block at a time, of which the optimiser makes use while it is at hand.
template <Element S>
void Trainer<S>::update_parameters(double learning_rate) {
  optimiser_.begin_step(learning_rate);
  for_blocks(parameters_.size(), threads_, [&](Index first, Index count) {
    Eigen::Matrix<S, Eigen::Dynamic, 1, Eigen::ColMajor, kBlock, 1> g = gradients_[0].segment(first, count);
    for (std::size_t i = 1; i < gradients_.size(); ++i) g += gradients_[i].segment(first, count);
    if (eigenbasis_)
      gradients_[0].segment(first, count) = g;
    else
      optimiser_.update(parameters_.values().data(), g.data(), first, count);
  });
  if (eigenbasis_) eigenbasis_->update(parameters_, gradients_[0], optimiser_, threads_);
}

template <Element S>
void Trainer<S>::report_not_finite(const ShardLoss& loss, int rows) const {
  Buffer<S> gradient = Buffer<S>::Zero(parameters_.size());
  for (int i = 0; i < shards_; ++i) {
    const Shard shard = shard_of(i, rows);
    if (shard.count == 0) continue;
    Tape tape(autograd::Trace::on);
    const Watched<S> theta(tape, parameters_, gradient);
    tape.backward(loss(theta, shard));
    if (tape.first_not_finite()) {
      throw NotFinite(fmt::format("the loss is no longer finite: first at {}", *tape.first_not_finite()));
    }
  }
  throw NotFinite(
      "the loss or its gradient is not finite (the sum over shards overflows); use a smaller learning rate");
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace models
