#pragma once
// Reverse mode. A tape keeps a record of everything that is computed, in order. backward() walks from the last record
// to the first, and each adds to its operands' adjoints what flows back to them.

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "autograd/core/node.hpp"

namespace autograd {

template <Value T>
class Var;

// Who looks on while a tape works, as a Trace does (instruments/trace.hpp): it is told of every record and its
// operands, of every step of a sweep, and of a rewind.
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
  template <RowByRow M>
  Var<kind_of<M>> reference(const M& x);
  template <class S>
  Var<Matrix<S>> reference(const Matrix<S>&&) = delete;  // a temporary does not stay

  // The adjoints of everything that the number y depends on. (The gradient of a matrix is not defined.)
  template <Element S>
  void backward(const Var<S>& y) {
    Node<S>& last = node_of(y);
    if (std::exchange(swept_, true))
      for (Record* record = last_; record; record = record->previous) record->operation->reset_adjoint(*record);
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
    return autograd::scratch<S>(arena_, rows, cols);
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
  static std::uint64_t new_epoch() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
  }

  Arena arena_;
  Record* last_ = nullptr;
  std::uint64_t epoch_;
  bool swept_ = false;
  Observer* observer_ = nullptr;
};

// A handle on a value on a tape: cheap to copy, valid until the tape is rewound or destroyed.
template <Value T>
class Var {
 public:
  using Element = element_t<T>;

  Var() = default;
  Var(Tape& tape, Node<T>& node) : tape_(&tape), node_(&node), epoch_(tape.epoch()) {}

  // The value: a number, or a map of the matrix n×d.
  auto value() const { return node().value(); }
  // ∂y/∂this in this value's shape, for the y of the last backward; zeros where y does not depend on this.
  auto grad() const { return node().complete_grad(); }
  Index rows() const { return node().rows(); }  // of a matrix
  Index cols() const { return node().cols(); }
  bool needs_gradient() const { return node().needs_gradient(); }

  // Throws std::invalid_argument if this Var is empty.
  Tape& tape() const {
    if (!tape_) [[unlikely]]
      throw_empty();
    return *tape_;
  }
  // The same, and if it was recorded before a rewind.
  Node<T>& node() const {
    if (epoch_ != tape().epoch()) [[unlikely]]
      throw_rewound();
    return *node_;
  }

 private:
  Tape* tape_ = nullptr;
  Node<T>* node_ = nullptr;
  std::uint64_t epoch_ = 0;
};

}  // namespace autograd
