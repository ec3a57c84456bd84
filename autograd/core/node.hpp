#pragma once
// A record of a tape, as it lies in memory: what all records share, then its value and its adjoint. The pullback and
// the operands follow (record.hpp).

#include <concepts>
#include <typeinfo>
#include <utility>

#include "autograd/core/errors.hpp"
#include "autograd/core/expression.hpp"

namespace autograd {

struct Record;

// What all records of one operation share.
struct Operation {
  const char* name;
  bool needs_gradient;             // false for constants, and for what depends on constants alone
  const std::type_info& value_t;   // a record of this operation is a Node<T>, and this is typeid(T)
  void (*pull)(Record&);           // the operands' adjoints += this record's share
  void (*reset_adjoint)(Record&);  // makes its adjoint untouched again
};

// Every record begins so. Its value and adjoint follow (Node), then its pullback and operands (record.hpp).
struct Record {
  const Operation* operation = nullptr;
  Record* previous = nullptr;
  bool needs_gradient() const { return operation->needs_gradient; }
};

// A number and its adjoint. An adjoint of zero and an untouched one are the same thing. A constant's adjoint is added
// to as well, because a test would cost more than the addition; complete_grad() does not show it.
template <class T>
struct Node : Record {
  T value_{}, adjoint_{};

  const T& value() const { return value_; }
  const T& grad() const { return adjoint_; }
  bool touched() const { return !(adjoint_ == T(0)); }
  void reset_adjoint() { adjoint_ = T(0); }
  void accumulate(const T& gradient) { adjoint_ += gradient; }
  T complete_grad() const { return needs_gradient() ? adjoint_ : T(0); }
};

// Who may keep a share of a matrix's gradient back and add it later: a parameter (parameters/waiting.hpp).
template <class S>
struct Keeper {
  virtual bool keep(const LazyMatrix<S>& share) = 0;            // false: add it now
  virtual void add_what_waits(Node<Matrix<S>>& parameter) = 0;  // after which it holds nothing
  virtual void drop() = 0;

 protected:
  ~Keeper() = default;
};

// A matrix and its adjoint, which is untouched until something is added to it. The adjoint gets its memory then; the
// first contribution is assigned, later ones are added. So no matrix is filled with zeros first.
template <class S>
struct Node<Matrix<S>> : Record {
  Arena* arena_ = nullptr;
  const S* value_ = nullptr;
  S* adjoint_ = nullptr;
  Index rows_ = 0, cols_ = 0;
  bool touched_ = false;
  Keeper<S>* keeper_ = nullptr;

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index size() const { return rows_ * cols_; }
  Arena& arena() const { return *arena_; }
  ConstMatrixMap<S> value() const { return {value_, rows_, cols_}; }
  ConstMatrixMap<S> grad() const { return {adjoint_, rows_, cols_}; }
  bool touched() const { return touched_; }
  void reset_adjoint() {
    touched_ = false;
    if (keeper_) keeper_->drop();
  }

  // adjoint += gradient, of the value's shape. A constant drops the expression unevaluated.
  // Throws std::invalid_argument if the shapes differ.
  template <class E>
  void accumulate(const E& gradient) {
    if (!needs_gradient()) return;
    if (gradient.rows() != rows_ || gradient.cols() != cols_) [[unlikely]]
      throw_shapes("accumulate", "the value", rows_, cols_, "its gradient", gradient.rows(), gradient.cols(),
                   "need equal shapes");
    if constexpr (is_product<E>) {
      accumulate(Kernel<E>::of(gradient));
    } else {
      if constexpr (std::derived_from<E, LazyMatrix<S>>) {
        if (keeper_ && keeper_->keep(gradient)) return;
      }
      if (!std::exchange(touched_, true)) return assign(memory(), gradient);
      if constexpr (requires { gradient.fill; }) {
        MatrixMap<S> share = scratch<S>(*arena_, rows_, cols_);
        assign(share, gradient);
        add(memory(), share);
      } else {
        add(memory(), gradient);
      }
    }
  }

  // The adjoint itself, zeros if it was untouched, for an operation that adds to it here and there.
  MatrixMap<S> adjoint() {
    MatrixMap<S> all = memory();
    if (!std::exchange(touched_, true)) all.setZero();
    return all;
  }

  // The adjoint to look at: with what waits, and zeros if nothing came. An untouched record stays untouched.
  ConstMatrixMap<S> complete_grad() {
    if (keeper_) keeper_->add_what_waits(*this);
    if (!touched_) memory().setZero();
    return grad();
  }

 private:
  MatrixMap<S> memory() {
    if (!adjoint_) adjoint_ = scratch<S>(*arena_, rows_, cols_).data();
    return {adjoint_, rows_, cols_};
  }
};

}  // namespace autograd
