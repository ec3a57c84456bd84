#pragma once
// Reverse mode. A tape keeps a record of everything that is computed, in order. backward() walks from the last record to
// the first, and each adds to its operands' adjoints what flows back to them.

#include <cstdint>
#include <memory>
#include <span>
#include <typeinfo>
#include <utility>
#include <vector>

#include "autograd/core/arena.hpp"
#include "autograd/core/expression.hpp"
#include "autograd/core/shapes.hpp"

namespace autograd {

class Tape;
struct Record;

// What all records of one operation share.
struct Operation {
  const char* name;
  bool needs_gradient;         // false for constants, and for what depends on constants alone
  const std::type_info& kind;  // of the value: a record of this operation is a Node<T>, and this is typeid(T)
  void (*pull)(Record&);       // the operands' adjoints += this record's share
  void (*forget)(Record&);     // makes its adjoint untouched again
};

// Every record begins so. Its value and adjoint follow (Node), then its pullback and operands (record.hpp).
struct Record {
  const Operation* operation = nullptr;
  Record* previous = nullptr;
  bool needs_gradient() const { return operation->needs_gradient; }
};

// A number and its adjoint. An adjoint of zero and an untouched one are the same thing. A constant's adjoint is added
// to as well, because a test would cost more than the addition; Var::grad() does not show it.
template <class T>
struct Node : Record {
  T value_{}, adjoint_{};

  const T& value() const { return value_; }
  const T& grad() const { return adjoint_; }
  bool touched() const { return !(adjoint_ == T(0)); }
  void forget() { adjoint_ = T(0); }
  void accumulate(const T& gradient) { adjoint_ += gradient; }
};

// Who may keep a part of a matrix's gradient back and add it later: a parameter (parameters/waiting.hpp).
template <class S>
struct Keeper {
  virtual bool keep(const LazyMatrix<S>& gradient) = 0;  // false: add it now
  virtual void add_what_waits(MatrixMap<S> adjoint) = 0;
  virtual void forget() = 0;

 protected:
  ~Keeper() = default;
};

// A matrix and its adjoint. The adjoint gets its memory when backward first comes to it; the first contribution is
// assigned, later ones are added. So nothing is filled with zeros to be added to.
template <class S>
struct Node<Matrix<S>> : Record {
  Tape* tape_ = nullptr;
  const S* value_ = nullptr;
  S* adjoint_ = nullptr;
  Index rows_ = 0, cols_ = 0;
  bool touched_ = false;
  Keeper<S>* keeper_ = nullptr;

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index size() const { return rows_ * cols_; }
  ConstMatrixMap<S> value() const { return {value_, rows_, cols_}; }
  ConstMatrixMap<S> grad() const { return {adjoint_, rows_, cols_}; }
  bool touched() const { return touched_; }
  void forget() {
    touched_ = false;
    if (keeper_) keeper_->forget();
  }
  Tape& tape() const { return *tape_; }

  // adjoint += gradient, of the value's shape. A constant drops the expression unevaluated.
  // Throws std::invalid_argument for another shape.
  template <class E>
  void accumulate(const E& gradient);
  // The adjoint itself, zeros if it was untouched, for an operation that adds to it here and there.
  MatrixMap<S> adjoint();

 private:
  MatrixMap<S> memory();
};

// A handle on a value on a tape: cheap to copy, valid until the tape is rewound.
template <Value T>
class Var {
 public:
  using Element = element_t<T>;

  Var() = default;
  Var(Tape& tape, Node<T>& node);

  // The value: a number, or a map of the matrix n×d.
  auto value() const { return node().value(); }
  // ∂y/∂this in this value's shape, for the y of the last backward; zeros where y does not depend on this.
  auto grad() const {
    Node<T>& node = this->node();
    if constexpr (MatrixValue<T>) {
      const MatrixMap<Element> adjoint = node.adjoint();
      if (node.keeper_) node.keeper_->add_what_waits(adjoint);
      return node.grad();
    } else {
      return node.needs_gradient() ? node.grad() : T(0);
    }
  }
  Index rows() const
  requires MatrixValue<T>
  {
    return node().rows();
  }
  Index cols() const
  requires MatrixValue<T>
  {
    return node().cols();
  }
  bool needs_gradient() const { return node().needs_gradient(); }

  Tape& tape() const;     // throws std::invalid_argument if this Var is empty
  Node<T>& node() const;  // the same, and if it was recorded before a rewind

 private:
  Tape* tape_ = nullptr;
  Node<T>* node_ = nullptr;
  std::uint64_t epoch_ = 0;
};

// Who watches a tape: it is told of every record and its operands, of every step of a sweep, and of a rewind
// (instruments/trace.hpp).
struct Observer {
  virtual void recorded(const Record& record, std::vector<const Record*> operands) = 0;
  virtual void pulled(const Record& record) = 0;
  virtual void rewound() = 0;

