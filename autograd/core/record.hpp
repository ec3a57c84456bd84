#pragma once
// record<"name">(value, pullback, operands...): how every operation is written, inside the engine and outside it.
//
//   // square   y = x²
//   //          x̄ += 2 x ȳ
//   Var<double> square(const Var<double>& x) {
//     return record<"square">(x.value() * x.value(),
//                             [](auto& y, auto& x) { x.accumulate(2 * x.value() * y.grad()); }, x);
//   }
//
// The pullback gets the record itself and then its operands, each with value(), grad() and accumulate(gradient). What
// else it needs (an index, scratch memory of the tape) it captures by value.

#include <utility>
#include <vector>

#include "autograd/core/accumulate.hpp"
#include "autograd/core/recorder.hpp"

namespace autograd {

namespace detail {

template <class T, class... Rest>
Tape& tape_of(const Var<T>& first, const Rest&...) {
  return first.tape();
}
template <class S, class... Rest>
Tape& tape_of(const std::span<const Var<S>>& first, const Rest&...) {
  return first.front().tape();
}
template <class S, class... Rest>
Tape& tape_of(const Number<S>&, const Rest&... rest) {
  return tape_of(rest...);
}

// Keeps a record's operands, on a traced tape. Out of the way of the others, which it would slow down.
template <class... Operands>
[[gnu::cold, gnu::noinline]] void note(Tape& tape, const Record& record, const Operands&... operands) {
  std::vector<const Record*> records;
  (Recorder::list(records, operands), ...);
  Recorder::note(tape, record, std::move(records));
}

// The record of operands as they are stored.
template <FixedString name, class V, class Pullback, class... Operands>
auto record_stored(Tape& tape, const V& value, Pullback pullback, Operands... operands) {
  using T = typename ValueKind<V>::type;
  using R = Recorded<name, T, Pullback, Operands...>;
  const bool needs_gradient = (Recorder::needs_gradient(operands) || ...);
  Node<T>& node = needs_gradient ? Recorder::allocate<R>(tape, std::move(pullback), std::tuple(operands...))
                                 : Recorder::allocate<Node<T>>(tape);
  node.operation = needs_gradient ? &kRecorded<name, T, R> : &kDerivedConstant<name, T>;
  Recorder::set_value(tape, node, value, operands...);  // may throw: only what has a value is linked
  if (tape.traced()) [[unlikely]]
    note(tape, node, operands...);
  if (needs_gradient) Recorder::link(tape, node);
  return Recorder::handle<T>(tape, node);
}

}  // namespace detail

// Appends one record. `value` is a number or computed(...), an Eigen expression (evaluated straight into the arena) or
// written(...); `operands` are Vars, Numbers, or spans of scalar Vars. What depends on constants alone becomes a
// constant itself. Throws std::invalid_argument if an operand lives on another tape, or was recorded before a rewind.
template <FixedString name, class V, class Pullback, class... Operands>
auto record(const V& value, Pullback pullback, const Operands&... operands) {
  Tape& tape = detail::tape_of(operands...);
  return detail::record_stored<name>(tape, value, std::move(pullback), Recorder::store(tape, operands)...);
}

// Tape and Node members that need the above.

namespace detail {
template <class V>
inline constexpr bool is_map = false;
template <class M, int options, class Stride>
inline constexpr bool is_map<Eigen::Map<M, options, Stride>> = true;
}  // namespace detail

template <class X>
auto Tape::variable(const X& x) {
  using T = typename detail::ValueKind<X>::type;
  auto& node = Recorder::allocate<Node<T>>(*this);
  node.operation = &detail::kVariable<T>;
  Recorder::set_value(*this, node, x);
  if constexpr (MatrixValue<T>) node.grad_ = scratch<element_t<T>>(node.rows_, node.cols_).data();
  Recorder::link(*this, node);
  if (traced()) note(node, {});
  return Recorder::handle(*this, node);
}

template <class X>
auto Tape::constant(X&& x) {
  using V = std::remove_cvref_t<X>;
  using T = typename detail::ValueKind<V>::type;
  auto& node = Recorder::allocate<Node<T>>(*this);
  node.operation = &detail::kConstant<T>;
  constexpr bool row_major = requires { requires bool(V::IsRowMajor); };
  constexpr bool in_memory = requires {
    x.data();
    x.outerStride();
  } && row_major;
  // A map points at memory of someone else, so that it may go; any other rvalue may take its memory with it.
  if constexpr (in_memory && (std::is_lvalue_reference_v<X> || detail::is_map<V>)) {
    if (x.outerStride() == x.cols() && x.innerStride() == 1) {
      // Values are never written through a node, so referring to the caller's memory keeps its constness in effect.
      Recorder::shape(*this, node, x.rows(), x.cols(), const_cast<element_t<T>*>(x.data()));
    } else {
      Recorder::set_value(*this, node, x);
    }
  } else {
    Recorder::set_value(*this, node, x);
  }
  if (traced()) note(node, {});
  return Recorder::handle(*this, node);
}

template <class S>
Var<Matrix<S>> Tape::watch(ConstMatrixMap<S> value, MatrixMap<S> gradient) {
  if (value.rows() != gradient.rows() || value.cols() != gradient.cols()) {
    throw_shapes("watch", "the value", value.rows(), value.cols(), "its gradient", gradient.rows(), gradient.cols(),
                 "need equal shapes");
  }
  auto& node = Recorder::allocate<Node<Matrix<S>>>(*this);
  node.operation = &detail::kVariable<Matrix<S>>;
  Recorder::shape(*this, node, value.rows(), value.cols(), const_cast<S*>(value.data()));
  node.grad_ = gradient.data();
  Recorder::link(*this, node);
  if (traced()) note(node, {});
  return Recorder::handle(*this, node);
}

template <Element S>
void Tape::backward(const Var<S>& y) {
  check(y);
  if (swept_) forget_adjoints();
  swept_ = true;
  if (!y.needs_gradient()) return;
  y.node().accumulate(S(1));
  sweep(y.node());
}

}  // namespace autograd
