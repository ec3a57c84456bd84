#pragma once
// The tape: records in the order in which they were made, so that backward is one loop from last to first.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "autograd/core/arena.hpp"
#include "autograd/core/deferred.hpp"
#include "autograd/core/value.hpp"

namespace autograd {

class Tape;
struct Record;

// A copy of a record's numbers, for printing and for tests of finiteness.
struct Look {
  Matrix<double> value;
  std::optional<Matrix<double>> adjoint;  // empty where backward never came
};

// What all records of one operation have in common.
struct Operation {
  const char* name;
  bool needs_gradient;      // false for constants, and for what depends on constants alone
  void (*pull)(Record&);    // adds this record's share to its operands' adjoints, if its own was touched
  void (*forget)(Record&);  // makes its adjoint untouched again
  // and gives up the adjoint's memory, if it got that from the sweep. A variable, which did not, settles what waits
  void (*release)(Record&);
  Look (*look)(const Record&);
};

// The one kind of record. Its value and adjoint follow in Node<T>, its pullback and operands in Recorded (record.hpp).
struct Record {
  const Operation* operation = nullptr;
  Record* previous = nullptr;
  bool needs_gradient() const { return operation->needs_gradient; }
};

// Value and adjoint of a number. An adjoint of zero and an untouched one are the same thing. A constant's grad_
// collects what comes along, since adding is cheaper than asking; nobody reads it.
template <class T>
struct Node : Record {
  T value_{};
  T grad_{};

  const T& value() const { return value_; }
  const T& grad() const { return grad_; }
  bool touched() const { return !(grad_ == T(0)); }
  void forget() { grad_ = T(0); }
  void release() { forget(); }
  void accumulate(const T& gradient) { grad_ += gradient; }
};

// Value and adjoint of a matrix. The adjoint gets its memory when backward first touches it; the first contribution
// assigns, later ones add, so that nothing is ever filled with zeros to be added to.
template <class S>
struct Node<Matrix<S>> : Record {
  Tape* tape_ = nullptr;
  S* value_ = nullptr;
  S* grad_ = nullptr;
  Index rows_ = 0, cols_ = 0;
  bool touched_ = false;
  bool defers_ = false;              // whether products wait: a parameter's do (parameters.hpp)
  Deferred<S>* deferred_ = nullptr;  // those that wait, the last one first

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index size() const { return rows_ * cols_; }
  ConstMatrixMap<S> value() const { return {value_, rows_, cols_}; }
  ConstMatrixMap<S> grad() const { return {grad_, rows_, cols_}; }
  bool touched() const { return touched_; }
  void forget() { touched_ = false, deferred_ = nullptr; }
  void release() { touched_ = false, grad_ = nullptr; }
  Tape& tape() const { return *tape_; }

  // adjoint += gradient, an expression that is only evaluated if this node needs it. Where the operation broadcast this
  // value (a number, a row 1×d, a column n×1) to the expression's shape, the gradient is summed back to this shape.
  template <class E>
  void accumulate(const E& gradient);
  // The same for a part: adjoint.block(row, col, ...) += gradient.
  template <class E>
  void accumulate_block(Index row, Index col, const E& gradient);
  // The same row by row: row i of the adjoint += gradient(i), of a row's shape.
  template <class F>
  void accumulate_rows(F gradient);
  // The same for a product (product.hpp) of a record's value and another's adjoint, which may wait until it is asked
  // for (deferred.hpp).
  template <class P>
  void accumulate_later(const P& product);
  // adjoint += what waits.
  void settle();
  // Memory for the adjoint, and whether it already holds something to add to.
  bool touch();
  // The adjoint, filled with zeros if backward never touched it.
  MatrixMap<S> touched_grad();
};

// A handle on a value on a tape: cheap to copy, valid until the tape is rewound. T is float, double, Dual, or a Matrix.
template <Value T>
class Var {
 public:
  using Element = element_t<T>;

