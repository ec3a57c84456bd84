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

using autograd::ConstMatrixMap;

namespace {
// Numbers in a block, if its rows are not longer than that: its parameters, moments and gradient fit a core's cache,
// and it is large enough for products to be fast.
constexpr Index kBlock = 16384;
}  // namespace

template <Element S>
Trainer<S>::Trainer(Parameters<S>& parameters, const TrainerSettings& settings)
    : parameters_(parameters),
      ranks_(settings.ranks),
      optimiser_(settings.optimiser, parameters.size()),
      threads_(settings.threads == 0 ? core_count() : settings.threads) {
  if (settings.shards < 1) throw std::invalid_argument("Trainer: need at least 1 shard");
  if (settings.threads < 0) throw std::invalid_argument("Trainer: need at least 1 thread, or 0 for all cores");
  const Index shards = settings.shards, own = ranks_.end(shards) - ranks_.begin(shards);
  threads_ = std::clamp<Index>(own, 1, threads_);
  if (settings.optimiser.method == Method::soap) {
    eigenbasis_.emplace(parameters);
    gradient_ = Buffer<S>::Zero(parameters.size());
  }
  workplaces_ = std::vector<Workplace>(shards);
  for (Index i = ranks_.begin(shards); i < ranks_.end(shards); ++i)
    workplaces_[i].gradient = Buffer<S>::Zero(parameters.size());
  cut_into_blocks();
  if (ranks_.count == 1) return;
  sent_ = Buffer<S>::Zero(own * parameters.size());
  received_ = Buffer<S>::Zero(shards * (number_begin_[ranks_.rank + 1] - number_begin_[ranks_.rank]));
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
  for (int i = 0; i < threads_; ++i) {
    sums_.push_back(Buffer<S>::Zero(largest));
    parts_.push_back(Buffer<S>::Zero(largest));
  }
  // A rank's blocks follow each other, about as many numbers for each rank.
  const Index blocks = blocks_.size(), numbers = parameters_.size();
  const auto offset = [&](Index block) { return block < blocks ? blocks_[block].offset : numbers; };
  for (Index r = 0, block = 0; r <= ranks_.count; ++r) {
    while (block < blocks && offset(block) < ranks_.begin(numbers, r)) ++block;
    block_begin_.push_back(block);
    number_begin_.push_back(offset(block));
  }
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
void Trainer<S>::run_own_shards(const ShardLoss& loss, int rows, std::span<ShardResult> results) {
  const Index begin = ranks_.begin(results.size()), end = ranks_.end(results.size());
  const auto run = [&](int i) { results[begin + i] = run_shard(loss, shard_of(begin + i, rows)); };
  ranks_.together([&] { parallel_for(end - begin, threads_, std::ref(run)); });
  ranks_.all_gather(results.data(), sizeof(ShardResult), results.size());
}

template <Element S>
typename Trainer<S>::Step Trainer<S>::step(const ShardLoss& loss, int rows, double learning_rate) {
  if (rows < 1) throw std::invalid_argument(fmt::format("Trainer::step: expected at least 1 row, found {}", rows));
  std::array<std::byte, 4096> room;  // on the stack, for the results of some eighty shards
  std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
  std::pmr::vector<ShardResult> results(workplaces_.size(), &memory);
  run_own_shards(loss, rows, results);
  Step total;
  S bound = 0;
  for (const ShardResult& result : results) {
    total.loss += result.loss;
    total.tally += result.tally;
    bound += result.gradient_bound;
  }
  if (!std::isfinite(total.loss)) report_not_finite(loss, rows);
  exchange_gradients();
  // Only where the bound leaves room for doubt, rounding included, does it pay to look at every element.
  const bool surely_finite = bound < std::numeric_limits<S>::max() / 2;
  if (!(surely_finite || gradient_is_finite())) report_not_finite(loss, rows);
  update_parameters(learning_rate);
  return total;
}

// A reduce-scatter whose sum has an order: every rank gets what it sums, of each shard's gradient its own blocks. They
// lie one shard after the other, where they are sent to a rank and where that rank receives them.
template <Element S>
void Trainer<S>::exchange_gradients() {
  if (ranks_.count == 1) return;
  const Index shards = workplaces_.size(), first = ranks_.begin(shards), own = ranks_.end(shards) - first;
  std::vector<Index> sent_begin, received_begin;
  const Index summed_here = number_begin_[ranks_.rank + 1] - number_begin_[ranks_.rank];
  for (int r = 0; r <= ranks_.count; ++r) {
    sent_begin.push_back(own * number_begin_[r]);
    received_begin.push_back(ranks_.begin(shards, r) * summed_here);
  }
  for (int r = 0; r < ranks_.count; ++r) {
    const Index summed_there = number_begin_[r + 1] - number_begin_[r];
    for_blocks(block_begin_[r], block_begin_[r + 1], [&](const Block& block, int) {
      for (Index i = 0; i < own; ++i) {
        S* const place = sent_.data() + sent_begin[r] + i * summed_there + block.offset - number_begin_[r];
        gradient_on_tape(first + i, block, MatrixMap<S>(place, block.rows, block.cols));
      }
    });
  }
  ranks_.all_to_all(sent_.data(), sent_begin, received_.data(), received_begin, sizeof(S));
}

// G = a block of the gradient of one of this rank's shards.
template <Element S>
void Trainer<S>::gradient_on_tape(int shard, const Block& block, MatrixMap<S> G) const {
  G.setZero();
  if (const auto& theta = workplaces_[shard].theta) theta->add_gradient_rows(block.slot, block.first_row, G);
}

// G = a block of any shard's gradient: on its tape, or received from the rank that has it.
template <Element S>
void Trainer<S>::gradient_of(int shard, const Block& block, MatrixMap<S> G) const {
  if (ranks_.count == 1) return gradient_on_tape(shard, block, G);
  const Index begin = number_begin_[ranks_.rank], numbers = number_begin_[ranks_.rank + 1] - begin;
  G = ConstMatrixMap<S>(received_.data() + shard * numbers + block.offset - begin, block.rows, block.cols);
}

// Calls f(block, t) for blocks begin .. end - 1. They are dealt out to `threads` turns, t = 0, 1, ...; a turn gets the
// same blocks every time, and finds them in its core's cache.
template <Element S>
template <class F>
void Trainer<S>::for_blocks(Index begin, Index end, F f) {
  const bool worth_waking_others = parameters_.size() > kBlock;
  const int threads = worth_waking_others ? threads_ : 1;
  const auto turn = [&](int t) {
    for (Index i = begin + t; i < end; i += threads) f(blocks_[i], t);
  };
  parallel_for(threads, threads, std::ref(turn));
}

// Calls f(block, g) for every block that this rank sums, g being the sum of the shards' gradients in their order.
template <Element S>
template <class F>
void Trainer<S>::for_gradient_blocks(F f) {
  for_blocks(block_begin_[ranks_.rank], block_begin_[ranks_.rank + 1], [&](const Block& block, int t) {
    MatrixMap<S> g(sums_[t].data(), block.rows, block.cols), part(parts_[t].data(), block.rows, block.cols);
    gradient_of(0, block, g);
    for (std::size_t i = 1; i < workplaces_.size(); ++i) {
      gradient_of(i, block, part);
      g += part;
    }
    f(block, g);
  });
}

template <Element S>
bool Trainer<S>::gradient_is_finite() {
  std::atomic<bool> finite = true;
  for_gradient_blocks([&](const Block&, const MatrixMap<S>& g) {
    if (!g.allFinite()) finite = false;
  });
  return !ranks_.any(!finite);
}

// Each rank updates its blocks and hands them to the others. An eigenbasis needs whole matrices: there each rank gets
// the whole gradient, and all of them compute the same.
template <Element S>
void Trainer<S>::update_parameters(double learning_rate) {
  optimiser_.begin_step(learning_rate);
  for_gradient_blocks([&](const Block& block, const MatrixMap<S>& g) {
    if (eigenbasis_)
      gradient_.segment(block.offset, block.size) = g.template reshaped<Eigen::RowMajor>();
    else
      optimiser_.update(parameters_.values().data(), g.data(), block.offset, block.size);
  });
  ranks_.all_gather((eigenbasis_ ? gradient_ : parameters_.values()).data(), sizeof(S), number_begin_);
  if (eigenbasis_) eigenbasis_->update(parameters_, gradient_, optimiser_, threads_);
}

template <Element S>
Optimiser<S> Trainer<S>::whole_optimiser() const {
  Optimiser<S> whole = optimiser_;
  if (eigenbasis_) return whole;
  for (Buffer<S>* moments : {&whole.m, &whole.v})
    if (moments->size() > 0) ranks_.all_gather(moments->data(), sizeof(S), number_begin_);
  return whole;
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
