#pragma once
// Reverse mode. A tape keeps a record of everything that is computed, in order. backward() walks from the last record
// to the first, and each adds to its operands' adjoints what flows back to them.

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <tuple>
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
//   2. Records lie in the arena and need no destructor: a rewind moves a pointer.
//   3. Every rewind begins a new epoch. A Var carries its own, so one that outlived a rewind is recognised.
class Tape {
 public:
  Tape() : epoch_(new_epoch()) {}
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // An independent variable, holding a copy of x: a number or any Eigen expression.
  template <class X>
  Var<kind_of<X>> variable(const X& x) {
    auto& node = make<Node<kind_of<X>>>(kVariable<kind_of<X>>);
    node.set_value(arena_, x);
    return put(node);
  }
  // A value without gradient, a copy of x.
  template <class X>
  Var<kind_of<X>> constant(const X& x) {
    auto& node = make<Node<kind_of<X>>>(kOperation<"constant", kind_of<X>>);
    node.set_value(arena_, x);
    return put(node);
  }
  // A constant that is not copied: x is row-major memory that stays as it is until the next rewind.
  template <RowByRow M>
  Var<kind_of<M>> reference(const M& x) {
    auto& node = make<Node<kind_of<M>>>(kOperation<"constant", kind_of<M>>);
    node.refer_to(arena_, x);
    return put(node);
  }
  template <class S>
  Var<Matrix<S>> reference(const Matrix<S>&&) = delete;  // a temporary does not stay

  // Computes the adjoint of everything that y depends on. y is a number; the gradient of a matrix is not defined.
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

  // Forgets everything recorded; its memory serves the next records.
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
      throw_invalid("Var: the operands live on two different tapes; record everything of one computation on one tape");
    return x.node();
  }

  // For code that makes records: a record without a value yet; and, once it has one, its place in the list. A
  // constant has no place there, but an observer hears of it too.
  template <class R, class... Parts>
  R& make(const Operation& operation, const Parts&... parts) {
    static_assert(std::is_trivially_destructible_v<R>, "a pullback may capture only what needs no destructor");
    R& made = *new (allocate<R>()) R{{}, parts...};
    made.operation = &operation;
    return made;
  }
  template <class T, class... X>
  Var<T> put(Node<T>& node, const X&... operands) {
    if (observer_) [[unlikely]]
      show(node, operands...);
    if (node.needs_gradient()) node.previous = std::exchange(last_, &node);
    return {*this, node};
  }

  // Memory until the next rewind, for what a pullback wants to keep: allocate has room for `count` values that are not
  // made yet, scratch is an uninitialised matrix, array has n values X{} of a type without destructor.
  template <class X>
  X* allocate(std::size_t count = 1) {
    return static_cast<X*>(arena_.allocate(count * sizeof(X), alignof(X)));
  }
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
  Arena& arena() { return arena_; }

 private:
  // Never inlined, so that tapes without an observer do not pay for it.
  template <class... X>
  [[gnu::cold, gnu::noinline]] void show(const Record& record, const X&... operands) {
    std::vector<const Record*> records;
    (operands.list(records), ...);
    observer_->recorded(record, std::move(records));
  }
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
  using Scalar = typename Node<T>::Scalar;

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
      throw_invalid("Var: this one is empty; make it with tape.variable(x) or tape.constant(x)");
    return *tape_;
  }
  // Throws std::invalid_argument if this Var is empty, or was recorded before a rewind.
  Node<T>& node() const {
    if (epoch_ != tape().epoch()) [[unlikely]]
      throw_invalid("Var: this one was recorded before the tape was rewound, and its memory is gone; record it again ",
                    "after rewind()");
    return *node_;
  }

 private:
  Tape* tape_ = nullptr;
  Node<T>* node_ = nullptr;
  std::uint64_t epoch_ = 0;
};

// The usual way to a derivative: f(x...) and its gradient in every x, on a tape of its own. f takes one Var for each x
// (a number or a matrix) and returns a scalar Var.
//   auto [value, slope] = value_and_gradient([](auto x) { return sin(x) * x; }, 2.0);
template <class F, class... X>
auto value_and_gradient(const F& f, const X&... x) {
  Tape tape;
  const auto vars = std::tuple(tape.variable(x)...);
  const auto y = std::apply(f, vars);
  tape.backward(y);
  using S = typename decltype(y)::Scalar;
  return std::apply([&](const auto&... var) { return std::tuple<S, kind_of<X>...>(y.value(), var.grad()...); }, vars);
}

}  // namespace autograd
