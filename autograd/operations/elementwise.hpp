#pragma once
// Elementwise operations on numbers and matrices, with NumPy's broadcasting: a number, a row 1×d or a column n×1
// stands for the n×d matrix that repeats it. `*` multiplies coefficient by coefficient; products are in
// linear_algebra.hpp. Operands are Vars, plain numbers and matrices (which are copied), at least one of them a Var.
// The values and derivatives are in rules.hpp. All throw std::invalid_argument where shapes do not broadcast, and name
// both of them.

#include <type_traits>

#include "autograd/core/record.hpp"
#include "autograd/operations/rules.hpp"

namespace autograd {

namespace detail {

template <class X>
inline constexpr bool is_var = false;
template <class T>
inline constexpr bool is_var<Var<T>> = true;
template <class X>
inline constexpr bool is_matrix = EigenExpression<X>;
template <class T>
inline constexpr bool is_matrix<Var<T>> = MatrixValue<T>;

// X can take part in an operation on numbers of type S: a Var or a matrix of them, or any plain number.
template <class X, class S>
concept OperandOf = std::is_arithmetic_v<X> || Element<X> ||
                    (std::same_as<typename X::Scalar, S> && (is_var<X> || EigenExpression<X>));

// The element type of an operation on A and B, of which one at least is a Var.
template <class A, class B>
using element_of = typename std::conditional_t<is_var<A>, A, B>::Scalar;

// Implemented in elementwise.cpp for every rule, and for float, double and Dual<double>.
template <class Rule, Element S>
Var<Matrix<S>> unary_matrix(const Var<Matrix<S>>& x);
template <class Rule, Element S>
Var<Matrix<S>> binary_matrix(const Var<Matrix<S>>& a, const Var<Matrix<S>>& b);
template <Element S>
Var<Matrix<S>> where_matrix(const Var<Matrix<S>>& condition, const Var<Matrix<S>>& a, const Var<Matrix<S>>& b);

}  // namespace detail

// B can be the other operand of an operation on A: one of them is a Var, the other one a Var, a number or a matrix.
// Vars and matrices have the same element type.
template <class B, class A>
concept Partner = detail::OperandOf<A, detail::element_of<A, B>> && detail::OperandOf<B, detail::element_of<A, B>> &&
                  (detail::is_var<A> || detail::is_var<B>);

// x as a 1×1 matrix, so that a scalar Var can take part in matrix operations.
template <Element S>
Var<Matrix<S>> as_matrix(const Var<S>& x) {
  return record<"as_matrix">([](auto& x) { return Matrix<S>::Constant(1, 1, x.value()); },
                             [](auto& y, auto& x) { x.accumulate(y.grad()(0, 0)); }, x);
}

// An operand as the scalar or the matrix that an operation works on.
template <Element S, class X>
decltype(auto) scalar_operand(const X& x) {
  if constexpr (detail::is_var<X>)
    return (x);  // a reference
  else
    return Number<S>{S(x)};
}
template <Element S, class X>
Var<Matrix<S>> matrix_operand(Tape& tape, const X& x) {
  if constexpr (std::same_as<X, Var<Matrix<S>>>)
    return x;
  else if constexpr (std::same_as<X, Var<S>>)
    return as_matrix(x);
  else if constexpr (EigenExpression<X>)
    return tape.constant(x);
  else
    return tape.constant(Matrix<S>::Constant(1, 1, S(x)));
}

// expand   y = x repeated to rows×cols          x: 1×cols, rows×1 or 1×1; x itself if it is rows×cols already
//          x̄ += ȳ, summed over the repetitions
// How every operation broadcasts. Throws std::invalid_argument if x does not broadcast to rows×cols.
template <Element S>
Var<Matrix<S>> expand(const Var<Matrix<S>>& x, Index rows, Index cols);

// y = f(x), coefficient by coefficient.          x̄ += ȳ f'(x)
template <class Rule, Value T>
Var<T> elementwise(const Var<T>& x) {
  if constexpr (MatrixValue<T>)
    return detail::unary_matrix<Rule>(x);
  else
    return record<Rule::name>([](auto& x) { return Rule::f(x.value()); },
                              [](auto& y, auto& x) { x.accumulate(y.grad() * Rule::df(x.value(), y.value())); }, x);
}

// c = f(a, b), coefficient by coefficient.       ā += c̄ ∂f/∂a      b̄ += c̄ ∂f/∂b
template <class Rule, class A, Partner<A> B>
auto elementwise(const A& a, const B& b) {
  using S = detail::element_of<A, B>;
  if constexpr (detail::is_matrix<A> || detail::is_matrix<B>) {
    Tape& tape = detail::tape_of(a, b);
    return detail::binary_matrix<Rule>(matrix_operand<S>(tape, a), matrix_operand<S>(tape, b));
  } else {
    return record<Rule::name>([](auto& a, auto& b) { return S(Rule::f(a.value(), b.value())); },
                              [](auto& c, auto& a, auto& b) {
                                a.accumulate(c.grad() * Rule::da(a.value(), b.value(), c.value()));
                                b.accumulate(c.grad() * Rule::db(a.value(), b.value(), c.value()));
                              },
                              scalar_operand<S>(a), scalar_operand<S>(b));
  }
}

// clang-format off
// sigmoid 1 / (1 + e⁻ˣ), relu max(x, 0), softplus log(1 + eˣ), log_sigmoid -softplus(-x). Nothing overflows. At 0,
// where relu and abs have no derivative, theirs is 0. The table in autograd/README.md says what kinks, infinities and
// NaN give.
template <class T> Var<T> operator-  (const Var<T>& x) { return elementwise<rules::Negate>(x); }
template <class T> Var<T> square     (const Var<T>& x) { return elementwise<rules::Square>(x); }
template <class T> Var<T> sqrt       (const Var<T>& x) { return elementwise<rules::Sqrt>(x); }
template <class T> Var<T> exp        (const Var<T>& x) { return elementwise<rules::Exp>(x); }
template <class T> Var<T> log        (const Var<T>& x) { return elementwise<rules::Log>(x); }
template <class T> Var<T> log1p      (const Var<T>& x) { return elementwise<rules::Log1p>(x); }
template <class T> Var<T> tanh       (const Var<T>& x) { return elementwise<rules::Tanh>(x); }
template <class T> Var<T> sigmoid    (const Var<T>& x) { return elementwise<rules::Sigmoid>(x); }
template <class T> Var<T> relu       (const Var<T>& x) { return elementwise<rules::Relu>(x); }
template <class T> Var<T> softplus   (const Var<T>& x) { return elementwise<rules::Softplus>(x); }
template <class T> Var<T> log_sigmoid(const Var<T>& x) { return elementwise<rules::LogSigmoid>(x); }
template <class T> Var<T> sin        (const Var<T>& x) { return elementwise<rules::Sin>(x); }
template <class T> Var<T> cos        (const Var<T>& x) { return elementwise<rules::Cos>(x); }
template <class T> Var<T> abs        (const Var<T>& x) { return elementwise<rules::Abs>(x); }

template <class A, Partner<A> B> auto operator+(const A& a, const B& b) { return elementwise<rules::Add>(a, b); }
template <class A, Partner<A> B> auto operator-(const A& a, const B& b) { return elementwise<rules::Subtract>(a, b); }
template <class A, Partner<A> B> auto operator*(const A& a, const B& b) { return elementwise<rules::Multiply>(a, b); }
template <class A, Partner<A> B> auto operator/(const A& a, const B& b) { return elementwise<rules::Divide>(a, b); }
template <class A, Partner<A> B> auto pow(const A& a, const B& b) { return elementwise<rules::Power>(a, b); }
// clang-format on

// a += b makes a new record, to which a refers from then on: the old value stays on the tape.
template <Value T, Partner<Var<T>> B>
Var<T>& operator+=(Var<T>& a, const B& b) {
  return a = a + b;
}

// where     c = condition ? a : b, coefficient by coefficient          ā += c̄ where it holds      b̄ += c̄ elsewhere
// The condition is a plain matrix n×d, of bool or of numbers (a number other than 0 means true); it is copied. a and b
// broadcast to its shape.
template <EigenExpression C, class A, Partner<A> B>
auto where(const C& condition, const A& a, const B& b) {
  using S = detail::element_of<A, B>;
  Tape& tape = detail::tape_of(a, b);
  return detail::where_matrix<S>(tape.constant(condition.template cast<S>()), matrix_operand<S>(tape, a),
                                 matrix_operand<S>(tape, b));
}

}  // namespace autograd
