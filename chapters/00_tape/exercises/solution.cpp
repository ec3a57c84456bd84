// The reference answers.
#include <algorithm>
#include <cmath>
#include <limits>

#include "chapters/00_tape/exercises/exercise.hpp"

namespace ch00 {

// 0.1   eq:chain
std::vector<double> sweep_by_hand(double x, double y) {
  const double v3 = x * y, v4 = std::sin(v3);
  const double bar7 = 1;
  const double bar6 = -bar7, bar5 = bar7;  // v₇ = v₅ - v₆
  const double bar4 = x * bar5;            // v₅ = v₁ v₄
  const double bar3 = std::cos(v3) * bar4;
  const double bar2 = x * bar3 + 2 * y * bar6;  // v₂ stands in v₃, and twice in v₆
  const double bar1 = y * bar3 + v4 * bar5;     // v₁ stands in v₃ and in v₅
  return {bar1, bar2, bar3, bar4, bar5, bar6, bar7};
}

// 0.2   eq:chain
void sweep(tiny::Tape& tape, int f) {
  for (tiny::Record& record : tape.records) record.adjoint = 0;  // of an earlier sweep
  tape.records[f].adjoint = 1;                                   // f, not the last record
  for (int y = f; y >= 0; --y)
    for (const auto& [x, slope] : tape.records[y].operands)
      tape.records[x].adjoint += tape.records[y].adjoint * slope;  // a record may be used again
}

// 0.3   eq:chain
// m + log(1 + e^-|a - b|) with m = max(a, b); ∂y/∂a = eᵃ / (eᵃ + eᵇ) = e^(a - y)
Var<double> log_add_exp(const Var<double>& a, const Var<double>& b) {
  return autograd::record<"log_add_exp">(
      [](auto& a, auto& b) {
        return std::max(a.value(), b.value()) + std::log1p(std::exp(-std::abs(a.value() - b.value())));
      },
      [](auto& y, auto& a, auto& b) {
        a.accumulate(y.grad() * std::exp(a.value() - y.value()));
        b.accumulate(y.grad() * std::exp(b.value() - y.value()));
      },
      a, b);
}

// 0.4   claim:cheap-gradient
Count count_operations(const std::vector<int>& sizes, int n) {
  Count count;
  for (std::size_t layer = 0; layer + 1 < sizes.size(); ++layer) {
    const std::int64_t products = std::int64_t{n} * sizes[layer] * sizes[layer + 1], sums = products;
    const std::int64_t tanhs = layer + 2 < sizes.size() ? std::int64_t{n} * sizes[layer + 1] : 0;
    count.numbers += products + sums + tanhs;
    count.matrices += tanhs > 0 ? 2 : 1;
    count.shares += (layer == 0 ? 1 : 2) * products + 2 * sums + tanhs;
  }
  return count;
}

// 0.5   claim:where
// The log of 1 where x is not above 0: its value is not used, and what flows back into it is 0 · 1.
Var<Matrix<double>> x_log_x(const Var<Matrix<double>>& x) {
  const auto safe = where(x.value().array() > 0, x, 1.0);
  return safe * log(safe);
}

// 0.6   test:checkpointing
// The first checkpoint after the start stands behind k steps: k steps to get there, then the rest with one checkpoint
// less, then the k steps with all of them again.
std::int64_t fewest_advances(int length, int c) {
  std::vector<std::int64_t> fewer(length + 1, std::numeric_limits<std::int64_t>::max() / 4);  // checkpoints: none
  fewer[0] = fewer[1] = 0;
  for (int checkpoints = 1; checkpoints <= c; ++checkpoints) {
    std::vector<std::int64_t> best(fewer.size(), std::numeric_limits<std::int64_t>::max());
    best[0] = best[1] = 0;
    for (int L = 2; L <= length; ++L)
      for (int k = 1; k < L; ++k) best[L] = std::min(best[L], k + fewer[L - k] + best[k]);
    fewer = best;
  }
  return fewer[length];
}

}  // namespace ch00
