#pragma once
// How a record lies on the tape: header, value and adjoint, then its pullback and operands; and what builds one. Read
// record.hpp first: this is the machinery under it.

#include <algorithm>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "autograd/arithmetic/dual.hpp"
#include "autograd/core/shapes.hpp"
#include "autograd/core/tape.hpp"

namespace autograd {

// A string as a template argument: the name costs a record no memory.
template <std::size_t n>
struct FixedString {
  char text[n];
  constexpr FixedString(const char (&string)[n]) { std::copy_n(string, n, text); }
};

// A plain number as an operand: it has a value, and what would flow back to it is dropped.
template <Element S>
struct Number {
  S value_;
  const S& value() const { return value_; }
  void accumulate(const S&) const {}
};

// Many scalar operands of one record, as in the sum of a span of them.
template <Element S>
struct Nodes {
  std::span<Node<S>*> nodes;
  Index size() const { return static_cast<Index>(nodes.size()); }
  Node<S>& operator[](Index i) const { return *nodes[static_cast<std::size_t>(i)]; }
};

// A value that is written by a function instead of given as an expression: fill(y) writes all of y, rows×cols.
template <Element S, class Fill>
class Written {
 public:
  using Scalar = S;
  Written(Index rows, Index cols, Fill fill) : rows_(rows), cols_(cols), fill_(fill) {}
  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  void assign_to(MatrixMap<S> y) const { fill_(y); }

 private:
  Index rows_, cols_;
  Fill fill_;
};
template <Element S, class Fill>
Written<S, Fill> written(Index rows, Index cols, Fill fill) {
  return {rows, cols, fill};
}

// A number that f(operands...) computes from the nodes that the pullback gets, once they are known to be of the tape.
template <Element S, class F>
struct Computed {
  F f;
};
template <Element S, class F>
Computed<S, F> computed(F f) {
  return {f};
}

namespace detail {
template <class V>
inline constexpr bool is_computed = false;
template <class S, class F>
inline constexpr bool is_computed<Computed<S, F>> = true;

// An operand, as a pullback gets it.
template <class X>
Node<X>& dereference(Node<X>* node) {
  return *node;
}
template <class X>
X& dereference(X& operand) {
  return operand;
}
}  // namespace detail

// The record of one operation: header, value and adjoint, then pullback and operands.
template <FixedString name, class T, class Pullback, class... Operands>
struct Recorded : Node<T> {
  [[no_unique_address]] Pullback pullback;
  std::tuple<Operands...> operands;

  static void pull(Record& record) {
    auto& self = static_cast<Recorded&>(record);
    if (!self.touched()) return;
    [&self]<std::size_t... i>(std::index_sequence<i...>) {
      self.pullback(static_cast<Node<T>&>(self), detail::dereference(std::get<i>(self.operands))...);
    }(std::index_sequence_for<Operands...>());
  }
};

namespace detail {

template <class T>
Look look(const Record& record);  // graph.cpp

template <class T>
void forget(Record& record) {
  static_cast<Node<T>&>(record).forget();
}

template <class T>
void release(Record& record) {
  static_cast<Node<T>&>(record).release();
}

inline void nothing(Record&) {}

template <class T>
void settle(Record& record) {
  if constexpr (MatrixValue<T>) static_cast<Node<T>&>(record).settle();
}

// target = expression, evaluated in place. What is no expression of Eigen's writes itself: Written, Product
// (product.hpp).
template <class Target, class E>
void assign(Target target, const E& expression) {
  if constexpr (!EigenExpression<E>)
    expression.assign_to(target);
  else if constexpr (is_array<E>)
    target.array() = expression;
  else
    target.noalias() = expression;
}

template <class T>
inline constexpr Operation kVariable{"variable", true, nothing, forget<T>, settle<T>, look<T>};
template <class T>
inline constexpr Operation kConstant{"constant", false, nothing, forget<T>, release<T>, look<T>};
template <FixedString name, class T>
inline constexpr Operation kDerivedConstant{name.text, false, nothing, forget<T>, release<T>, look<T>};
template <FixedString name, class T, class R>
inline constexpr Operation kRecorded{name.text, true, R::pull, forget<T>, release<T>, look<T>};

}  // namespace detail

// What builds records: the only code that knows both a Var's node and the tape's list.
struct Recorder {
  static Arena& arena(Tape& tape) { return tape.arena_; }

