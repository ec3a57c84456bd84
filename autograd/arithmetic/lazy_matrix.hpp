#pragma once
// What a matrix that is not computed yet can do: a product that is written where it belongs, at once or later.

#include "autograd/core/expression.hpp"

namespace autograd {

// A matrix that is not computed yet, and that can be computed a few rows at a time.
template <Element S>
struct LazyMatrix {
  using Scalar = S;
  virtual Index rows() const = 0;
  virtual Index cols() const = 0;
  // target = this, of this shape; target overlaps nothing that this is computed from.
  virtual void assign_to(MatrixMap<S> target) const = 0;
  // target += as many rows of this, from row `first` on, as target has.
  virtual void add_to(MatrixMap<S> target, Index first = 0) const = 0;

  // What is needed to compute it later (parameters/waiting.hpp).
  // An upper bound of |element|, over all elements. It is not finite if something that this is computed from is not.
  virtual S bound() const = 0;
  // Whether what this is computed from is smaller than this, and stays as it is until the arena is rewound.
  virtual bool can_wait(const Arena& arena) const = 0;
  virtual const LazyMatrix* copy_to(Arena& arena) const = 0;

 protected:
  ~LazyMatrix() = default;  // nobody destroys what lies on a tape
};

}  // namespace autograd
