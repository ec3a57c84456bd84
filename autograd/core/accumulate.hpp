#pragma once
// How an adjoint grows: the one place where a gradient meets memory, and is summed where a value was broadcast.

#include <utility>

#include "autograd/core/recorder.hpp"

namespace autograd {

namespace detail {

// target += expression, where the expression's kernel adds as readily as it assigns.
template <class E, class S>
inline constexpr bool kAddsInPlace = is_product<E> || requires(const E& e, MatrixMap<S> target) { e.add_to(target); };
template <class S, class E>
void add(MatrixMap<S> target, const E& expression) {
  if constexpr (EigenExpression<E>)
    target.noalias() += expression;
  else
    expression.add_to(target);
}

// Memory of the tape, for rows×cols numbers, as long as this object lives.
template <class S>
class Aside {
 public:
  Aside(Tape& tape, Index rows, Index cols)
      : arena_(Recorder::arena(tape)), before_(arena_.position()), data_(tape.scratch<S>(rows, cols).data()) {}
  ~Aside() { arena_.rewind(before_); }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  S* data() const { return data_; }

 private:
  Arena& arena_;
  Arena::Position before_;
  S* data_;
};

// Whether a gradient has the value's shape; if not, the operation broadcast the value, and the gradient is to be
// summed. Throws std::invalid_argument if no broadcasting leads from one shape to the other.
template <class S>
bool has_shape_of(const Node<Matrix<S>>& value, Index rows, Index cols);
// adjoint += gradient, summed over the rows or columns along which the value was repeated.
template <class S>
void add_summed(Node<Matrix<S>>& node, const ConstMatrixMap<S>& gradient);

// adjoint += the matrix rows×cols that write(target) fills: the adjoint itself if it is untouched and fits, else memory
// aside. So an expression is compiled once, to be assigned.
template <class S, class Write>
void accumulate_written(Node<Matrix<S>>& node, Index rows, Index cols, Write write) {
  const bool first = has_shape_of(node, rows, cols) && !node.touched();
  if (first)
    node.touch();
  else
    node.touched_grad();
  const Aside<S> aside(*node.tape_, first ? 0 : rows, cols);
  const MatrixMap<S> target(first ? node.grad_ : aside.data(), rows, cols);
  write(target);
  if (!first) add_summed<S>(node, {target.data(), rows, cols});
}

}  // namespace detail

template <class S>
template <class E>
void Node<Matrix<S>>::accumulate(const E& gradient) {
  if (!needs_gradient()) return;
  if constexpr (std::same_as<E, ConstMatrixMap<S>>) {  // in memory already
    detail::add_summed(*this, gradient);
  } else {
    const Index rows = gradient.rows(), cols = gradient.cols();
    if constexpr (detail::kAddsInPlace<E, S>) {
      if (detail::has_shape_of(*this, rows, cols) && touched_) return detail::add(touched_grad(), gradient);
    }
    detail::accumulate_written(*this, rows, cols, [&](MatrixMap<S> target) { detail::assign(target, gradient); });
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
void Node<Matrix<S>>::accumulate_rows(F gradient) {
  if (!needs_gradient()) return;
  detail::accumulate_written(*this, rows_, cols_, [&](MatrixMap<S> whole) {
    for (Index i = 0; i < whole.rows(); ++i) detail::assign(whole.row(i), gradient(i));
  });
}

template <class S>
template <class P>
void Node<Matrix<S>>::accumulate_later(const P& product) {
  if (!needs_gradient()) return;
  Arena& arena = Recorder::arena(*tape_);
  if (!defers_ || !product.can_wait(arena)) return accumulate(product);
  detail::has_shape_of(*this, product.rows(), product.cols());
  using Share = DeferredProduct<S, P>;
  deferred_ = new (arena.allocate(sizeof(Share), alignof(Share))) Share(deferred_, product);
}

template <class S>
void Node<Matrix<S>>::settle() {
  for (; deferred_; deferred_ = deferred_->previous) deferred_->add_to(touched_grad(), 0);
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
