#pragma once
// record<"name">(forward, pullback, operands...): how every operation is written, inside the engine and outside it.
//
//   // square   y = x²          x̄ += 2 x ȳ
//   Var<double> square(const Var<double>& x) {
//     return record<"square">([](auto& x) { return x.value() * x.value(); },
//                             [](auto& y, auto& x) { x.accumulate(2 * x.value() * y.grad()); }, x);
//   }
//
// Both functions get the operands' nodes, the pullback its own node first. The forward returns a number, or one of the
// things in expression.hpp; an expression may refer to the nodes, but not to variables of the forward's own. What else
// a pullback needs (an index, memory of the tape) it captures by value.

#include <algorithm>
#include <tuple>

#include "autograd/core/name.hpp"
#include "autograd/core/tape.hpp"

namespace autograd {

// An operand as a record keeps it: a node, a plain number, or the nodes of many numbers. get() is what the two
// functions see. list() appends its nodes, for an observer.
template <class T>
struct Operand {
  Node<T>* node;
  bool needs_gradient() const { return node->needs_gradient(); }
  Node<T>& get() { return *node; }
  void list(std::vector<const Record*>& records) const { records.push_back(node); }
};
// It has a value, and drops what would flow back to it.
template <Element S>
struct Number {
  S value_;
  const S& value() const { return value_; }
  void accumulate(const S&) const {}
  bool needs_gradient() const { return false; }
  Number& get() { return *this; }
  void list(std::vector<const Record*>&) const {}
};
template <Element S>
struct Nodes {
  std::span<Node<S>*> nodes;
  Index size() const { return nodes.size(); }
  Node<S>& operator[](Index i) const { return *nodes[i]; }
  bool needs_gradient() const {
    return std::ranges::any_of(nodes, [](auto* node) { return node->needs_gradient(); });
  }
  Nodes& get() { return *this; }
  void list(std::vector<const Record*>& records) const { records.insert(records.end(), nodes.begin(), nodes.end()); }
};

namespace detail {

template <class T>
Operand<T> operand(Tape& tape, const Var<T>& x) {
  return {&tape.node_of(x)};
}
template <class S>
Number<S> operand(Tape&, Number<S> x) {
  return x;
}
template <class S>
Nodes<S> operand(Tape& tape, std::span<const Var<S>> x) {
  const std::span<Node<S>*> nodes = tape.array<Node<S>*>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) nodes[i] = &tape.node_of(x[i]);
  return {nodes};
}

// The tape of the first operand that has one.
template <class X, class... Rest>
Tape& tape_of(const X& x, const Rest&... rest) {
  if constexpr (requires { x.tape(); }) {
    return x.tape();
  } else if constexpr (requires { x.front(); }) {
    if (x.empty()) throw_empty();
    return x.front().tape();
  } else {
    return tape_of(rest...);
  }
}

// The record of one operation: header, value and adjoint (Node), then pullback and operands.
template <class T, class Pullback, class... Operands>
struct Recorded : Node<T> {
  [[no_unique_address]] Pullback pullback;
  std::tuple<Operands...> operands;

