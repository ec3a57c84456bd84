#include "models/training/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory_resource>

#include "autograd/instruments/trace.hpp"
#include "models/training/parallel.hpp"

namespace models {

namespace {
// Numbers in a block, if its rows are not longer than that: its parameters, moments and gradient fit a core's cache,
// and it is large enough for products to be fast.
constexpr Index kBlock = 16384;
}  // namespace

template <Element S>
Trainer<S>::Trainer(Parameters<S>& parameters, const TrainerSettings& settings)
    : parameters_(parameters),
      optimiser_(settings.optimiser, parameters.size()),
      threads_(settings.threads == 0 ? core_count() : settings.threads) {
  if (settings.shards < 1) throw std::invalid_argument("Trainer: need at least 1 shard");
  if (settings.threads < 0) throw std::invalid_argument("Trainer: need at least 1 thread, or 0 for all cores");
  threads_ = std::min(threads_, settings.shards);
  if (settings.optimiser.method == Method::soap) {
    eigenbasis_.emplace(parameters);
    gradient_ = Buffer<S>::Zero(parameters.size());
  }
  workplaces_ = std::vector<Workplace>(settings.shards);
  for (Workplace& place : workplaces_) place.gradient = Buffer<S>::Zero(parameters.size());
  cut_into_blocks();
}

template <Element S>
void Trainer<S>::cut_into_blocks() {
  Index largest = 0;
  for (std::size_t i = 0; i < parameters_.entries().size(); ++i) {
    const auto& [name, rows, cols, offset] = parameters_.entries()[i];
    const Index most = std::max<Index>(1, kBlock / cols);
    for (Index first = 0; first < rows; first += most) {
      const Index count = std::min(most, rows - first);
      blocks_.push_back({{i}, first, count, cols, offset + first * cols, count * cols});
      largest = std::max(largest, count * cols);
    }
  }
  for (int i = 0; i < threads_; ++i) scratch_.push_back(Buffer<S>::Zero(largest));
}

template <Element S>
Shard Trainer<S>::shard_of(int number, int rows) const {
  const int shards = workplaces_.size();
  const auto begin = [&](int i) -> int { return std::int64_t{rows} * i / shards; };
  return {number, begin(number), begin(number + 1) - begin(number)};
}

template <Element S>
typename Trainer<S>::ShardResult Trainer<S>::run_shard(const ShardLoss& loss, const Shard& shard) {
  auto& [tape, gradient, theta] = workplaces_[shard.number];
  theta.reset();
  if (shard.count == 0) return {};
  tape.rewind();
  theta.emplace(tape, parameters_, gradient);
  const ShardPart part = loss(*theta, shard);
  tape.backward(part.loss);
  return {part.loss.value(), part.tally, theta->gradient_bound()};
}

template <Element S>
typename Trainer<S>::Step Trainer<S>::step(const ShardLoss& loss, int rows, double learning_rate) {
  if (rows < 1) throw std::invalid_argument(fmt::format("Trainer::step: expected at least 1 row, found {}", rows));
  std::array<std::byte, 4096> room;  // on the stack, for the results of some eighty shards
  std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
  std::pmr::vector<ShardResult> results(workplaces_.size(), &memory);
  const auto run = [&](int i) { results[i] = run_shard(loss, shard_of(i, rows)); };
  parallel_for(results.size(), threads_, std::ref(run));
  Step total;
  S bound = 0;
  for (const ShardResult& result : results) {
    total.loss += result.loss;
    total.tally += result.tally;
    bound += result.gradient_bound;
  }
  // Only where the bound leaves room for doubt, rounding included, does it pay to look at every element.
  const bool surely_finite = bound < std::numeric_limits<S>::max() / 2;
  if (!std::isfinite(total.loss) || !(surely_finite || gradient_is_finite())) report_not_finite(loss, rows);
  update_parameters(learning_rate);
  return total;
}

// Calls f(block, g) for every block of the gradient g = Σ of the shards' gradients. The blocks are dealt out to
// `threads` turns, each with memory for a block of its own; a turn gets the same blocks every time, and finds them in
// its core's cache.
template <Element S>
template <class F>
void Trainer<S>::for_gradient_blocks(F f) {
  const bool worth_waking_others = parameters_.size() > kBlock;
  const int threads = worth_waking_others ? threads_ : 1;
  const auto turn = [&](int t) {
    for (std::size_t i = t; i < blocks_.size(); i += threads) {
      const Block& block = blocks_[i];
      MatrixMap<S> g(scratch_[t].data(), block.rows, block.cols);
      g.setZero();
      for (const Workplace& place : workplaces_) {
        if (place.theta) place.theta->add_gradient_rows(block.slot, block.first_row, g);
      }
      f(block, g);
    }
  };
  parallel_for(threads, threads, std::ref(turn));
}

template <Element S>
bool Trainer<S>::gradient_is_finite() {
  std::atomic<bool> finite = true;
  for_gradient_blocks([&](const Block&, const MatrixMap<S>& g) {
    if (!g.allFinite()) finite = false;
  });
  return finite;
}

template <Element S>
void Trainer<S>::update_parameters(double learning_rate) {
  optimiser_.begin_step(learning_rate);
  for_gradient_blocks([&](const Block& block, const MatrixMap<S>& g) {
    if (eigenbasis_)
      gradient_.segment(block.offset, block.size) = g.template reshaped<Eigen::RowMajor>();
    else
      optimiser_.update(parameters_.values().data(), g.data(), block.offset, block.size);
  });
  if (eigenbasis_) eigenbasis_->update(parameters_, gradient_, optimiser_, threads_);
}

template <Element S>
void Trainer<S>::report_not_finite(const ShardLoss& loss, int rows) const {
  Buffer<S> gradient = Buffer<S>::Zero(parameters_.size());
  for (std::size_t i = 0; i < workplaces_.size(); ++i) {
    const Shard shard = shard_of(i, rows);
    if (shard.count == 0) continue;
    Tape tape;
    const autograd::Trace trace(tape);
    const Watched<S> theta(tape, parameters_, gradient);
    tape.backward(loss(theta, shard).loss);
    if (trace.first_not_finite()) {
      throw NotFinite(fmt::format("the loss is no longer finite: first at {}", *trace.first_not_finite()));
    }
  }
  throw NotFinite(
      "the loss or its gradient is not finite (the sum over shards overflows); use a smaller learning rate");
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace models