  template <class T>
  static Var<T> handle(Tape& tape, Node<T>& node) {
    return {&tape, &node, tape.epoch_};
  }

  template <class R, class... Parts>
  static R& allocate(Tape& tape, Parts&&... parts) {
    static_assert(std::is_trivially_destructible_v<R>, "a pullback may capture only what needs no destructor");
    return *new (tape.arena_.allocate(sizeof(R), alignof(R))) R{{}, std::forward<Parts>(parts)...};
  }
  static void link(Tape& tape, Record& record) {
    record.previous = tape.last_;
    tape.last_ = &record;
  }

  // A matrix node with room for its value (null: the value lies elsewhere), and no adjoint yet.
  template <class S>
  static void shape(Tape& tape, Node<Matrix<S>>& node, Index rows, Index cols, S* value = nullptr) {
    node.tape_ = &tape;
    node.value_ = value ? value : tape.scratch<S>(rows, cols).data();
    node.rows_ = rows;
    node.cols_ = cols;
  }

  // `operands`, as they are stored: for what is computed from them.
  template <class T, class V, class... Operands>
  static void set_value(Tape& tape, Node<T>& node, const V& value, Operands&... operands) {
    if constexpr (detail::is_computed<V>) {
      node.value_ = value.f(detail::dereference(operands)...);
    } else if constexpr (Element<T>) {
      node.value_ = value;
    } else {
      shape(tape, node, value.rows(), value.cols());
      detail::assign(MatrixMap<element_t<T>>(node.value_, node.rows_, node.cols_), value);
    }
  }

  static void note(Tape& tape, const Record& record, std::vector<const Record*> operands) {
    tape.note(record, std::move(operands));
  }

  // Operands, as a record stores them.
  template <class T>
  static Node<T>* store(Tape& tape, const Var<T>& var) {
    tape.check(var);
    return var.node_;
  }
  template <class S>
  static Number<S> store(Tape&, Number<S> number) {
    return number;
  }
  template <class S>
  static Nodes<S> store(Tape& tape, std::span<const Var<S>> vars) {
    const std::span<Node<S>*> nodes = tape.array<Node<S>*>(vars.size());
    for (std::size_t i = 0; i < vars.size(); ++i) {
      nodes[i] = store(tape, vars[i]);
    }
    return {nodes};
  }

  template <class T>
  static bool needs_gradient(Node<T>* node) {
    return node->needs_gradient();
  }
  template <class S>
  static bool needs_gradient(Number<S>) {
    return false;
  }
  template <class S>
  static bool needs_gradient(const Nodes<S>& nodes) {
    return std::ranges::any_of(nodes.nodes, [](auto* node) { return node->needs_gradient(); });
  }

  template <class T>
  static void list(std::vector<const Record*>& out, Node<T>* node) {
    out.push_back(node);
  }
  template <class S>
  static void list(std::vector<const Record*>&, Number<S>) {}
  template <class S>
  static void list(std::vector<const Record*>& out, const Nodes<S>& nodes) {
    out.insert(out.end(), nodes.nodes.begin(), nodes.nodes.end());
  }
};

namespace detail {

// The kind T that a value is recorded as.
template <class V>
struct ValueKind {
  using type = Matrix<typename V::Scalar>;
};
template <Element S>
struct ValueKind<S> {
  using type = S;
};
template <class S, class F>
struct ValueKind<Computed<S, F>> {
  using type = S;
};
template <std::integral I>
struct ValueKind<I> {
  using type = double;
};

}  // namespace detail

}  // namespace autograd
