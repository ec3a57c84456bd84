#pragma once
// The elementwise operations: one entry each, the value and under it the derivative. The same entry serves numbers,
// lanes of them (arithmetic/lanes.hpp) and dual numbers: every name that an entry uses is understood by all three.

#include <cmath>
#include <tuple>
#include <type_traits>

#include "autograd/core/name.hpp"

namespace autograd::rules {

using std::abs, std::cos, std::exp, std::log, std::log1p, std::pow, std::sin, std::sqrt, std::tanh;

// condition ? a : b; a or b may be a plain number.
template <class A, class B>
auto select(bool condition, const A& a, const B& b) {
  return condition ? std::common_type_t<A, B>(a) : std::common_type_t<A, B>(b);
}

// x y, and 0 where x is 0 even if y is infinite or NaN.
auto zero_or_product(const auto& x, const auto& y) { return select(x == 0, 0, x * y); }

// The derivative of max(x, 0): 1 where x > 0, 0 elsewhere, NaN at NaN.
auto step(const auto& x) { return select(x > 0, 1, select(x <= 0, 0, x)); }

// ±1, 0 at 0, and NaN at NaN, as 0 x is.
auto sign(const auto& x) { return select(x > 0, 1, select(x < 0, -1, 0 * x)); }

auto sigmoid(const auto& x) { return 1 / (1 + exp(-x)); }

// max(x, 0) + log(1 + e^-|x|): nothing overflows. At 0 both terms take the side of x > 0, as a Dual's tangent needs.
auto softplus(const auto& x) { return select(x < 0, 0, x) + log1p(exp(-abs(x))); }

template <Name text>
struct Named {
  static constexpr Name name = text;
};

// clang-format off

// y = f(x), and dy/dx from x and y.
struct Negate     : Named<"negate">      { static auto f(auto x)            { return -x; }
                                           static auto df(auto, auto)       { return -1; } };
struct Square     : Named<"square">      { static auto f(auto x)            { return x * x; }
                                           static auto df(auto x, auto)     { return 2 * x; } };
struct Sqrt       : Named<"sqrt">        { static auto f(auto x)            { return sqrt(x); }
                                           static auto df(auto, auto y)     { return 1 / (2 * y); } };
struct Exp        : Named<"exp">         { static auto f(auto x)            { return exp(x); }
                                           static auto df(auto, auto y)     { return y; } };
struct Log        : Named<"log">         { static auto f(auto x)            { return log(x); }
                                           static auto df(auto x, auto)     { return 1 / x; } };
struct Log1p      : Named<"log1p">       { static auto f(auto x)            { return log1p(x); }
                                           static auto df(auto x, auto)     { return 1 / (1 + x); } };
struct Tanh       : Named<"tanh">        { static auto f(auto x)            { return tanh(x); }
                                           static auto df(auto, auto y)     { return 1 - y * y; } };
struct Sigmoid    : Named<"sigmoid">     { static auto f(auto x)            { return sigmoid(x); }
                                           static auto df(auto, auto y)     { return y * (1 - y); } };
struct Relu       : Named<"relu">        { static auto f(auto x)            { return select(x <= 0, 0, x); }
                                           static auto df(auto x, auto)     { return step(x); } };
struct Softplus   : Named<"softplus">    { static auto f(auto x)            { return softplus(x); }
                                           static auto df(auto x, auto)     { return sigmoid(x); } };
struct LogSigmoid : Named<"log_sigmoid"> { static auto f(auto x)            { return -softplus(-x); }
                                           static auto df(auto x, auto)     { return sigmoid(-x); } };
struct Sin        : Named<"sin">         { static auto f(auto x)            { return sin(x); }
                                           static auto df(auto x, auto)     { return cos(x); } };
struct Cos        : Named<"cos">         { static auto f(auto x)            { return cos(x); }
                                           static auto df(auto x, auto)     { return -sin(x); } };
struct Abs        : Named<"abs">         { static auto f(auto x)            { return abs(x); }
                                           static auto df(auto x, auto)     { return sign(x); } };

// c = f(a, b), with ∂c/∂a and ∂c/∂b from a, b and c.
struct Add : Named<"add"> {
  static auto f(auto a, auto b)        { return a + b; }
  static auto da(auto, auto, auto)     { return 1; }
  static auto db(auto, auto, auto)     { return 1; } };
struct Subtract : Named<"subtract"> {
  static auto f(auto a, auto b)        { return a - b; }
  static auto da(auto, auto, auto)     { return 1; }
  static auto db(auto, auto, auto)     { return -1; } };
struct Multiply : Named<"multiply"> {
  static auto f(auto a, auto b)        { return a * b; }
  static auto da(auto, auto b, auto)   { return b; }
  static auto db(auto a, auto, auto)   { return a; } };
struct Divide : Named<"divide"> {
  static auto f(auto a, auto b)        { return a / b; }
  static auto da(auto, auto b, auto)   { return 1 / b; }
  static auto db(auto, auto b, auto c) { return -c / b; } };
struct Power : Named<"pow"> {
  static auto f(auto a, auto b)        { return pow(a, b); }
  static auto da(auto a, auto b, auto) { return zero_or_product(b, pow(a, b - 1)); }
  static auto db(auto a, auto, auto c) { return zero_or_product(c, log(a)); } };
// clang-format on

using Unary =
    std::tuple<Negate, Square, Sqrt, Exp, Log, Log1p, Tanh, Sigmoid, Relu, Softplus, LogSigmoid, Sin, Cos, Abs>;
using Binary = std::tuple<Add, Subtract, Multiply, Divide, Power>;

}  // namespace autograd::rules
