#pragma once
// A record of a tape, as it lies in memory: what all records have, then its value and its adjoint. The pullback and
// the operands follow (record.hpp).

#include <concepts>
#include <typeinfo>
#include <utility>

#include "autograd/core/errors.hpp"
#include "autograd/core/expression.hpp"
#include "autograd/core/name.hpp"

namespace autograd {

struct Record;

// What all records of one operation on values of one kind have in common.
struct Operation {
  const char* name;
  const std::type_info& value_t;   // a record of this operation is a Node<T>, and this is typeid(T)
  void (*pull)(Record&);           // adds to the operands' adjoints what flows back to them; constants have none
  void (*reset_adjoint)(Record&);  // makes its adjoint untouched again: as if nothing had been added to it
};

struct Record {
  const Operation* operation = nullptr;
  Record* previous = nullptr;
  bool needs_gradient() const { return operation->pull != nullptr; }
};

// A number and its adjoint. An adjoint of 0 counts as untouched. Constants collect an adjoint too, because a test
// would cost more than the addition; complete_grad() is 0 for them.
template <class T>
struct Node : Record {
  using Scalar = T;
  T value_{}, adjoint_{};

  void set_value(Arena&, const T& value) { value_ = value; }
  const T& value() const { return value_; }
  const T& grad() const { return adjoint_; }
  bool touched() const { return !(adjoint_ == T(0)); }
  void reset_adjoint() { adjoint_ = T(0); }
  void accumulate(const T& gradient) { adjoint_ += gradient; }
  T complete_grad() const { return needs_gradient() ? adjoint_ : T(0); }
};

// A matrix and its adjoint, which gets its memory when something is added for the first time. That first contribution
// is assigned, later ones are added. So no matrix is filled with zeros first.
template <class S>
struct Node<Matrix<S>> : Record {
  using Scalar = S;
  Arena* arena_ = nullptr;
  const S* value_ = nullptr;
  S* adjoint_ = nullptr;
  Index rows_ = 0, cols_ = 0;
  bool touched_ = false;
  bool lets_wait_ = false;             // of a parameter: contributions may wait (parameters/watched.hpp)
  const Share<S>* waiting_ = nullptr;  // what waits, the last one first

  // The value is a copy of an expression.
  template <class E>
  void set_value(Arena& arena, const E& value) {
    refer_to(arena, copy<S>(arena, value));
  }
  // The value is numbers that stay where they are.
  template <RowByRow M>
  void refer_to(Arena& arena, const M& value) {
    arena_ = &arena, value_ = value.data(), rows_ = value.rows(), cols_ = value.cols();
  }
  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index size() const { return rows_ * cols_; }
  Arena& arena() const { return *arena_; }
  ConstMatrixMap<S> value() const { return {value_, rows_, cols_}; }
  ConstMatrixMap<S> grad() const { return {adjoint_, rows_, cols_}; }
  bool touched() const { return touched_; }
  void reset_adjoint() { touched_ = false, waiting_ = nullptr; }

  // adjoint += gradient, of the value's shape. A constant drops the expression unevaluated.
  // Throws std::invalid_argument if the shapes differ.
  template <class E>
  void accumulate(const E& gradient) {
    if constexpr (is_product<E>) {
      accumulate(Kernel<E>::of(gradient));
    } else {
      if (!needs_gradient()) return;
      if (gradient.rows() != rows_ || gradient.cols() != cols_) [[unlikely]]
        throw_invalid("accumulate: the value is ", rows_, "×", cols_, ", its gradient is ", gradient.rows(), "×",
                      gradient.cols(), " (need equal shapes)");
      if constexpr (std::derived_from<E, Share<S>>) {
        if (lets_wait_ && gradient.can_wait(*arena_)) return wait(gradient);
      }
      if (!std::exchange(touched_, true))
        assign(memory(), gradient);
      else if constexpr (requires { gradient.fill; })  // it can only be assigned
        add(memory(), copy<S>(*arena_, gradient));
      else
        add(memory(), gradient);
    }
  }

  // The adjoint itself, zeros if it was untouched, for an operation that adds to single elements of it.
  MatrixMap<S> adjoint() {
    MatrixMap<S> all = memory();
    if (!std::exchange(touched_, true)) all.setZero();
    return all;
  }

  // The whole adjoint, to look at: what waits is added to it. Zeros if it is untouched; it stays untouched.
  ConstMatrixMap<S> complete_grad() {
    for (; waiting_; waiting_ = waiting_->previous) waiting_->add_to(adjoint());
    if (!touched_) memory().setZero();
    return grad();
  }

 private:
  template <class E>
  void wait(const E& gradient) {
    E* share = new (arena_->allocate(sizeof(E), alignof(E))) E(gradient);
    share->previous = std::exchange(waiting_, share);
  }
  MatrixMap<S> memory() {
    if (!adjoint_) adjoint_ = scratch<S>(*arena_, rows_, cols_).data();
    return {adjoint_, rows_, cols_};
  }
};

// The operation of records that are Node<T>. Without a pull they are constants.
template <Name name, class T, void (*pull)(Record&) = nullptr>
inline constexpr Operation kOperation{name.text, typeid(T), pull,
                                      [](Record& record) { static_cast<Node<T>&>(record).reset_adjoint(); }};
// Variables have no operands: nothing flows on from them.
inline void nothing(Record&) {}
template <class T>
inline constexpr const Operation& kVariable = kOperation<"variable", T, nothing>;

}  // namespace autograd
