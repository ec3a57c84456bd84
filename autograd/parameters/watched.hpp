#pragma once
// Parameters on a tape, and the gradient in all of them.
//
// For a minibatch of n rows the gradient of a weight matrix d×k is a product of two thin ones, W̄ = Xᵀ Ȳ: its two
// factors have n (d + k) numbers, the product has d k. So the product waits: a parameter keeps the factors, and an
// optimiser has the product computed a few rows at a time, as it uses them. The whole product never goes to memory and
// back.

#include <span>

#include "autograd/core/record.hpp"
#include "autograd/parameters/parameters.hpp"

namespace autograd {

// A variable whose value and gradient both lie elsewhere, n×d each: how a parameter enters a tape. A sweep that comes
// to it overwrites the gradient, and never adds to an old one. Throws std::invalid_argument if the shapes differ.
template <Element S>
Var<Matrix<S>> watch(Tape& tape, ConstMatrixMap<S> value, MatrixMap<S> gradient);

// All parameters as Vars on one tape: what a model's formula is written with.
template <Element S>
class Watched {
 public:
  // `gradient` is a buffer of the parameters' layout, which complete_gradient() fills. Both must live until the next
  // rewind. Throws std::invalid_argument if its length differs.
  Watched(Tape& tape, const Parameters<S>& parameters, Buffer<S>& gradient);
  // The parameters as constants: a forward pass alone.
  Watched(Tape& tape, const Parameters<S>& parameters);

  const Var<Matrix<S>>& operator[](Slot slot) const { return vars_[slot.number]; }
  Tape& tape() const { return *tape_; }

  // After backward: the whole gradient is in the buffer, with zeros where the loss did not depend on a parameter, and
  // in the padding. Nothing to do for constants.
  void complete_gradient() const;
  // After backward, without completing anything: rows += those of one parameter's gradient, from row `first` on.
  // Throws std::invalid_argument if it has no such rows.
  void add_gradient_rows(Slot slot, Index first, MatrixMap<S> rows) const;
  // After backward: no element of the gradient is larger in absolute value. Not finite if the gradient is not; it
  // may also overflow where the gradient does not.
  S gradient_bound() const;

 private:
  Tape* tape_;
  const Parameters<S>* parameters_;
  Buffer<S>* gradient_ = nullptr;
  std::span<Var<Matrix<S>>> vars_;  // in the tape's arena
};

// The value of the loss and its gradient in a model's parameters: loss(watched) returns a scalar Var, the gradient
// overwrites `gradient` (the layout of `parameters`), the value is returned. The tape is rewound first; nothing is
// allocated once it has seen a step. Throws what the loss throws, and std::invalid_argument as Watched does.
template <Element S, class Loss>
S value_and_gradient(const Loss& loss, const Parameters<S>& parameters, Buffer<S>& gradient, Tape& tape) {
  tape.rewind();
  const Watched<S> watched(tape, parameters, gradient);
  const Var<S> y = loss(watched);
  tape.backward(y);
  watched.complete_gradient();
  return y.value();
}

}  // namespace autograd
