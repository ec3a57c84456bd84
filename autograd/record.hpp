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

#include <algorithm>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "autograd/dual.hpp"
#include "autograd/shapes.hpp"
#include "autograd/tape.hpp"

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
struct Written {
  Index rows, cols;
  Fill fill;
};
template <Element S, class Fill>
Written<S, Fill> written(Index rows, Index cols, Fill fill) {
  return {rows, cols, fill};
}

// The record of one operation: header, value and adjoint, then pullback and operands.
template <FixedString name, class T, class Pullback, class... Operands>
struct Recorded : Node<T> {
  [[no_unique_address]] Pullback pullback;
  std::tuple<Operands...> operands;

  static void pull(Record& record) {
    auto& self = static_cast<Recorded&>(record);
    if (!self.touched()) return;
    std::apply([&self](auto&... operand) { self.pullback(static_cast<Node<T>&>(self), dereference(operand)...); },
               self.operands);
  }
  template <class X>
  static Node<X>& dereference(Node<X>* node) { return *node; }
  template <class X>
  static X& dereference(X& operand) { return operand; }
};

namespace detail {

template <class T>
Look look(const Record& record) {
  const auto& node = static_cast<const Node<T>&>(record);
  Look look;
  if constexpr (Element<T>) {
    look.value = Matrix<double>::Constant(1, 1, static_cast<double>(node.value()));
    if (node.touched() && node.needs_gradient()) look.adjoint = Matrix<double>::Constant(1, 1, static_cast<double>(node.grad()));
  } else {
    look.value = node.value().template cast<double>();
    if (node.touched() && node.needs_gradient()) look.adjoint = node.grad().template cast<double>();
  }
  return look;
}

template <class T>
void forget(Record& record) { static_cast<Node<T>&>(record).forget(); }

template <class T>
void release(Record& record) { static_cast<Node<T>&>(record).release(); }

inline void nothing(Record&) {}

template <class T>
inline constexpr Operation kVariable{"variable", true, nothing, forget<T>, nothing, look<T>};
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
  static Var<T> handle(Tape& tape, Node<T>& node) { return {&tape, &node, tape.epoch_}; }

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

