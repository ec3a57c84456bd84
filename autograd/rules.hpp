#pragma once
// The elementwise operations: one row each, the value and beside it the derivative. The same row serves numbers and
// Eigen arrays, so every name that a row uses is understood by both.

#include <Eigen/Core>
#include <cmath>
#include <numbers>
#include <tuple>

#include "autograd/record.hpp"

namespace autograd::rules {

using std::abs, std::cos, std::exp, std::expm1, std::log, std::log1p, std::pow, std::sin, std::sqrt;

template <Element S>
S square(const S& x) {
  return x * x;
}
template <Element S>
S sign(const S& x) {
  return S((x > S(0)) - (x < S(0)));
}

// f of a number, or of every coefficient of an array.
template <class X, class F>
auto map(const X& x, F f) {
  if constexpr (EigenExpression<X>)
    return x.unaryExpr(f);
  else
    return f(x);
}

// condition ? a : b, for numbers or coefficient by coefficient; a or b may be a plain number.
template <class C, class A, class B>
auto where(const C& condition, const A& a, const B& b) {
  if constexpr (EigenExpression<C>)
    return condition.select(a, b);
  else
    return condition ? std::common_type_t<A, B>(a) : std::common_type_t<A, B>(b);
}

// 1 where the condition holds and 0 elsewhere, in the kind of x.
template <class C, class X>
auto indicator(const C& condition, const X&) {
  if constexpr (EigenExpression<C>)
    return condition.template cast<typename X::Scalar>();
  else
    return X(int(condition));
}

auto sigmoid(const auto& x) { return 1 / (1 + exp(-x)); }

// max(x, 0) + log(1 + e^-|x|): nothing overflows. At 0 both terms take the side of x > 0, as a Dual's tangent needs.
auto softplus(const auto& x) { return where(x < 0, 0, x) + log1p(exp(-abs(x))); }

// tanh of an array of double, which Eigen 3.4 has only one number at a time. With s = x clamped to ±0.625 and r = x -
// s,
//   tanh x = (tanh s + tanh r) / (1 + tanh s tanh r):
// tanh s by a rational function, accurate near 0 (Cephes, tanh.c); tanh r = 1 - 2 / (e²ʳ + 1), exactly 0 where r is.
auto fast_tanh(const auto& x) {
  const auto s = x.max(-0.625).min(0.625);
  const auto z = s * s;
  const auto p = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3;
  const auto q = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3;
  const auto tanh_s = s + s * z * p / q;
  const auto tanh_r = 1 - 2 / (exp(2 * (x - s)) + 1);
  return (tanh_s + tanh_r) / (1 + tanh_s * tanh_r);
}

template <class X>
auto tanh(const X& x) {
  if constexpr (!EigenExpression<X>)
    return map(x, [](const auto& v) {
      using std::tanh;
      return tanh(v);
    });
  else if constexpr (std::same_as<typename X::Scalar, double>)
    return fast_tanh(x);
  else
    return x.tanh();
}

template <class X>
auto lgamma(const X& x) {
  return map(x, [](const auto& v) {
    using autograd::lgamma;
    return lgamma(v);
  });
}
template <class X>
auto digamma(const X& x) {
  return map(x, [](const auto& v) {
    using autograd::digamma;
    return digamma(v);
  });
}

template <FixedString text>
struct Name {
  static constexpr FixedString name = text;
};

// clang-format off

// y = f(x), and dy/dx from x and y.
//     name                          y = f(x)                                                          dy/dx
struct Negate     : Name<"negate">      { static auto f(auto x) { return -x; }                                               static auto df(auto, auto)     { return -1; } };
struct Square     : Name<"square">      { static auto f(auto x) { return square(x); }                                        static auto df(auto x, auto)   { return 2 * x; } };
struct Sqrt       : Name<"sqrt">        { static auto f(auto x) { return sqrt(x); }                                          static auto df(auto, auto y)   { return 1 / (2 * y); } };
struct Exp        : Name<"exp">         { static auto f(auto x) { return exp(x); }                                           static auto df(auto, auto y)   { return y; } };
struct Expm1      : Name<"expm1">       { static auto f(auto x) { return expm1(x); }                                         static auto df(auto, auto y)   { return y + 1; } };
struct Log        : Name<"log">         { static auto f(auto x) { return log(x); }                                           static auto df(auto x, auto)   { return 1 / x; } };
struct Log1p      : Name<"log1p">       { static auto f(auto x) { return log1p(x); }                                         static auto df(auto x, auto)   { return 1 / (1 + x); } };
struct Tanh       : Name<"tanh">        { static auto f(auto x) { return tanh(x); }                                          static auto df(auto, auto y)   { return 1 - y * y; } };
struct Sigmoid    : Name<"sigmoid">     { static auto f(auto x) { return sigmoid(x); }                                       static auto df(auto, auto y)   { return y * (1 - y); } };
struct Relu       : Name<"relu">        { static auto f(auto x) { return where(x <= 0, 0, x); }                               static auto df(auto x, auto)   { return indicator(x > 0, x); } };
struct Softplus   : Name<"softplus">    { static auto f(auto x) { return softplus(x); }                                      static auto df(auto x, auto)   { return sigmoid(x); } };
struct LogSigmoid : Name<"log_sigmoid"> { static auto f(auto x) { return -softplus(-x); }                                    static auto df(auto x, auto)   { return sigmoid(-x); } };
struct Sin        : Name<"sin">         { static auto f(auto x) { return sin(x); }                                           static auto df(auto x, auto)   { return cos(x); } };
struct Cos        : Name<"cos">         { static auto f(auto x) { return cos(x); }                                           static auto df(auto x, auto)   { return -sin(x); } };
struct Abs        : Name<"abs">         { static auto f(auto x) { return abs(x); }                                           static auto df(auto x, auto)   { return sign(x); } };
struct Lgamma     : Name<"lgamma">      { static auto f(auto x) { return lgamma(x); }                                        static auto df(auto x, auto)   { return digamma(x); } };

// c = f(a, b), with ∂c/∂a and ∂c/∂b from a, b and c. An equality gives minimum and maximum the derivative of b.
//     name                               c = f(a, b)
struct Add         : Name<"add">         { static auto f(auto a, auto b) { return a + b; }
                                           static auto da(auto, auto, auto)       { return 1; }
                                           static auto db(auto, auto, auto)       { return 1; } };
struct Subtract    : Name<"subtract">    { static auto f(auto a, auto b) { return a - b; }
                                           static auto da(auto, auto, auto)       { return 1; }
                                           static auto db(auto, auto, auto)       { return -1; } };
struct Multiply    : Name<"multiply">    { static auto f(auto a, auto b) { return a * b; }
                                           static auto da(auto, auto b, auto)     { return b; }
                                           static auto db(auto a, auto, auto)     { return a; } };
struct Divide      : Name<"divide">      { static auto f(auto a, auto b) { return a / b; }
                                           static auto da(auto, auto b, auto)     { return 1 / b; }
                                           static auto db(auto, auto b, auto c)   { return -c / b; } };
struct Power       : Name<"pow">         { static auto f(auto a, auto b) { return pow(a, b); }
                                           static auto da(auto a, auto b, auto)   { return where(b == 0, 0, b * pow(a, b - 1)); }
                                           static auto db(auto a, auto, auto c)   { return where(c == 0, c, c * log(a)); } };
struct Minimum     : Name<"minimum">     { static auto f(auto a, auto b) { return where(a < b, a, where(b <= a, b, a + b)); }  // NaN if either is
                                           static auto da(auto a, auto b, auto)   { return indicator(a < b, a); }
                                           static auto db(auto a, auto b, auto)   { return indicator(b <= a, a); } };
struct Maximum     : Name<"maximum">     { static auto f(auto a, auto b) { return where(a > b, a, where(b >= a, b, a + b)); }
                                           static auto da(auto a, auto b, auto)   { return indicator(a > b, a); }
                                           static auto db(auto a, auto b, auto)   { return indicator(b >= a, a); } };
struct LogAddExp   : Name<"log_add_exp"> { static auto f(auto a, auto b) { return where(a == b, a + std::numbers::ln2, where(a < b, b, a) + log1p(exp(-abs(a - b)))); }
                                           static auto da(auto a, auto b, auto)   { return where(a == b, 0.5, sigmoid(a - b)); }
                                           static auto db(auto a, auto b, auto)   { return where(a == b, 0.5, sigmoid(b - a)); } };
// clang-format on

using Unary = std::tuple<Negate, Square, Sqrt, Exp, Expm1, Log, Log1p, Tanh, Sigmoid, Relu, Softplus, LogSigmoid, Sin,
                         Cos, Abs, Lgamma>;
using Binary = std::tuple<Add, Subtract, Multiply, Divide, Power, Minimum, Maximum, LogAddExp>;

// The place of a rule in its list.
template <class Rule, class... Rules>
constexpr std::size_t place(std::tuple<Rules...>) {
  std::size_t i = 0;
  (void)((std::is_same_v<Rule, Rules> || (++i, false)) || ...);
  return i;
}

}  // namespace autograd::rules