  static void pull(Record& record) {
    auto& self = static_cast<Recorded&>(record);
    if (!self.touched()) return;
    std::apply([&](auto&... x) { self.pullback(static_cast<Node<T>&>(self), x.get()...); }, self.operands);
  }
};

inline void nothing(Record&) {}
template <class T>
void reset_adjoint(Record& record) {
  static_cast<Node<T>&>(record).reset_adjoint();
}
template <class T>
inline constexpr Operation kVariable{"variable", true, typeid(T), nothing, reset_adjoint<T>};
template <Name name, class T>
inline constexpr Operation kConstant{name.text, false, typeid(T), nothing, reset_adjoint<T>};
template <Name name, class T, class R>
inline constexpr Operation kRecorded{name.text, true, typeid(T), R::pull, reset_adjoint<T>};

template <class R, class... Parts>
R& make(Tape& tape, Parts&&... parts) {
  static_assert(std::is_trivially_destructible_v<R>, "a pullback may capture only what needs no destructor");
  return *new (tape.allocate<R>()) R{{}, std::forward<Parts>(parts)...};
}

template <Element S, class X>
void set_value(Tape&, Node<S>& node, const X& value) {
  node.value_ = value;
}
template <class S, RowByRow M>
void refer_to(Tape& tape, Node<Matrix<S>>& node, const M& value) {
  node.arena_ = &tape.arena(), node.value_ = value.data(), node.rows_ = value.rows(), node.cols_ = value.cols();
}
template <class S, class E>
void set_value(Tape& tape, Node<Matrix<S>>& node, const E& value) {
  const MatrixMap<S> memory = tape.scratch<S>(value.rows(), value.cols());
  assign(memory, value);
  refer_to(tape, node, memory);
}

// Tells the tape's observer of a record. It is kept out of the way of the tapes that have none.
template <class... X>
[[gnu::cold, gnu::noinline]] void show(Tape& tape, const Record& record, X... operands) {
  std::vector<const Record*> records;
  (operands.list(records), ...);
  tape.observer()->recorded(record, std::move(records));
}

template <Name name, class Forward, class Pullback, class... X>
inline auto record_of(Tape& tape, const Forward& forward, const Pullback& pullback, X... x) {
  using T = kind_of<decltype(forward(x.get()...))>;
  using R = Recorded<T, Pullback, X...>;
  const bool needs_gradient = (x.needs_gradient() || ...);
  Node<T>& node = needs_gradient ? make<R>(tape, pullback, std::tuple(x...)) : make<Node<T>>(tape);
  node.operation = needs_gradient ? &kRecorded<name, T, R> : &kConstant<name, T>;
  set_value(tape, node, forward(x.get()...));  // may throw: only what has a value is appended
  if (tape.observer()) [[unlikely]]
    show(tape, node, x...);
  if (needs_gradient) tape.append(node);
  return Var<T>(tape, node);
}

// A node without operands, of the operation and with the value that are given.
template <class T, class SetValue>
Var<T> make_leaf(Tape& tape, const Operation& operation, const SetValue& set) {
  auto& node = make<Node<T>>(tape);
  node.operation = &operation;
  set(node);
  if (tape.observer()) [[unlikely]]
    show(tape, node);
  if (node.needs_gradient()) tape.append(node);
  return {tape, node};
}

}  // namespace detail

// Appends one record; `operands` are Vars, Numbers, or spans of scalar Vars. What depends on constants alone becomes a
// constant itself. Throws std::invalid_argument if an operand lives on another tape, or was recorded before a rewind.
template <Name name, class Forward, class Pullback, class... Operands>
inline auto record(const Forward& forward, const Pullback& pullback, const Operands&... operands) {
  Tape& tape = detail::tape_of(operands...);
  return detail::record_of<name>(tape, forward, pullback, detail::operand(tape, operands)...);
}

// The members of Tape that make leaves.

template <class X>
Var<kind_of<X>> Tape::variable(const X& x) {
  using T = kind_of<X>;
  return detail::make_leaf<T>(*this, detail::kVariable<T>, [&](auto& node) { detail::set_value(*this, node, x); });
}

template <class X>
Var<kind_of<X>> Tape::constant(const X& x) {
  using T = kind_of<X>;
  return detail::make_leaf<T>(*this, detail::kConstant<"constant", T>,
                              [&](auto& node) { detail::set_value(*this, node, x); });
}

template <RowByRow M>
Var<kind_of<M>> Tape::reference(const M& x) {
  using T = kind_of<M>;
  return detail::make_leaf<T>(*this, detail::kConstant<"constant", T>,
                              [&](auto& node) { detail::refer_to(*this, node, x); });
}

}  // namespace autograd