  template <class T, class V>
  static void set_value(Tape& tape, Node<T>& node, const V& value) {
    if constexpr (Element<T>) {
      node.value_ = value;
    } else if constexpr (EigenExpression<V>) {
      shape(tape, node, value.rows(), value.cols());
      MatrixMap<element_t<T>> target{node.value_, node.rows_, node.cols_};
      if constexpr (is_array<V>) target.array() = value;
      else target.noalias() = value;
    } else {
      shape(tape, node, value.rows, value.cols);
      value.fill(MatrixMap<element_t<T>>{node.value_, node.rows_, node.cols_});
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
  static Number<S> store(Tape&, Number<S> number) { return number; }
  template <class S>
  static Nodes<S> store(Tape& tape, std::span<const Var<S>> vars) {
    const std::span<Node<S>*> nodes = tape.array<Node<S>*>(vars.size());
    for (std::size_t i = 0; i < vars.size(); ++i) {
      nodes[i] = store(tape, vars[i]);
    }
    return {nodes};
  }

  template <class T>
  static bool needs_gradient(Node<T>* node) { return node->needs_gradient(); }
  template <class S>
  static bool needs_gradient(Number<S>) { return false; }
  template <class S>
  static bool needs_gradient(const Nodes<S>& nodes) {
    return std::ranges::any_of(nodes.nodes, [](auto* node) { return node->needs_gradient(); });
  }

  template <class T>
  static void list(std::vector<const Record*>& out, Node<T>* node) { out.push_back(node); }
  template <class S>
  static void list(std::vector<const Record*>&, Number<S>) {}
  template <class S>
  static void list(std::vector<const Record*>& out, const Nodes<S>& nodes) {
    out.insert(out.end(), nodes.nodes.begin(), nodes.nodes.end());
  }
};

namespace detail {

template <class T, class... Rest>
Tape& tape_of(const Var<T>& first, const Rest&...) { return first.tape(); }
template <class S, class... Rest>
Tape& tape_of(const std::span<const Var<S>>& first, const Rest&...) { return first.front().tape(); }
template <class S, class... Rest>
Tape& tape_of(const Number<S>&, const Rest&... rest) { return tape_of(rest...); }

template <class V>
struct ValueKind { using type = Matrix<typename V::Scalar>; };
template <Element S>
struct ValueKind<S> { using type = S; };
template <std::integral I>
struct ValueKind<I> { using type = double; };
template <class S, class Fill>
struct ValueKind<Written<S, Fill>> { using type = Matrix<S>; };

}  // namespace detail

// Appends one record. `value` is a number, an Eigen expression (evaluated straight into the arena) or written(...);
// `operands` are Vars, Numbers, or spans of scalar Vars. What depends on constants alone becomes a constant itself.
// Throws std::invalid_argument if an operand lives on another tape, or was recorded before a rewind.
template <FixedString name, class V, class Pullback, class... Operands>
auto record(const V& value, Pullback pullback, const Operands&... operands) {
  using T = typename detail::ValueKind<V>::type;
  Tape& tape = detail::tape_of(operands...);

  using R = Recorded<name, T, Pullback, decltype(Recorder::store(tape, operands))...>;
  auto stored = std::tuple(Recorder::store(tape, operands)...);
  const bool needs_gradient = std::apply([](auto&... o) { return (Recorder::needs_gradient(o) || ...); }, stored);

  const auto finish = [&](Node<T>& node) {
    Recorder::set_value(tape, node, value);
    if (tape.traced()) [[unlikely]] {
      std::vector<const Record*> records;
      std::apply([&](auto&... o) { (Recorder::list(records, o), ...); }, stored);
      Recorder::note(tape, node, std::move(records));
    }
    return Recorder::handle(tape, node);
  };
  if (!needs_gradient) {
    auto& node = Recorder::allocate<Node<T>>(tape);
    node.operation = &detail::kDerivedConstant<name, T>;
    return finish(node);
  }
  auto& node = Recorder::allocate<R>(tape, std::move(pullback), std::move(stored));
  node.operation = &detail::kRecorded<name, T, R>;
  const Var<T> var = finish(node);  // may throw: only what has a value is linked
  Recorder::link(tape, node);
  return var;
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
  constexpr bool in_memory = requires { x.data(); x.outerStride(); } && row_major;
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

namespace detail {

// target = expression, evaluated in place.
template <class Target, class E>
void assign(Target target, const E& expression) {
  if constexpr (is_array<E>) target.array() = expression;
  else target.noalias() = expression;
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
void add_summed(MatrixMap<S> adjoint, const MatrixMap<S>& whole) {
  if (adjoint.rows() == whole.rows() && adjoint.cols() == whole.cols()) adjoint += whole;
  else if (adjoint.size() == 1) adjoint(0, 0) += whole.sum();
  else if (adjoint.rows() == 1) adjoint += whole.colwise().sum();
  else adjoint += whole.rowwise().sum();
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
    detail::assign(grad(), gradient);
  } else if (is_product<E> && same_rows && same_cols) {
    if constexpr (is_product<E>) grad().noalias() += gradient;  // its kernel adds as readily as it assigns
  } else {
    touched_grad();
    const detail::Aside<S> aside(*tape_, gradient.rows(), gradient.cols());
    detail::assign(aside.matrix(), gradient);
    detail::add_summed(grad(), aside.matrix());
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
  const Index lanes = by == By::row ? rows_ : cols_;
  const detail::Aside<S> aside(*tape_, by == By::row ? 1 : rows_, by == By::row ? cols_ : 1);
  for (Index k = 0; k < lanes; ++k) {
    const auto accumulate_into = [&](auto lane) {
      if (!add) return detail::assign(lane, gradient(k));
      detail::assign(aside.matrix(), gradient(k));
      lane += aside.matrix();
    };
    if (by == By::row) accumulate_into(grad().row(k));
    else accumulate_into(grad().col(k));
  }
}

template <class S>
bool Node<Matrix<S>>::touch() {
  if (!grad_) grad_ = tape_->template scratch<S>(rows_, cols_).data();
  return std::exchange(touched_, true);
}

template <class S>
MatrixMap<S> Node<Matrix<S>>::touched_grad() {
  if (!touch()) grad().setZero();
  return grad();
}

}  // namespace autograd
