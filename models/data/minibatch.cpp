#include "models/data/minibatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "models/statistics/random.hpp"

namespace models {

Minibatches::Minibatches(int count, int batch_size, Order order, std::uint64_t seed, LastBatch last)
    : count_(count), batch_size_(batch_size), order_(order), seed_(seed), last_(last) {
  if (count < 1 || batch_size < 1)
    throw std::invalid_argument(fmt::format(
        "Minibatches: expected at least 1 data point and batches of at least 1, found {} and {}", count, batch_size));
  if (last == LastBatch::drop && batch_size > count)
    throw std::invalid_argument(fmt::format(
        "Minibatches: {} data points fill no batch of {}, and short batches are dropped", count, batch_size));
  indices_.resize(order == Order::with_replacement ? batch_size : count);
  std::iota(indices_.begin(), indices_.end(), 0);
}

int Minibatches::steps_per_epoch() const {
  return count_ / batch_size_ + (last_ == LastBatch::keep && count_ % batch_size_ != 0);
}

std::span<const int> Minibatches::batch(std::uint64_t epoch, int step) {
  if (step < 0 || step >= steps_per_epoch())
    throw std::invalid_argument(
        fmt::format("Minibatches: step {} is not one of the {} of an epoch", step, steps_per_epoch()));
  const std::size_t first = std::size_t(step) * batch_size_;
  if (order_ == Order::with_replacement) {
    const Random random(seed_, Purpose::replacement, epoch);
    for (std::size_t j = 0; j < indices_.size(); ++j) indices_[j] = random.below(count_, first + j);
    return indices_;
  }
  if (order_ == Order::shuffled && epoch_ != epoch) {
    Random(seed_, Purpose::shuffle, epoch).fill_permutation(indices_);
    epoch_ = epoch;
  }
  return std::span<const int>(indices_).subspan(first, std::min(indices_.size() - first, std::size_t(batch_size_)));
}

}  // namespace models
