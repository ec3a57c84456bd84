#pragma once
// One training step, split over shards: the sum over data points in log p(D) = Σ log p(x) makes the gradient of a
// minibatch the sum of the gradients of its parts. Each shard has a tape and a gradient of its own and may run in a
// thread of its own; the parts are added in a fixed order, so the result depends on the number of shards and never on
// the number of threads. They are added a block at a time, as the optimiser uses them.
//
// Ranks share all of it out (ranks.hpp): the shards, then the blocks. A rank sums the shards' gradients in
// its blocks, holds the optimiser's moments of those, updates them, and hands them to the others
// (Rajbhandari et al. 2020, "ZeRO", stage 1).

#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include "autograd/parameters/watched.hpp"
#include "models/training/optimisers.hpp"
#include "models/training/ranks.hpp"
#include "models/training/soap.hpp"

namespace models {

using autograd::MatrixMap;
using autograd::Parameters;
using autograd::Tape;
using autograd::Var;
using autograd::Watched;

// Which rows of a minibatch belong to a shard.
struct Shard {
  int number;
  int first;  // row
  int count;  // rows
};

// Numbers that a shard reports beside its part of the loss, such as the parts of a bound. Whatever they mean, they are
// added up over the shards.
using Tally = Eigen::Array3d;

// The loss or its gradient was not finite. what() names the first operation where that showed.
struct NotFinite : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// 0 threads: one for each core, but never more than this rank has shards.
struct TrainerSettings {
  int shards = 2;
  int threads = 0;
  OptimiserSettings optimiser{};
  Ranks ranks{};
};

template <Element S>
class Trainer {
 public:
  // A shard's part of the loss, recorded on the tape of `theta`: the parts add up to the loss.
  struct ShardPart {
    Var<S> loss;
    Tally tally = Tally::Zero();
    ShardPart(const Var<S>& loss) : loss(loss) {}
    ShardPart(const Var<S>& loss, const Tally& tally) : loss(loss), tally(tally) {}
  };
  using ShardLoss = std::function<ShardPart(const Watched<S>& theta, const Shard& shard)>;

  // What a step found before it moved the parameters: sums over the shards, in their order.
  struct Step {
    S loss = 0;
    Tally tally = Tally::Zero();
  };

  // Throws std::invalid_argument unless shards >= 1 and threads >= 0. The parameters must outlive the trainer.
  Trainer(Parameters<S>& parameters, const TrainerSettings& settings);

  // One step on a minibatch of `rows` rows with learning rate α. Nothing is allocated once the tapes have seen a step
  // of this size, except where a basis turns (soap.hpp); pass std::ref(loss) to keep std::function from copying a
  // lambda to the heap. What a shard throws is rethrown here, on every rank. Throws NotFinite if the loss or its
  // gradient is not finite, after calling `loss` once more to find where, and std::invalid_argument for rows < 1.
  // Whatever is thrown, parameters and optimiser stay as they were.
  Step step(const ShardLoss& loss, int rows, double learning_rate);

  // Of the moments a rank knows those of its blocks.
  Optimiser<S>& optimiser() { return optimiser_; }
  const Optimiser<S>& optimiser() const { return optimiser_; }
  // With all moments, those of the other ranks too, which call this as well.
  Optimiser<S> whole_optimiser() const;
  // Only Method::soap has one. It is the same on every rank.
  std::optional<Eigenbasis<S>>& eigenbasis() { return eigenbasis_; }
  const std::optional<Eigenbasis<S>>& eigenbasis() const { return eigenbasis_; }
  int threads() const { return threads_; }

 private:
  struct Workplace {  // of a shard: memory that is kept from step to step
    Tape tape;
    Buffer<S> gradient;
    std::optional<Watched<S>> theta;  // none if the shard has no rows
  };
  struct ShardResult {
    S loss = 0;
    Tally tally = Tally::Zero();
    S gradient_bound = 0;  // no element of the shard's gradient is larger in size
  };
  struct Block {  // of the parameters: rows of one of them, `size` numbers from `offset` on in the flat buffer
    autograd::Slot slot;
    Index first_row, rows, cols, offset, size;
  };

  void cut_into_blocks();
  ShardResult run_shard(const ShardLoss& loss, const Shard& shard);
  void run_own_shards(const ShardLoss& loss, int rows, std::span<ShardResult> results);
  void exchange_gradients();
  void gradient_on_tape(int shard, const Block& block, MatrixMap<S> G) const;
  void gradient_of(int shard, const Block& block, MatrixMap<S> G) const;
  template <class F>
  void for_blocks(Index begin, Index end, F f);
  template <class F>
  void for_gradient_blocks(F f);
  bool gradient_is_finite();  // on all ranks
  void update_parameters(double learning_rate);
  [[noreturn]] void report_not_finite(const ShardLoss& loss, int rows) const;
  Shard shard_of(int number, int rows) const;

  Parameters<S>& parameters_;
  Ranks ranks_;
  Optimiser<S> optimiser_;
  std::optional<Eigenbasis<S>> eigenbasis_;
  Buffer<S> gradient_;  // the whole, which only an eigenbasis needs
  int threads_;
  std::vector<Workplace> workplaces_;  // one a shard; used are those of this rank's
  std::vector<Block> blocks_;
  // Rank r sums the blocks from block_begin_[r] on, which are the numbers from number_begin_[r] on.
  std::vector<Index> block_begin_, number_begin_;
  Buffer<S> sent_, received_;            // shards' gradients: this rank's, and what it sums
  std::vector<Buffer<S>> sums_, parts_;  // of a block: the gradient, and one shard's; one a thread
};

}  // namespace models
