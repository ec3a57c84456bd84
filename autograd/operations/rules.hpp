#pragma once
// The elementwise operations: one row each, the value and beside it the derivative. The same row serves numbers and
// lanes of them (lanes.hpp), so every name that a row uses is understood by both.

#include <cmath>
#include <numbers>
#include <type_traits>

#include "autograd/core/record.hpp"

namespace autograd::rules {

using std::abs, std::cos, std::exp, std::expm1, std::log, std::log1p, std::pow, std::sin, std::sqrt, std::tanh;

// condition ? a : b; a or b may be a plain number.
template <class A, class B>
auto where(bool condition, const A& a, const B& b) {
  return condition ? std::common_type_t<A, B>(a) : std::common_type_t<A, B>(b);
}

// 1 where the condition holds and 0 elsewhere, in the kind of x.
template <class C, class X>
X indicator(const C& condition, const X&) {
  return where(condition, X(1), X(0));
}

auto square(const auto& x) { return x * x; }

template <class X>
X sign(const X& x) {
  return where(x > 0, X(1), where(x < 0, X(-1), X(0)));
}

auto sigmoid(const auto& x) { return 1 / (1 + exp(-x)); }

// max(x, 0) + log(1 + e^-|x|): nothing overflows. At 0 both terms take the side of x > 0, as a Dual's tangent needs.
auto softplus(const auto& x) { return where(x < 0, 0, x) + log1p(exp(-abs(x))); }

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

template <class... Rules>
struct List {};
using Unary = List<Negate, Square, Sqrt, Exp, Expm1, Log, Log1p, Tanh, Sigmoid, Relu, Softplus, LogSigmoid, Sin, Cos,
                   Abs, Lgamma>;
using Binary = List<Add, Subtract, Multiply, Divide, Power, Minimum, Maximum, LogAddExp>;

// The place of a rule in its list.
template <class Rule, class... Rules>
constexpr std::size_t place(List<Rules...>) {
  std::size_t i = 0;
  (void)((std::is_same_v<Rule, Rules> || (++i, false)) || ...);
  return i;
}

}  // namespace autograd::rules
