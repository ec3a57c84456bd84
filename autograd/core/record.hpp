#pragma once
// record<"name">(forward, pullback, operands...): how every operation is written, inside the engine and outside it.
//
//   // square   y = x²          x̄ += 2 x ȳ
//   Var<double> square(const Var<double>& x) {
//     return record<"square">([](auto& x) { return x.value() * x.value(); },
//                             [](auto& y, auto& x) { x.accumulate(2 * x.value() * y.grad()); }, x);
//   }
//
// Both functions get the operands' nodes; the pullback gets the result's node before them. The forward returns a
// number, or one of the things in expression.hpp; an expression may refer to the nodes, but not to variables of the
// forward's own. What else a pullback needs (an index, memory of the tape) it captures by value.

#include <algorithm>
#include <tuple>

#include "autograd/core/name.hpp"
#include "autograd/core/tape.hpp"

namespace autograd {

// Three kinds of operand, as a record keeps them. get() is what the two functions see; list() appends the nodes, for
// an observer. First, a Var's node.
template <class T>
struct Operand {
  Node<T>* node;
  bool needs_gradient() const { return node->needs_gradient(); }
  Node<T>& get() { return *node; }
  void list(std::vector<const Record*>& records) const { records.push_back(node); }
};
// A plain number, which drops what would flow back to it.
template <Element S>
struct Number {
  S value_;
  const S& value() const { return value_; }
  void accumulate(const S&) const {}
  bool needs_gradient() const { return false; }
  Number& get() { return *this; }
  void list(std::vector<const Record*>&) const {}
};
// The nodes of many numbers.
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
    if (x.empty()) throw_invalid("record: an operand is an empty span (need at least one Var)");
    return x.front().tape();
  } else {
    return tape_of(rest...);
  }
}

// A record that can be pulled: a node, then its pullback and operands.
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

}  // namespace detail

// Puts one record on the tape; `operands` are Vars, Numbers, or spans of scalar Vars. What depends on constants alone
// becomes a constant itself. Throws std::invalid_argument if an operand lives on another tape, or was recorded before
// a rewind.
template <Name name, class Forward, class Pullback, class... Operands>
inline auto record(const Forward& forward, const Pullback& pullback, const Operands&... operands) {
  Tape& tape = detail::tape_of(operands...);
  const auto record_of = [&](auto... x) {
    using T = kind_of<decltype(forward(x.get()...))>;
    using R = detail::Recorded<T, Pullback, decltype(x)...>;
    Node<T>& node = (x.needs_gradient() || ...)
                        ? tape.make<R>(kOperation<name, T, R::pull>, pullback, std::tuple(x...))
                        : tape.make<Node<T>>(kOperation<name, T>);
    node.set_value(tape.arena(), forward(x.get()...));  // may throw: only what has a value is put on the tape
    return tape.put(node, x...);
  };
  return record_of(detail::operand(tape, operands)...);
}

}  // namespace autograd
