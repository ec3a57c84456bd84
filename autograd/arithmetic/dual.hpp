#pragma once
// Dual numbers a + ȧ ε with ε² = 0: forward mode. As the element type of a tape they give exact Hessian-vector
// products: the tape's gradient at x + ε v is ∇f + ε ∇²f v (Griewank & Walther 2008, ch. 5: forward over reverse).

#include <Eigen/Core>
#include <cmath>
#include <compare>

#include "autograd/core/value.hpp"

namespace autograd {

template <class S>
struct Dual {
  S value{};
  S tangent{};

  Dual() = default;
  template <class X>
  requires std::is_arithmetic_v<X>
  Dual(X number) : value(static_cast<S>(number)) {}
  Dual(S value, S tangent) : value(value), tangent(tangent) {}
  explicit operator double() const { return static_cast<double>(value); }

  Dual& operator+=(const Dual& b) { return *this = *this + b; }
  Dual& operator-=(const Dual& b) { return *this = *this - b; }
  Dual& operator*=(const Dual& b) { return *this = *this * b; }
  Dual& operator/=(const Dual& b) { return *this = *this / b; }

  // clang-format off
  friend Dual operator-(const Dual& a) { return {-a.value, -a.tangent}; }
  friend Dual operator+(const Dual& a, const Dual& b) { return {a.value + b.value, a.tangent + b.tangent}; }
  friend Dual operator-(const Dual& a, const Dual& b) { return {a.value - b.value, a.tangent - b.tangent}; }
  friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, a.tangent * b.value + a.value * b.tangent};
  }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const S quotient = a.value / b.value;
    return {quotient, (a.tangent - times(quotient, b.tangent)) / b.value};  // a finite number over ∞ stays 0
  }

  // Equal in both parts: an adjoint with value 0 and a tangent is not zero. Order looks at the value alone.
  friend bool operator==(const Dual& a, const Dual& b) { return a.value == b.value && a.tangent == b.tangent; }
  friend auto operator<=>(const Dual& a, const Dual& b) { return a.value <=> b.value; }

  // x y, and 0 where x is 0 even if y is infinite or NaN. So a tangent of 0 stays 0 whatever the derivative is.
  static S times(S x, S y) { return x == S(0) ? S(0) : x * y; }
  friend Dual zero_or_product(const Dual& x, const Dual& y) {
    return {times(x.value, y.value), times(x.tangent, y.value) + times(x.value, y.tangent)};
  }

  //                                                              f(x)                     ẋ f'(x)
  friend Dual exp    (const Dual& x) { const S y = std::exp(x.value);  return {y, times(x.tangent, y)}; }
  friend Dual tanh   (const Dual& x) { const S y = std::tanh(x.value); return {y, times(x.tangent, 1 - y * y)}; }
  friend Dual sqrt   (const Dual& x) { const S y = std::sqrt(x.value); return {y, times(x.tangent, 1 / (2 * y))}; }
  friend Dual log    (const Dual& x) { return {std::log(x.value),          times(x.tangent, 1 / x.value)}; }
  friend Dual log1p  (const Dual& x) { return {std::log1p(x.value),        times(x.tangent, 1 / (1 + x.value))}; }
  friend Dual sin    (const Dual& x) { return {std::sin(x.value),          times(x.tangent, std::cos(x.value))}; }
  friend Dual cos    (const Dual& x) { return {std::cos(x.value),          times(x.tangent, -std::sin(x.value))}; }
  // of the side x >= 0 at 0, as softplus needs it: its two terms x and log1p(exp(-|x|)) take the same side
  friend Dual abs    (const Dual& x) { return x.value < 0 ? -x : x; }
  // ȧ b aᵇ⁻¹ + ḃ aᵇ log a
  friend Dual pow(const Dual& a, const Dual& b) {
    const S y = std::pow(a.value, b.value);
    return {y, times(a.tangent, times(b.value, std::pow(a.value, b.value - 1))) +
               times(b.tangent, times(y, std::log(a.value)))};
  }
  friend bool isfinite(const Dual& x) { return std::isfinite(x.value) && std::isfinite(x.tangent); }
  friend bool isnan(const Dual& x) { return std::isnan(x.value) || std::isnan(x.tangent); }
  friend bool isinf(const Dual& x) { return std::isinf(x.value) || std::isinf(x.tangent); }
  // clang-format on
};

template <class S>
inline constexpr bool is_element<Dual<S>> = true;

// F(S) for each element type S that the library is compiled for.
#define TAPESTRY_FOR_EACH_ELEMENT(F) F(float) F(double) F(Dual<double>)

}  // namespace autograd

namespace Eigen {
template <class S>
struct NumTraits<autograd::Dual<S>> : NumTraits<S> {
  using Real = autograd::Dual<S>;
  using NonInteger = autograd::Dual<S>;
  using Nested = autograd::Dual<S>;
  using Literal = autograd::Dual<S>;
  enum { RequireInitialization = 0, ReadCost = 2, AddCost = 2, MulCost = 4 };
};
}  // namespace Eigen
