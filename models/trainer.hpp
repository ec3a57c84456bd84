#pragma once
// One training step, split over shards: the sum over data points in log p(D) = Σ log p(x) makes the gradient of a
// minibatch the sum of the gradients of its parts. Each shard has a tape and a gradient of its own and may run in a
// thread of its own; the parts are added in a fixed order, so the result depends on the number of shards and never on
// the number of threads.

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "autograd/parameters.hpp"
#include "models/eigenbasis.hpp"
#include "models/optimiser.hpp"

namespace models {

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

// The loss or its gradient was not finite. what() names the first operation where that showed.
struct NotFinite : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// 0 threads: as many as there are cores.
struct TrainerSettings {
  int shards = 2;
  int threads = 0;
  OptimiserSettings optimiser{};
};

template <Element S>
class Trainer {
 public:
  // A shard's part of the loss, recorded on the tape of `theta`. The parts add up to the loss.
  using ShardLoss = std::function<Var<S>(const Watched<S>& theta, const Shard& shard)>;

  // Throws std::invalid_argument unless shards >= 1 and threads >= 0. The parameters must outlive the trainer.
  Trainer(Parameters<S>& parameters, const TrainerSettings& settings);

  // One step on a minibatch of `rows` rows with learning rate α; returns the loss before it. Nothing is allocated once
  // the tapes have seen a step of this size, but where a basis turns (eigenbasis.hpp). What a shard throws is rethrown
  // here. Throws NotFinite if the loss or its gradient is not finite. Whatever is thrown, parameters and optimiser stay
  // as they were.
  S step(const ShardLoss& loss, int rows, double learning_rate);

  Optimiser<S>& optimiser() { return optimiser_; }
  // Only Method::soap has one.
  std::optional<Eigenbasis<S>>& eigenbasis() { return eigenbasis_; }
  int threads() const { return threads_; }

 private:
  void run_shard(const ShardLoss& loss, const Shard& shard);
  void update_parameters(double learning_rate);
  [[noreturn]] void report_not_finite(const ShardLoss& loss, int rows) const;
  Shard shard_of(int number, int rows) const;

  Parameters<S>& parameters_;
  Optimiser<S> optimiser_;
  std::optional<Eigenbasis<S>> eigenbasis_;
  int shards_, threads_;
  std::vector<std::unique_ptr<Tape>> tapes_;
  std::vector<Buffer<S>> gradients_;
  std::vector<S> losses_;
  std::vector<char> finite_;  // each shard's gradient, written by its thread
};

}  // namespace models
