#pragma once
// Gradients that wait. For a minibatch of n rows the gradient of a weight matrix d×k is a product of two thin ones, W̄
// = Xᵀ Ȳ: its two factors have n (d + k) numbers, the product has d k. A parameter keeps the factors, and an optimiser
// has the product computed a few rows at a time, as it uses them. The whole product never goes to memory and back.

#include "autograd/arithmetic/lazy_matrix.hpp"
#include "autograd/core/tape.hpp"

namespace autograd {

// What waits for one parameter, in the tape's memory.
template <Element S>
class Waiting final : public Keeper<S> {
 public:
  explicit Waiting(Tape& tape) : tape_(&tape) {}

  bool keep(const LazyMatrix<S>& share) override {
    if (!share.can_wait(tape_->arena())) return false;
    last_ = new (tape_->allocate<Share>()) Share{last_, share.copy_to(tape_->arena())};
    return true;
  }
  void add_what_waits(Node<Matrix<S>>& parameter) override {
    if (last_) add_rows_to(parameter.adjoint(), 0);
    last_ = nullptr;
  }
  void drop() override { last_ = nullptr; }

  // rows += those of everything that waits, from row `first` on, as many as `rows` has.
  void add_rows_to(MatrixMap<S> rows, Index first) const {
    for (const Share* share = last_; share; share = share->previous) share->gradient->add_to(rows, first);
  }
  // No element of what waits is larger in size. Not finite if one of them is not; the bound itself may also overflow.
  S bound() const {
    S sum(0);
    for (const Share* share = last_; share; share = share->previous) sum += share->gradient->bound();
    return sum;
  }

 private:
  struct Share {
    Share* previous;
    const LazyMatrix<S>* gradient;
  };
  Tape* tape_;
  Share* last_ = nullptr;
};

}  // namespace autograd
