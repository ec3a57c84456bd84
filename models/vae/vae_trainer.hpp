#pragma once
// Training of a VAE on images: minibatches, noise, steps, and a checkpoint from which training resumes bit for bit.

#include <span>
#include <string>

#include "models/data/binarise.hpp"
#include "models/data/dataset.hpp"
#include "models/data/minibatch.hpp"
#include "models/data/safetensors.hpp"
#include "models/training/trainer.hpp"
#include "models/vae/bounds.hpp"

namespace models {

struct VaeTrainingSettings {
  int batch = 100;
  int epochs = 50;
  ScheduleKind schedule = ScheduleKind::constant;
  double learning_rate = 1e-3;
  double last_learning_rate = 0;  // at the end of a schedule that falls
  BoundSettings bound{};
  Binarisation binarisation = Binarisation::dynamic;
  std::uint64_t seed = 1;
  TrainerSettings trainer{};
};

// Means over an epoch's images so far, as they were trained on; in nats.
struct EpochMeans {
  double bound = 0, rate = 0, distortion = 0;
};

template <Element S>
struct Checkpoint;

// A training is a function of (data, shape, settings) alone: noise, minibatches and binarisation are drawn by
// (seed, purpose, step), so what it does after step t depends on the parameters, the optimiser and t, all of
// which a checkpoint keeps. The same bits also need the same build and the same kernels of the matrix products, which
// OpenBLAS picks for the processor (training/kernels.hpp).
template <Element S>
class VaeTrainer {
 public:
  // Throws std::invalid_argument if the settings do not fit the data (a batch larger than it, say). The data
  // must outlive the trainer.
  VaeTrainer(const Dataset& data, const VaeShape& shape, const VaeTrainingSettings& settings);
  VaeTrainer(const VaeTrainer&) = delete;
  VaeTrainer& operator=(const VaeTrainer&) = delete;

  // One minibatch. Throws NotFinite as Trainer::step does. Returns the number of images in it.
  int step();

  bool done() const { return epoch() >= settings_.epochs; }
  int epoch() const { return steps() / steps_per_epoch(); }               // completed epochs
  bool at_epoch_end() const { return steps() % steps_per_epoch() == 0; }  // nothing done yet counts as one
  int steps_per_epoch() const { return batches_.steps_per_epoch(); }
  std::uint64_t steps() const { return trainer_.optimiser().steps; }
  int images_per_epoch() const { return batches_.count(); }
  int images_in_epoch() const { return images_; }  // so far
  EpochMeans means() const;

  // Writes everything that the rest of the training depends on, with `history` (a table of whatever the caller
  // records, one row an epoch). The old file stays if the new one cannot be written, which throws std::runtime_error.
  // Of several ranks, all of which call it, the first one writes.
  void save(const std::string& path, const Matrix<double>& history) const;
  // Goes on from a checkpoint; returns its history, which must have so many columns and at most a row an
  // epoch. Throws std::runtime_error, naming what was expected and what was found, if the file is
  // damaged, of another model, was trained with other settings or on other images, or has done more steps
  // than this run has. Every rank reads the file.
  Matrix<double> load(const std::string& path, Index history_columns);

  const Vae<S>& vae() const { return vae_; }
  Parameters<S>& parameters() { return parameters_; }
  const Parameters<S>& parameters() const { return parameters_; }
  int threads() const { return trainer_.threads(); }
  const Ranks& ranks() const { return settings_.trainer.ranks; }

 private:
  typename Trainer<S>::ShardPart shard_loss(const Watched<S>& theta, std::span<const int> batch,
                                            const Shard& shard) const;
  Metadata description() const;
  int images_after(std::uint64_t steps) const;
  void check(const std::string& path, const Checkpoint<S>& found, Index history_columns) const;

  const Dataset& data_;
  std::uint32_t data_checksum_;
  VaeTrainingSettings settings_;
  Parameters<S> parameters_;
  Vae<S> vae_;
  Trainer<S> trainer_;
  Minibatches batches_;
  Schedule schedule_;

  Tally sums_ = Tally::Zero();  // of bound, rate and distortion over the current epoch's images
  int images_ = 0;              // so many
};

}  // namespace models