 protected:
  ~Observer() = default;
};

// Invariants:
//   1. A record comes after its operands, so the list from `last_` along `previous` is in reverse topological order.
//   2. Everything recorded lies in the arena and needs no destructor: a rewind moves a pointer.
//   3. Every rewind begins a new epoch. A Var carries its own, so one that outlived a rewind is recognised.
class Tape {
 public:
  Tape() : epoch_(new_epoch()) {}
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // An independent variable, holding a copy of x: a number or any Eigen expression.
  template <class X>
  Var<kind_of<X>> variable(const X& x);
  // A value without gradient, a copy of x.
  template <class X>
  Var<kind_of<X>> constant(const X& x);
  // A constant that is not copied: x is row-major memory that stays as it is until the next rewind.
  template <class S>
  Var<Matrix<S>> reference(const ConstMatrixMap<S>& x);
  template <class S>
  Var<Matrix<S>> reference(const MatrixMap<S>& x) {
    return reference(ConstMatrixMap<S>(x.data(), x.rows(), x.cols()));
  }
  template <class S>
  Var<Matrix<S>> reference(const Matrix<S>& x) {
    return reference(ConstMatrixMap<S>(x.data(), x.rows(), x.cols()));
  }
  template <class S>
  Var<Matrix<S>> reference(Matrix<S>&&) = delete;  // a temporary does not stay
  // A variable whose value and gradient both lie elsewhere, n×d each: how parameters enter a tape. A sweep that comes
  // to it overwrites the gradient, and never adds to an old one. Throws std::invalid_argument for two shapes.
  template <class S>
  Var<Matrix<S>> watch(const ConstMatrixMap<S>& value, const MatrixMap<S>& gradient);

  // The adjoints of everything that the number y depends on. (The gradient of a matrix is not defined.)
  template <Element S>
  void backward(const Var<S>& y) {
    Node<S>& last = node_of(y);
    if (std::exchange(swept_, true))
      for (Record* record = last_; record; record = record->previous) record->operation->forget(*record);
    if (!last.needs_gradient()) return;
    last.accumulate(S(1));
    for (Record* record = &last; record; record = record->previous) {
      record->operation->pull(*record);
      if (observer_) observer_->pulled(*record);
    }
  }

  // Frees everything recorded; its memory serves the next records.
  void rewind() {
    arena_.rewind();
    last_ = nullptr;
    epoch_ = new_epoch();
    swept_ = false;
    if (observer_) observer_->rewound();
  }

  // The node of a Var; throws std::invalid_argument unless it lives on this tape now.
  template <class T>
  Node<T>& node_of(const Var<T>& x) {
    if (&x.tape() != this) [[unlikely]]
      throw_foreign();
    return x.node();
  }

  // For what records: memory until the next rewind, and a record's place in the list.
  template <class X>
  X* allocate(std::size_t count = 1, std::size_t alignment = alignof(X)) {
    return static_cast<X*>(arena_.allocate(count * sizeof(X), alignment));
  }
  void append(Record& record) {
    record.previous = last_;
    last_ = &record;
  }
  // An uninitialised matrix n×d, for what a pullback wants to keep; and n values X{} of a type without destructor.
  template <class S>
  MatrixMap<S> scratch(Index rows, Index cols) {
    return {allocate<S>(rows * cols, Arena::kAlignment), rows, cols};
  }
  template <class X>
  std::span<X> array(std::size_t n) {
    X* first = allocate<X>(n);
    std::uninitialized_value_construct_n(first, n);
    return {first, n};
  }

  void observe(Observer* observer) { observer_ = observer; }  // nullptr: nobody
  Observer* observer() const { return observer_; }
  std::uint64_t epoch() const { return epoch_; }
  const Arena& arena() const { return arena_; }
  Arena& arena() { return arena_; }

 private:
  static std::uint64_t new_epoch();
  [[noreturn]] static void throw_foreign();

  Arena arena_;
  Record* last_ = nullptr;
  std::uint64_t epoch_;
  bool swept_ = false;
  Observer* observer_ = nullptr;
};

[[noreturn]] void throw_empty();
[[noreturn]] void throw_rewound();

template <Value T>
Var<T>::Var(Tape& tape, Node<T>& node) : tape_(&tape), node_(&node), epoch_(tape.epoch()) {}

template <Value T>
Tape& Var<T>::tape() const {
  if (!tape_) [[unlikely]]
    throw_empty();
  return *tape_;
}

template <Value T>
Node<T>& Var<T>::node() const {
  if (epoch_ != tape().epoch()) [[unlikely]]
    throw_rewound();
  return *node_;
}

template <class S>
MatrixMap<S> Node<Matrix<S>>::memory() {
  if (!adjoint_) adjoint_ = tape_->allocate<S>(size(), Arena::kAlignment);
  return {adjoint_, rows_, cols_};
}

template <class S>
MatrixMap<S> Node<Matrix<S>>::adjoint() {
  MatrixMap<S> all = memory();
  if (!std::exchange(touched_, true)) all.setZero();
  return all;
}

template <class S>
template <class E>
void Node<Matrix<S>>::accumulate(const E& gradient) {
  if (!needs_gradient()) return;
  if (gradient.rows() != rows_ || gradient.cols() != cols_) [[unlikely]]
    throw_shapes("accumulate", "the value", rows_, cols_, "its gradient", gradient.rows(), gradient.cols(),
                 "need equal shapes");
  if constexpr (is_product<E>) {
    accumulate(Kernel<E>::of(gradient));
  } else {
    if constexpr (Lazy<E>) {
      if (keeper_ && keeper_->keep(gradient)) return;
    }
    if (!std::exchange(touched_, true)) return assign(memory(), gradient);
    if constexpr (requires { gradient.fill; }) {
      MatrixMap<S> share = tape_->scratch<S>(rows_, cols_);
      assign(share, gradient);
      add(adjoint(), share);
    } else {
      add(adjoint(), gradient);
    }
  }
}

}  // namespace autograd
