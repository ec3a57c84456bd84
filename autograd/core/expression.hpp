#pragma once
// What a forward or a pullback may give for a matrix, and how it is written to memory:
//   an Eigen expression              evaluated where it belongs, coefficient by coefficient
//   written<S>(rows, cols, fill)     a function that fills the memory
//   what has assign_to and add_to    a kernel that fills it or adds to it: a matrix product

#include "autograd/core/arena.hpp"
#include "autograd/core/value.hpp"

namespace autograd {

// An uninitialised matrix in an arena, for what is kept until the next rewind.
template <Element S>
MatrixMap<S> scratch(Arena& arena, Index rows, Index cols) {
  return {static_cast<S*>(arena.allocate(sizeof(S) * rows * cols, Arena::kAlignment)), rows, cols};
}

// A value that a function writes: fill(y) writes all of y, rows×cols.
template <Element S, class Fill>
struct Written {
  using Scalar = S;
  Index rows_, cols_;
  Fill fill;
  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
};
template <Element S, class Fill>
Written<S, Fill> written(Index rows, Index cols, Fill fill) {
  return {rows, cols, fill};
}

// A matrix that is not computed yet (arithmetic/lazy_matrix.hpp).
template <Element S>
struct LazyMatrix;

// Matrix products are written as Eigen writes them, A * B. Kernel<E>::of(e) is the same product, with assign_to and
// add_to as above.
template <class E>
struct Kernel {
  static_assert(!sizeof(E), "include autograd/arithmetic/gemm.hpp, which computes matrix products");
};
template <class E>
inline constexpr bool is_product = false;
template <class A, class B, int option>
inline constexpr bool is_product<Eigen::Product<A, B, option>> = true;

// target = e. e has the shape of target.
template <class S, class E>
void assign(MatrixMap<S> target, const E& e) {
  if constexpr (is_product<E>)
    Kernel<E>::of(e).assign_to(target);
  else if constexpr (ArrayExpression<E>)
    target.array() = e;
  else if constexpr (EigenExpression<E>)
    target.noalias() = e;
  else if constexpr (requires { e.fill; })
    e.fill(target);
  else
    e.assign_to(target);
}

// target += e.
template <class S, class E>
void add(MatrixMap<S> target, const E& e) {
  if constexpr (is_product<E>)
    Kernel<E>::of(e).add_to(target);
  else if constexpr (ArrayExpression<E>)
    target.array() += e;
  else if constexpr (EigenExpression<E>)
    target.noalias() += e;
  else
    e.add_to(target);
}

}  // namespace autograd
