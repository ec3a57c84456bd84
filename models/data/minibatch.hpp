#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace models {

enum class Order {
  shuffled,          // a fresh permutation each epoch: without replacement within an epoch
  with_replacement,  // every index uniform and independent of all others
  sequential,        // 0, 1, 2, ...: for evaluation
};

enum class LastBatch { keep, drop };  // what to do with N mod M points that fill no batch

// Indices of minibatches of M of N data points. A batch is a function of (seed, epoch, step) alone, so training that
// stops in the middle of an epoch resumes with the same batches. A short last batch of m points needs the factor N/m,
// not N/M, to give an unbiased gradient; with replacement every batch has M.
class Minibatches {
 public:
  // Throws std::invalid_argument unless count >= 1, batch_size >= 1, and, to drop a short batch, batch_size <= count.
  Minibatches(int count, int batch_size, Order order = Order::shuffled, std::uint64_t seed = 0,
              LastBatch last = LastBatch::keep);

  int count() const { return count_; }            // N
  int batch_size() const { return batch_size_; }  // M
  int steps_per_epoch() const;                    // N/M, rounded up to keep and down to drop a short last batch

  // The indices of a step, 0 <= step < steps_per_epoch(): M of them, or N mod M in a short last batch. The span stays
  // valid until the next call. A new epoch costs a permutation, nothing is allocated. Throws std::invalid_argument for
  // a step outside its range.
  std::span<const int> batch(std::uint64_t epoch, int step);

 private:
  int count_;
  int batch_size_;
  Order order_;
  std::uint64_t seed_;
  LastBatch last_;
  std::optional<std::uint64_t> epoch_;  // whose permutation indices_ holds
  std::vector<int> indices_;            // of the whole epoch; with replacement, of one step
};

}  // namespace models
