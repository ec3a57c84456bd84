#pragma once
// Elementwise operations on numbers and matrices, with NumPy's broadcasting: a number, a row 1×d or a column n×1 stands
// for the n×d matrix that repeats it. `*` multiplies coefficient by coefficient; products are in linear_algebra.hpp.
// Operands are Vars, plain numbers and matrices, at least one of them a Var; the values and derivatives are in
// rules.hpp. All throw std::invalid_argument, naming both shapes, where shapes do not broadcast.

#include <type_traits>
#include <utility>

#include "autograd/core/record.hpp"
#include "autograd/operations/rules.hpp"

namespace autograd {

// x as a 1×1 matrix, so that a scalar Var can take part in matrix operations.
template <Element S>
Var<Matrix<S>> as_matrix(const Var<S>& x) {
  return record<"as_matrix">(
      Matrix<S>::Constant(1, 1, x.value()), [](auto& y, auto& x) { x.accumulate(y.grad()(0, 0)); }, x);
}

namespace detail {

template <class X>
struct OperandTraits {  // a plain number
  static constexpr bool is_var = false, is_matrix = false, is_operand = std::is_arithmetic_v<X> || Element<X>;
};
template <EigenExpression X>
struct OperandTraits<X> {
  static constexpr bool is_var = false, is_matrix = true, is_operand = true;
  using Element = typename X::Scalar;
};
template <class T>
struct OperandTraits<Var<T>> {
  static constexpr bool is_var = true, is_matrix = MatrixValue<T>, is_operand = true;
  using Element = element_t<T>;
};
template <class X>
using Traits = OperandTraits<std::remove_cvref_t<X>>;

template <class A, class B>
inline constexpr bool same_element = true;  // a plain number takes on the other one's element type
template <class A, class B>
requires requires {
  typename Traits<A>::Element;
  typename Traits<B>::Element;
}
inline constexpr bool same_element<A, B> = std::same_as<typename Traits<A>::Element, typename Traits<B>::Element>;

template <class A, class B>
constexpr auto common_element() {
  if constexpr (Traits<A>::is_var)
    return std::type_identity<typename Traits<A>::Element>();
  else
    return std::type_identity<typename Traits<B>::Element>();
}

template <class A, class B>
Tape& tape_of_either(const A& a, const B& b) {
  if constexpr (Traits<A>::is_var)
    return a.tape();
  else
    return b.tape();
}

// Implemented in elementwise.cpp for float, double and Dual<double>; `rule` is a place in rules::Unary or Binary.
template <Element S>
Var<Matrix<S>> unary_matrix(std::size_t rule, const Var<Matrix<S>>& x);
template <Element S>
Var<Matrix<S>> binary_matrix(std::size_t rule, const Var<Matrix<S>>& a, const Var<Matrix<S>>& b);
template <Element S>
Var<Matrix<S>> where_matrix(const Var<Matrix<S>>& condition, const Var<Matrix<S>>& a, const Var<Matrix<S>>& b);

}  // namespace detail

// At least one Var, and otherwise Vars, numbers and matrices. Vars and matrices have the same element type.
template <class A, class B>
concept Operands = (detail::Traits<A>::is_var || detail::Traits<B>::is_var) && detail::Traits<A>::is_operand &&
                   detail::Traits<B>::is_operand && detail::same_element<A, B>;

// An operand as the scalar or matrix kind that an operation works on. Matrices that are lvalues are referenced.
template <Element S, class X>
auto scalar_operand(const X& x) {
  if constexpr (detail::Traits<X>::is_var)
    return x;
  else
    return Number<S>{static_cast<S>(x)};
}
template <Element S, class X>
Var<Matrix<S>> matrix_operand(Tape& tape, X&& x) {
  if constexpr (std::is_same_v<std::remove_cvref_t<X>, Var<Matrix<S>>>)
    return x;
  else if constexpr (std::is_same_v<std::remove_cvref_t<X>, Var<S>>)
    return as_matrix(x);
  else if constexpr (EigenExpression<X>)
    return tape.constant(std::forward<X>(x));
  else
    return tape.constant(Matrix<S>::Constant(1, 1, static_cast<S>(x)));
}

// y = f(x), coefficient by coefficient.          x̄ += ȳ f'(x)
template <class Rule, Value T>
Var<T> elementwise(const Var<T>& x) {
  if constexpr (MatrixValue<T>) {
    return detail::unary_matrix(rules::place<Rule>(rules::Unary{}), x);
  } else {
    return record<Rule::name>(
        computed<T>([](auto& x) { return Rule::f(x.value()); }),
        [](auto& y, auto& x) { x.accumulate(y.grad() * Rule::df(x.value(), y.value())); }, x);
  }
}

// c = f(a, b), coefficient by coefficient.       ā += c̄ ∂f/∂a      b̄ += c̄ ∂f/∂b
template <class Rule, class A, class B>
requires Operands<A, B>
auto elementwise(A&& a, B&& b) {
  using S = typename decltype(detail::common_element<A, B>())::type;
  if constexpr (detail::Traits<A>::is_matrix || detail::Traits<B>::is_matrix) {
    Tape& tape = detail::tape_of_either(a, b);
    return detail::binary_matrix<S>(rules::place<Rule>(rules::Binary{}), matrix_operand<S>(tape, std::forward<A>(a)),
                                    matrix_operand<S>(tape, std::forward<B>(b)));
  } else {
    return record<Rule::name>(
        computed<S>([](auto& a, auto& b) { return S(Rule::f(a.value(), b.value())); }),
        [](auto& c, auto& a, auto& b) {
          a.accumulate(c.grad() * Rule::da(a.value(), b.value(), c.value()));
          b.accumulate(c.grad() * Rule::db(a.value(), b.value(), c.value()));
        },
        scalar_operand<S>(a), scalar_operand<S>(b));
  }
}

// clang-format off
template <class T> Var<T> operator-  (const Var<T>& x) { return elementwise<rules::Negate>(x); }
template <class T> Var<T> square     (const Var<T>& x) { return elementwise<rules::Square>(x); }
template <class T> Var<T> sqrt       (const Var<T>& x) { return elementwise<rules::Sqrt>(x); }
template <class T> Var<T> exp        (const Var<T>& x) { return elementwise<rules::Exp>(x); }
template <class T> Var<T> expm1      (const Var<T>& x) { return elementwise<rules::Expm1>(x); }
template <class T> Var<T> log        (const Var<T>& x) { return elementwise<rules::Log>(x); }
template <class T> Var<T> log1p      (const Var<T>& x) { return elementwise<rules::Log1p>(x); }
template <class T> Var<T> tanh       (const Var<T>& x) { return elementwise<rules::Tanh>(x); }
template <class T> Var<T> sigmoid    (const Var<T>& x) { return elementwise<rules::Sigmoid>(x); }     // 1 / (1 + e⁻ˣ)
template <class T> Var<T> relu       (const Var<T>& x) { return elementwise<rules::Relu>(x); }        // max(x, 0); derivative 0 at 0
template <class T> Var<T> softplus   (const Var<T>& x) { return elementwise<rules::Softplus>(x); }    // log(1 + eˣ), stable
template <class T> Var<T> log_sigmoid(const Var<T>& x) { return elementwise<rules::LogSigmoid>(x); }  // -softplus(-x), stable
template <class T> Var<T> sin        (const Var<T>& x) { return elementwise<rules::Sin>(x); }
template <class T> Var<T> cos        (const Var<T>& x) { return elementwise<rules::Cos>(x); }
template <class T> Var<T> abs        (const Var<T>& x) { return elementwise<rules::Abs>(x); }         // derivative 0 at 0
template <class T> Var<T> lgamma     (const Var<T>& x) { return elementwise<rules::Lgamma>(x); }      // log |Γ(x)|; derivative digamma

template <class A, class B> requires Operands<A, B> auto operator+  (A&& a, B&& b) { return elementwise<rules::Add>(std::forward<A>(a), std::forward<B>(b)); }
template <class A, class B> requires Operands<A, B> auto operator-  (A&& a, B&& b) { return elementwise<rules::Subtract>(std::forward<A>(a), std::forward<B>(b)); }
template <class A, class B> requires Operands<A, B> auto operator*  (A&& a, B&& b) { return elementwise<rules::Multiply>(std::forward<A>(a), std::forward<B>(b)); }
template <class A, class B> requires Operands<A, B> auto operator/  (A&& a, B&& b) { return elementwise<rules::Divide>(std::forward<A>(a), std::forward<B>(b)); }
template <class A, class B> requires Operands<A, B> auto pow        (A&& a, B&& b) { return elementwise<rules::Power>(std::forward<A>(a), std::forward<B>(b)); }
template <class A, class B> requires Operands<A, B> auto minimum    (A&& a, B&& b) { return elementwise<rules::Minimum>(std::forward<A>(a), std::forward<B>(b)); }
template <class A, class B> requires Operands<A, B> auto maximum    (A&& a, B&& b) { return elementwise<rules::Maximum>(std::forward<A>(a), std::forward<B>(b)); }
template <class A, class B> requires Operands<A, B> auto log_add_exp(A&& a, B&& b) { return elementwise<rules::LogAddExp>(std::forward<A>(a), std::forward<B>(b)); }  // log(eᵃ + eᵇ), stable
// clang-format on

// a += b names the sum a: the old value stays on the tape.
template <Value T, class B>
requires Operands<Var<T>, B>
Var<T>& operator+=(Var<T>& a, B&& b) {
  return a = a + std::forward<B>(b);
}

// condition ? a : b. A condition that is a matrix (n×d, of bool, or not 0 meaning true) chooses coefficient by
// coefficient, and a and b broadcast to its shape.          ā += c̄ where it holds      b̄ += c̄ elsewhere
template <Element S>
Var<S> where(bool condition, const Var<S>& a, const Var<S>& b) {
  return condition ? a : b;
}
template <EigenExpression C, class A, class B>
requires Operands<A, B>
auto where(const C& condition, A&& a, B&& b) {
  using S = typename decltype(detail::common_element<A, B>())::type;
  Tape& tape = detail::tape_of_either(a, b);
  return detail::where_matrix<S>(tape.constant(condition.template cast<S>().matrix().eval()),
                                 matrix_operand<S>(tape, std::forward<A>(a)),
                                 matrix_operand<S>(tape, std::forward<B>(b)));
}

}  // namespace autograd
