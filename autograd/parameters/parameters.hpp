#pragma once
// Parameters: one flat, aligned buffer with named, shaped views. An optimiser is a loop over one array, gradients of
// shards add up as arrays, and saving is writing one buffer.

#include <cstddef>
#include <string>
#include <vector>

#include "autograd/core/value.hpp"

namespace autograd {

// Where one parameter lies: a handle that a layer keeps.
struct Slot {
  std::size_t number = 0;
};

// n numbers, aligned for vector registers; not initialised.
template <Element S>
using Buffer = Eigen::Matrix<S, Eigen::Dynamic, 1>;

// Invariants:
//   1. Views do not overlap, and each starts at a multiple of a cache line; the padding between them stays 0.
//   2. Any buffer of size() numbers has the same layout: gradients, and an optimiser's moments.
template <Element S>
class Parameters {
 public:
  struct Entry {
    std::string name;
    Index rows, cols, offset;
  };

  // Appends a matrix of zeros. Throws std::invalid_argument if the name is taken or the shape is empty.
  Slot add(const std::string& name, Index rows, Index cols);

  // The parameter of that name. Throws std::invalid_argument if there is none.
  Slot find(const std::string& name) const;

  MatrixMap<S> operator[](Slot slot) { return view(values_, slot); }
  ConstMatrixMap<S> operator[](Slot slot) const { return view(values_, slot); }
  // The same place in a buffer of this layout.
  MatrixMap<S> view(Buffer<S>& buffer, Slot slot) const {
    const Entry& entry = entries_[slot.number];
    return {buffer.data() + entry.offset, entry.rows, entry.cols};
  }
  ConstMatrixMap<S> view(const Buffer<S>& buffer, Slot slot) const {
    const Entry& entry = entries_[slot.number];
    return {buffer.data() + entry.offset, entry.rows, entry.cols};
  }

  // How long a buffer of this layout is (padding included), and how many numbers are parameters.
  Index size() const { return values_.size(); }
  Index count() const;

  Buffer<S>& values() { return values_; }
  const Buffer<S>& values() const { return values_; }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  Buffer<S> values_;
};

}  // namespace autograd
