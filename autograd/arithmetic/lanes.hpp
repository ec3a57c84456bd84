#pragma once
// As many machine numbers as a vector register holds, computed with as if they were one: what a rule (rules.hpp) meets
// when it works on a matrix. Arithmetic and comparisons are the compiler's, exp and its kin are Eigen's.

#include <Eigen/Core>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "autograd/core/value.hpp"

namespace autograd {

// kBytes, the width, is part of the type's name: a program may link parts that are compiled for different processors.
template <std::floating_point S, Index kBytes = __BIGGEST_ALIGNMENT__>
class Lanes {
 public:
  using Vector [[gnu::vector_size(kBytes)]] = S;
  using Mask = decltype(Vector{} < Vector{});  // of a comparison
  static constexpr Index kCount = sizeof(Vector) / sizeof(S);

  Lanes(Vector vector) : vector_(vector) {}
  template <class X>
  requires std::is_arithmetic_v<X>
  Lanes(X number) : vector_(static_cast<S>(number) - Vector{}) {}  // in every lane

  static Lanes load(const S* from) {
    Vector vector;
    std::memcpy(&vector, from, sizeof vector);
    return vector;
  }
  void store(S* to) const { std::memcpy(to, &vector_, sizeof vector_); }

  // clang-format off
  friend Lanes operator-(Lanes a) { return -a.vector_; }
  friend Lanes operator+(Lanes a, Lanes b) { return a.vector_ + b.vector_; }
  friend Lanes operator-(Lanes a, Lanes b) { return a.vector_ - b.vector_; }
  friend Lanes operator*(Lanes a, Lanes b) { return a.vector_ * b.vector_; }
  friend Lanes operator/(Lanes a, Lanes b) { return a.vector_ / b.vector_; }

  friend Mask operator==(Lanes a, Lanes b) { return a.vector_ == b.vector_; }
  friend Mask operator!=(Lanes a, Lanes b) { return a.vector_ != b.vector_; }
  friend Mask operator< (Lanes a, Lanes b) { return a.vector_ <  b.vector_; }
  friend Mask operator> (Lanes a, Lanes b) { return a.vector_ >  b.vector_; }
  friend Mask operator<=(Lanes a, Lanes b) { return a.vector_ <= b.vector_; }
  // condition ? a : b, lane by lane.
  friend Lanes select(Mask condition, Lanes a, Lanes b) { return condition ? a.vector_ : b.vector_; }

  friend Lanes abs  (Lanes x) { return x.array().abs().eval(); }
  friend Lanes log1p(Lanes x) { return x.array().log1p().eval(); }
  friend Lanes sin  (Lanes x) { return x.array().sin().eval(); }
  friend Lanes cos  (Lanes x) { return x.array().cos().eval(); }
  // Eigen's sqrt of narrow registers is NaN at ∞.
  friend Lanes sqrt (Lanes x) { return each([](S x) { return std::sqrt(x); }, x); }
  // Eigen's is wrong where the value is a denormal or rounds to 0, and in float where it is nearly infinite.
  friend Lanes exp  (Lanes x) {
    const S far = 0.68 * std::numeric_limits<S>::max_exponent;  // nearer, exp is normal: 0.68 < log 2
    return mended(x.array().exp().eval(), x * x > far * far, [](S x) { return std::exp(x); }, x);
  }
  // Eigen's treats a denormal as the smallest normal number.
  friend Lanes log  (Lanes x) {
    return mended(x.array().log().eval(), x < std::numeric_limits<S>::min(), [](S x) { return std::log(x); }, x);
  }
  // Eigen's zeros and infinities lack the sign of a negative base, -0 among them, that has an odd exponent.
  friend Lanes pow  (Lanes a, Lanes b) {
    const Lanes y = a.array().pow(b.array()).eval();
    const Mask negative = Mask(a.vector_) < 0;  // the sign bit
    return mended(y, negative & (y == 2 * y), [](S a, S b) { return std::pow(a, b); }, a, b);
  }
  friend Lanes tanh (Lanes x) {
    if constexpr (std::same_as<S, float>) return x.array().tanh().eval();
    else return fast_tanh(x);
  }
  // clang-format on

 private:
  using Array = Eigen::Array<S, kCount, 1>;
  Lanes(const Array& array) { std::memcpy(&vector_, array.data(), sizeof vector_); }
  Array array() const {
    Array array;
    std::memcpy(array.data(), &vector_, sizeof vector_);
    return array;
  }
  // f of one lane after the other.
  template <class F, class... X>
  [[gnu::noinline]] static Lanes each(F f, X... x) {
    Vector y;
    for (Index k = 0; k < kCount; ++k) y[k] = f(x.vector_[k]...);
    return y;
  }

  // y, and f(x...) in the lanes that are `wrong`: for what Eigen's functions do not get right. That is rare, so a
  // branch costs less than a second vector operation.
  template <class F, class... X>
  static Lanes mended(Lanes y, Mask wrong, F f, X... x) {
    if (any(wrong)) [[unlikely]]
      return select(wrong, each(f, x...), y);
    return y;
  }
  // Whether a lane holds: one byte a lane, looked at as two words.
  static bool any(Mask mask) {
    using Bytes [[gnu::vector_size(kCount)]] = signed char;
    const Bytes bytes = __builtin_convertvector(mask, Bytes);
    std::uint64_t words[2] = {};
    static_assert(sizeof bytes <= sizeof words);
    std::memcpy(words, &bytes, sizeof bytes);
    return (words[0] | words[1]) != 0;
  }

  // tanh of doubles, which Eigen 3.4 has only one number at a time. With s = x clamped to ±0.625 and r = x - s,
  //   tanh x = (tanh s + tanh r) / (1 + tanh s tanh r):
  // tanh s by a rational function, accurate near 0 (Cephes, tanh.c); tanh r = 1 - 2 / (e²ʳ + 1), exactly 0 where r is.
  // The sum has lost the sign of -0.
  static Lanes fast_tanh(Lanes x) {
    const Lanes s = select(x < -0.625, -0.625, select(x > 0.625, 0.625, x));
    const Lanes z = s * s;
    const Lanes p = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3;
    const Lanes q = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3;
    const Lanes tanh_s = s + s * z * p / q;
    const Lanes tanh_r = 1 - 2 / (exp(2 * (x - s)) + 1);
    return select(x == 0, x, (tanh_s + tanh_r) / (1 + tanh_s * tanh_r));
  }

  Vector vector_;
};

}  // namespace autograd
