#pragma once
// As many machine numbers as a vector register holds, computed with as if they were one: what a rule (rules.hpp) meets
// when it works on a matrix. Arithmetic and comparisons are the compiler's, exp and its kin are Eigen's.

#include <Eigen/Core>
#include <cmath>
#include <concepts>
#include <cstring>
#include <type_traits>

#include "autograd/arithmetic/special.hpp"
#include "autograd/core/value.hpp"

namespace autograd {

template <std::floating_point S>
class Lanes {
 public:
  using Vector [[gnu::vector_size(__BIGGEST_ALIGNMENT__)]] = S;
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
  friend Mask operator>=(Lanes a, Lanes b) { return a.vector_ >= b.vector_; }
  // condition ? a : b, lane by lane.
  friend Lanes select(Mask condition, Lanes a, Lanes b) { return condition ? a.vector_ : b.vector_; }

  friend Lanes abs  (Lanes x) { return x.array().abs().eval(); }
  // Eigen's sqrt of narrow registers is NaN at ∞.
  friend Lanes sqrt (Lanes x) { return x.each([](S v) { return std::sqrt(v); }); }
  friend Lanes exp  (Lanes x) { return x.array().exp().eval(); }
  friend Lanes log  (Lanes x) { return x.array().log().eval(); }
  friend Lanes log1p(Lanes x) { return x.array().log1p().eval(); }
  friend Lanes sin  (Lanes x) { return x.array().sin().eval(); }
  friend Lanes cos  (Lanes x) { return x.array().cos().eval(); }
  friend Lanes pow  (Lanes a, Lanes b) { return a.array().pow(b.array()).eval(); }
  friend Lanes tanh (Lanes x) {
    if constexpr (std::same_as<S, float>) return x.array().tanh().eval();
    else return fast_tanh(x);
  }
  friend Lanes lgamma (Lanes x) { return x.each([](S v) { return autograd::lgamma(v); }); }
  friend Lanes digamma(Lanes x) { return x.each([](S v) { return autograd::digamma(v); }); }
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
  template <class F>
  Lanes each(F f) const {
    Lanes y = *this;
    for (Index k = 0; k < kCount; ++k) y.vector_[k] = f(vector_[k]);
    return y;
  }

  // tanh of doubles, which Eigen 3.4 has only one number at a time. With s = x clamped to ±0.625 and r = x - s,
  //   tanh x = (tanh s + tanh r) / (1 + tanh s tanh r):
  // tanh s by a rational function, accurate near 0 (Cephes, tanh.c); tanh r = 1 - 2 / (e²ʳ + 1), exactly 0 where r is.
  static Lanes fast_tanh(Lanes x) {
    const Lanes s = select(x < -0.625, -0.625, select(x > 0.625, 0.625, x));
    const Lanes z = s * s;
    const Lanes p = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3;
    const Lanes q = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3;
    const Lanes tanh_s = s + s * z * p / q;
    const Lanes tanh_r = 1 - 2 / (exp(2 * (x - s)) + 1);
    return (tanh_s + tanh_r) / (1 + tanh_s * tanh_r);
  }

  Vector vector_;
};

}  // namespace autograd
