#pragma once
// Sums of n floating-point numbers, three ways, with what is proved of the error of each. u is the unit roundoff, the
// largest relative error of one rounding: 2⁻²⁴ = 6.0e-8 in float, 2⁻⁵³ = 1.1e-16 in double. An empty sum is 0.

#include <cmath>
#include <concepts>
#include <limits>
#include <span>

namespace models {

template <std::floating_point S>
inline constexpr S kUnitRoundoff = std::numeric_limits<S>::epsilon() / 2;

// In the order given.                     |error| <= n u Σ|xᵢ| / (1 - n u)                   (Higham 2002, eq. 4.4)
template <std::floating_point S>
S naive_sum(std::span<const S> x) {
  S sum = 0;
  for (const S x_i : x) sum += x_i;
  return sum;
}

// Each half by itself, then their sum.    |error| <= k u Σ|xᵢ| / (1 - k u),  k = log₂ n rounded up   (eq. 4.6)
template <std::floating_point S>
S pairwise_sum(std::span<const S> x) {
  if (x.size() <= 1) return x.empty() ? S(0) : x[0];
  const std::size_t half = x.size() / 2;
  return pairwise_sum(x.first(half)) + pairwise_sum(x.subspan(half));
}

// A sum that keeps what rounding drops: of a + b, rounded to s, the lost part is exactly (a - s) + b if |a| >= |b|,
// and is collected in a second sum (Neumaier 1974; the idea is Kahan's, 1965).
//                                         |error| <= u |Σ xᵢ| + (n u / (1 - n u))² Σ|xᵢ|
//                                         (Ogita, Rump & Oishi 2005, prop. 4.5)
// REQUIRES: a compiler that may not reorder sums, which -ffast-math allows.
template <std::floating_point S>
class CompensatedSum {
 public:
  void add(S x) {
    const S sum = sum_ + x;
    lost_ += std::abs(sum_) >= std::abs(x) ? (sum_ - sum) + x : (x - sum) + sum_;
    sum_ = sum;
  }
  // What is infinite or NaN has lost nothing that could be kept: then the plain sum.
  S value() const { return std::isfinite(lost_) ? sum_ + lost_ : sum_; }

 private:
  S sum_ = 0, lost_ = 0;
};

template <std::floating_point S>
S compensated_sum(std::span<const S> x) {
  CompensatedSum<S> sum;
  for (const S x_i : x) sum.add(x_i);
  return sum.value();
}

}  // namespace models