  Var() = default;
  // The value: a number, or a map of the matrix n×d.
  auto value() const { return node().value(); }
  // d(last backward's y) / d(this), in this value's shape; zeros where y does not depend on it.
  auto grad() const {
    if constexpr (MatrixValue<T>) {
      Node<T>& node = this->node();
      if (!node.needs_gradient()) node.release();  // constants are not in the tape's list, which a rewind releases
      node.settle();
      return ConstMatrixMap<Element>(node.touched_grad().data(), node.rows(), node.cols());
    } else {
      return needs_gradient() ? node().grad() : T(0);
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

  Tape& tape() const;
  Node<T>& node() const;

 private:
  friend class Tape;
  friend struct Recorder;
  Var(Tape* tape, Node<T>* node, std::uint64_t epoch) : tape_(tape), node_(node), epoch_(epoch) {}

  Tape* tape_ = nullptr;
  Node<T>* node_ = nullptr;
  std::uint64_t epoch_ = 0;
};

enum class Trace { off, on };

// Invariants:
//   1. A record comes after its operands, so the list from `last_` along `previous` is in reverse topological order.
//   2. Everything recorded lies in the arena and is trivially destructible: rewinding is moving a pointer.
//   3. Every stretch between marks has a number of its own: `epoch_` now, `older_epochs_` for those before the marks
//   that
//      are still alive. A Var carries its stretch's number, so one that outlived a rewind is recognised.
class Tape {
 public:
  // Trace::on also keeps every record's operands and watches for values and adjoints that are not finite.
  explicit Tape(Trace trace = Trace::off) : epoch_(new_epoch()), trace_(trace == Trace::on) {}
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // An independent variable, holding a copy of x (a number or any matrix expression).
  template <class X>
  auto variable(const X& x);
  // A value without gradient. A row-major matrix that is an lvalue is referenced, as is what a Map points at, and must
  // outlive the next rewind (or backward); any other rvalue or expression is copied.
  template <class X>
  auto constant(X&& x);
  // A matrix that lies elsewhere, as an independent variable whose gradient is written to `gradient` (same shape),
  // also elsewhere: how parameters enter a tape. backward overwrites the gradient, it never adds to an old one.
  template <class S>
  Var<Matrix<S>> watch(ConstMatrixMap<S> value, MatrixMap<S> gradient);

  // Adjoints of everything that y depends on. y is one number: the gradient of a matrix is not defined.
  template <Element S>
  void backward(const Var<S>& y);

  struct Mark {
    Arena::Position position;
    Record* last;
    std::size_t depth;
    std::uint64_t epoch;  // the stretch that ends at the mark
    std::size_t traced;
  };
  // Everything recorded after mark() is freed by rewind(mark), while what was there before keeps its value, and
  // variables their adjoints: gradients of block after block add up in the memory of one. rewind() frees everything.
  Mark mark();
  void rewind(const Mark& mark);
  void rewind();

  bool traced() const { return trace_; }
  // On a traced tape: a sentence that names the first operation whose value or adjoint was not finite.
  const std::optional<std::string>& first_not_finite() const { return first_not_finite_; }
  struct Traced {
    const Record* record;
    std::vector<const Record*> operands;
  };
  // On a traced tape: all records with their operands, in the order in which they were made.
  const std::vector<Traced>& records() const { return traced_; }

  const Arena& arena() const { return arena_; }
  // An uninitialised n×d matrix in the arena, for what a pullback wants to keep. Freed by rewind.
  template <class S>
  MatrixMap<S> scratch(Index rows, Index cols) {
    return {static_cast<S*>(arena_.allocate(sizeof(S) * rows * cols, Arena::kAlignment)), rows, cols};
  }

  [[noreturn]] static void throw_foreign(const Tape* other);
  // The same for n values of any type that needs no destructor, each as X{}.
  template <class X>
  std::span<X> array(std::size_t n) {
    X* first = static_cast<X*>(arena_.allocate(n * sizeof(X), alignof(X)));
    std::uninitialized_value_construct_n(first, n);
    return {first, n};
  }

  // Throws unless `var` lives on this tape now.
  template <class T>
  void check(const Var<T>& var) const {
    if (var.tape_ != this) [[unlikely]]
      throw_foreign(var.tape_);
    if (var.epoch_ != epoch_) [[unlikely]]
      check_older_epoch(var.epoch_);
  }

 private:
  friend struct Recorder;

  static std::uint64_t new_epoch();
  void check_older_epoch(std::uint64_t epoch) const;
  void forget_adjoints();
  void note(const Record& record, std::vector<const Record*> operands);
  void note_adjoints(const Traced& traced);
  void sweep(Record& from);

  Arena arena_;
  Record* last_ = nullptr;
  std::uint64_t epoch_;
  std::vector<std::uint64_t> older_epochs_;
  bool swept_ = false;
  bool trace_;
  std::vector<Traced> traced_;
  std::optional<std::string> first_not_finite_;
};

template <Value T>
Tape& Var<T>::tape() const {
  if (!tape_) [[unlikely]]
    Tape::throw_foreign(nullptr);
  return *tape_;
}

template <Value T>
Node<T>& Var<T>::node() const {
  tape().check(*this);
  return *node_;
}

}  // namespace autograd
