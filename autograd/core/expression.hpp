#pragma once
// What a forward or a pullback may give for a matrix, and how it is written to memory:
//   an Eigen expression              evaluated where it belongs, coefficient by coefficient
//   written<S>(rows, cols, fill)     a function that fills the memory
//   what has assign_to and add_to    a kernel that fills it or adds to it: a matrix product

#include "autograd/core/arena.hpp"
#include "autograd/core/value.hpp"

namespace autograd {

// A value that a function writes: fill(y) writes all of y, rows×cols.
template <Element S, class Fill>
struct Written {
  using Scalar = S;
  Index rows_, cols_;
  Fill fill;
  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  void assign_to(MatrixMap<S> target) const { fill(target); }
};
template <Element S, class Fill>
Written<S, Fill> written(Index rows, Index cols, Fill fill) {
  return {rows, cols, fill};
}

// Matrix products are written as Eigen writes them, A * B. Kernel<E>::of(e) is the same product as a kernel.
template <class E>
struct Kernel {
  static_assert(!sizeof(E), "include autograd/arithmetic/gemm.hpp, which computes matrix products");
};
template <class E>
inline constexpr bool is_product = false;
template <class A, class B, int option>
inline constexpr bool is_product<Eigen::Product<A, B, option>> = true;

// A kernel that can be computed later, a few rows at a time: a share of a gradient that may wait in the tape's arena.
// Why it waits is said in parameters/watched.hpp; skip it until then. Each also has a member can_wait(arena): whether
// what it is computed from is smaller than itself, and stays in the arena.
template <class S>
struct Share {
  const Share* previous = nullptr;  // what waits beside it
  // rows += those of this matrix, from row `first` on, as many as `rows` has.
  virtual void add_to(MatrixMap<S> rows, Index first = 0) const = 0;
  // No element is larger in absolute value. Not finite if something that this is computed from is not.
  virtual S bound() const = 0;

 protected:
  ~Share() = default;  // nobody destroys what lies in an arena
};

// target = e. e has the shape of target.
template <class S, class E>
void assign(MatrixMap<S> target, const E& e) {
  if constexpr (is_product<E>)
    Kernel<E>::of(e).assign_to(target);
  else if constexpr (EigenExpression<E>)
    target.noalias() = e.matrix();
  else
    e.assign_to(target);
}

// target += e, which is not Written.
template <class S, class E>
void add(MatrixMap<S> target, const E& e) {
  if constexpr (is_product<E>)
    Kernel<E>::of(e).add_to(target);
  else if constexpr (EigenExpression<E>)
    target.noalias() += e.matrix();
  else
    e.add_to(target);
}

// An uninitialised matrix in an arena; and one that holds e.
template <Element S>
MatrixMap<S> scratch(Arena& arena, Index rows, Index cols) {
  return {static_cast<S*>(arena.allocate(sizeof(S) * rows * cols, Arena::kAlignment)), rows, cols};
}
template <Element S, class E>
MatrixMap<S> copy(Arena& arena, const E& e) {
  const MatrixMap<S> memory = scratch<S>(arena, e.rows(), e.cols());
  assign(memory, e);
  return memory;
}

}  // namespace autograd
