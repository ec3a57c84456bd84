#pragma once
// Gradients that wait. For a minibatch of n rows the gradient of a weight matrix d×k is a product of two thin ones,
// W̄ = Xᵀ Ȳ: n (d + k) numbers say what d k would. A parameter keeps the factors, and an optimiser has the product made
// a few rows at a time, as it uses them; the whole of it never goes to memory and back.

#include "autograd/core/value.hpp"

namespace autograd {

// A share of a matrix's gradient, in the tape's memory.
template <class S>
struct Deferred {
  Deferred* previous;  // the share that was deferred before this one
  // target += the share's rows from row `first` on, as many as `target` has.
  virtual void add_to(MatrixMap<S> target, Index first) const = 0;
  // No element is larger in size. Not finite if a factor is not, or if the bound itself overflows.
  virtual S bound() const = 0;

 protected:
  explicit Deferred(Deferred* previous) : previous(previous) {}
  ~Deferred() = default;  // nobody destroys what lies on a tape
};

// The share that is a product P (product.hpp).
template <class S, class P>
struct DeferredProduct final : Deferred<S> {
  P product;
  DeferredProduct(Deferred<S>* previous, const P& product) : Deferred<S>(previous), product(product) {}
  void add_to(MatrixMap<S> target, Index first) const override { product.add_to(target, first); }
  S bound() const override { return product.bound(); }
};

}  // namespace autograd
