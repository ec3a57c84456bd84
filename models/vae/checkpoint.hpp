#pragma once
// A training's state in a file: safetensors, which Python reads too.

#include <optional>
#include <string>

#include "models/data/safetensors.hpp"
#include "models/training/trainer.hpp"

namespace models {

// Everything that the rest of a training depends on.
template <Element S>
struct Checkpoint {
  Parameters<S> parameters;
  Optimiser<S> optimiser;  // and the number of steps done
  std::optional<Eigenbasis<S>> eigenbasis;
  Tally sums = Tally::Zero();  // over the images of the current epoch, and how many there were
  int images = 0;
  Matrix<double> history{};  // whatever the caller records, one row an epoch
};

// Replaces the file at `path`; the old one stays if the new one cannot be written, which throws std::runtime_error.
// `description` says in words what a reader must agree with. `centre`, which the encoder subtracts, is a function of
// the data for who goes on with the training, but not for another reader of the file; empty: there is none. The file
// also names the kernels of the matrix products (training/kernels.hpp), which need not agree.
template <Element S>
void save_checkpoint(const std::string& path, const Checkpoint<S>& checkpoint, const Matrix<S>& centre,
                     const Metadata& description);

// Reads a checkpoint whose tensors have the names and shapes of `like`. Throws std::runtime_error, naming what was
// expected and what was found, if the file is damaged, its description another, or a number that training goes on from
// not finite. The history may hold what is not.
template <Element S>
Checkpoint<S> load_checkpoint(const std::string& path, const Checkpoint<S>& like, const Metadata& description);

// The kernels that the training in a checkpoint ran with. With others it goes on as well, but not to the same bits.
std::string checkpoint_kernels(const std::string& path);

}  // namespace models
