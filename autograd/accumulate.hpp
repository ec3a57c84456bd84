#pragma once
// How an adjoint grows: the one place where a gradient meets memory, and is summed where a value was broadcast.

#include <utility>

#include "autograd/recorder.hpp"

namespace autograd {

namespace detail {

// What writes itself where it belongs, or adds itself to what is there: Product (product.hpp).
template <class E, class S>
concept WritesItself = requires(const E& e, MatrixMap<S> target) {
  e.assign_to(target);
  e.add_to(target);
};

// target = expression, evaluated in place.
template <class Target, class E>
void assign(Target target, const E& expression) {
  if constexpr (WritesItself<E, typename Target::Scalar>)
    expression.assign_to(target);
  else if constexpr (is_array<E>)
    target.array() = expression;
  else
    target.noalias() = expression;
}

// target += expression, where the expression's kernel adds as readily as it assigns.
template <class E, class S>
inline constexpr bool kAddsInPlace = is_product<E> || WritesItself<E, S>;
template <class S, class E>
void add(MatrixMap<S> target, const E& expression) {
  if constexpr (WritesItself<E, S>)
    expression.add_to(target);
  else
    target.noalias() += expression;
}

// Memory of the tape for as long as this object lives.
template <class S>
class Aside {
 public:
  Aside(Tape& tape, Index rows, Index cols)
      : arena_(Recorder::arena(tape)), before_(arena_.position()), matrix_(tape.scratch<S>(rows, cols)) {}
  ~Aside() { arena_.rewind(before_); }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  const MatrixMap<S>& matrix() const { return matrix_; }

 private:
  Arena& arena_;
  Arena::Position before_;
  MatrixMap<S> matrix_;
};

// adjoint += whole, summed over the rows or columns along which the value was repeated.
template <class S>
void add_summed(MatrixMap<S> adjoint, const ConstMatrixMap<S>& whole) {
  if (adjoint.rows() == whole.rows() && adjoint.cols() == whole.cols())
    adjoint += whole;
  else if (adjoint.size() == 1)
    adjoint(0, 0) += whole.sum();
  else if (adjoint.rows() == 1)
    adjoint += whole.colwise().sum();
  else
    adjoint += whole.rowwise().sum();
}

}  // namespace detail

// An expression is compiled once, to be assigned: to the adjoint if it is the first and fits, else aside.
template <class S>
template <class E>
void Node<Matrix<S>>::accumulate(const E& gradient) {
  if (!needs_gradient()) return;
  const bool same_rows = gradient.rows() == rows_, same_cols = gradient.cols() == cols_;
  if (!(same_rows || rows_ == 1) || !(same_cols || cols_ == 1)) {
    throw_shapes("accumulate", "the value", rows_, cols_, "its gradient", gradient.rows(), gradient.cols(),
                 "need equal shapes, or a value that was repeated");
  }
  if (same_rows && same_cols && !touched_) {
    touch();
    detail::assign(MatrixMap<S>(grad_, rows_, cols_), gradient);
  } else if (detail::kAddsInPlace<E, S> && same_rows && same_cols) {
    if constexpr (detail::kAddsInPlace<E, S>) detail::add(touched_grad(), gradient);
  } else {
    MatrixMap<S> adjoint = touched_grad();
    if constexpr (std::same_as<E, ConstMatrixMap<S>>) {  // in memory already
      detail::add_summed<S>(adjoint, gradient);
    } else {
      const detail::Aside<S> aside(*tape_, gradient.rows(), gradient.cols());
      detail::assign(aside.matrix(), gradient);
      detail::add_summed<S>(adjoint, {aside.matrix().data(), gradient.rows(), gradient.cols()});
    }
  }
}

template <class S>
template <class E>
void Node<Matrix<S>>::accumulate_block(Index row, Index col, const E& gradient) {
  if (!needs_gradient()) return;
  touched_grad().block(row, col, gradient.rows(), gradient.cols()) += gradient;
}

template <class S>
template <class F>
void Node<Matrix<S>>::accumulate_lanes(By by, F gradient) {
  if (!needs_gradient()) return;
  const bool add = touch();
  MatrixMap<S> adjoint(grad_, rows_, cols_);
  const Index lanes = by == By::row ? rows_ : cols_;
  const detail::Aside<S> aside(*tape_, by == By::row ? 1 : rows_, by == By::row ? cols_ : 1);
  for (Index k = 0; k < lanes; ++k) {
    const auto accumulate_into = [&](auto lane) {
      if (!add) return detail::assign(lane, gradient(k));
      detail::assign(aside.matrix(), gradient(k));
      lane += aside.matrix();
    };
    if (by == By::row)
      accumulate_into(adjoint.row(k));
    else
      accumulate_into(adjoint.col(k));
  }
}

template <class S>
bool Node<Matrix<S>>::touch() {
  if (!grad_) grad_ = tape_->template scratch<S>(rows_, cols_).data();
  return std::exchange(touched_, true);
}

template <class S>
MatrixMap<S> Node<Matrix<S>>::touched_grad() {
  const bool has_grad = touch();
  MatrixMap<S> adjoint(grad_, rows_, cols_);
  if (!has_grad) adjoint.setZero();
  return adjoint;
}

}  // namespace autograd
