#include "models/statistics/continuous_bernoulli.hpp"

#include <cmath>
#include <numbers>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/fast_distributions.hpp"

namespace models {

namespace {

// Below this size 1 / sinh ℓ - 1/ℓ subtracts nearly equal numbers, and a series of four terms has all digits.
constexpr double kSmall = 0.05;

}  // namespace

double log_bernoulli_integral(double logit) {
  const double l = std::abs(logit);
  if (l < 1e-4) return -std::numbers::ln2 - l * l / 12;
  return std::log(std::tanh(l / 2) / l);
}

double log_bernoulli_integral_slope(double logit) {
  const double l = logit, l2 = l * l;
  if (std::abs(l) < kSmall) return l * (-1.0 / 6 + l2 * (7.0 / 360 + l2 * (-31.0 / 15120 + l2 * 127.0 / 604800)));
  return 1 / std::sinh(l) - 1 / l;  // sinh may overflow to infinity: 1/∞ is 0, as it should be
}

template <Element S>
Var<Matrix<S>> log_bernoulli_integral(const Var<Matrix<S>>& logits) {
  return autograd::record<"log_bernoulli_integral">(
      [](auto& l) { return l.value().unaryExpr([](S l) { return S(log_bernoulli_integral(double(l))); }); },
      [](auto& y, auto& l) {
        l.accumulate(y.grad().cwiseProduct(
            l.value().unaryExpr([](S l) { return S(log_bernoulli_integral_slope(double(l))); })));
      },
      logits);
}

template <Element S>
Var<Matrix<S>> continuous_bernoulli_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& logits) {
  return bernoulli_log_prob(x, logits) - sum(log_bernoulli_integral(logits), autograd::By::row);
}

double continuous_bernoulli_draw(double u, double logit) {
  if (std::abs(logit) < 1e-6) return u + logit * u * (1 - u) / 2;  // to the order of ℓ
  // with exp(-ℓ) in the place of exp ℓ, which may overflow:  1 + u (exp ℓ - 1) = exp ℓ (u + (1 - u) exp(-ℓ))
  if (logit > 0) return 1 + std::log(u + (1 - u) * std::exp(-logit)) / logit;
  return std::log1p(u * std::expm1(logit)) / logit;
}

template Var<Matrix<float>> log_bernoulli_integral(const Var<Matrix<float>>&);
template Var<Matrix<double>> log_bernoulli_integral(const Var<Matrix<double>>&);
template Var<Matrix<float>> continuous_bernoulli_log_prob(const Var<Matrix<float>>&, const Var<Matrix<float>>&);
template Var<Matrix<double>> continuous_bernoulli_log_prob(const Var<Matrix<double>>&, const Var<Matrix<double>>&);

}  // namespace models
