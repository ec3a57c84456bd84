#include "chapters/04_iid_log_likelihood/chapter.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "autograd/operations/factorisations.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/estimate.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/summation.hpp"

namespace ch04 {

using autograd::Index;
using autograd::Matrix;
using models::Autoregression;
using models::Purpose;
using models::Random;
using models::RunningMean;

namespace {

constexpr double kMu = 1, kSigma = 2;
constexpr std::array kRhos{-0.3, 0.5, 0.9};
constexpr double k95Percent = 1.959963984540054;  // P(|Z| < this) = 0.95

Autoregression model_with(double rho) { return {kMu, kSigma, rho}; }

// Correlations ρ^|i-j| of n points.
Matrix<double> correlations(double rho, Index n) {
  return Matrix<double>::NullaryExpr(n, n, [rho](Index i, Index j) { return std::pow(rho, std::abs(i - j)); });
}

double mean_of(std::span<const double> x) { return models::pairwise_sum(x) / x.size(); }

// The mean of f(D) over datasets of their own random numbers.
lesson::Estimate mean_over_datasets(const Autoregression& model, const Series& series, std::uint64_t seed,
                                    const std::function<double(std::span<const double>)>& f) {
  RunningMean mean;
  for (int r = 0; r < series.datasets; ++r) mean.add(f(model.sample(series.length, Random(seed, Purpose::data, r))));
  return mean.estimate();
}

std::string sampled_at(double rho) { return fmt::format("ρ = {:g}, sampled", rho); }

}  // namespace

double iid_log_prob(const Autoregression& model, std::span<const double> x) {
  double log_p = 0;
  for (const double x_t : x) log_p += models::normal_log_density(x_t, model.mu(), model.sigma() * model.sigma());
  return log_p;
}

lesson::Estimate sampled_price(const Autoregression& model, const Series& series, std::uint64_t seed) {
  return mean_over_datasets(model, series, seed,
                            [&](std::span<const double> x) { return model.log_prob(x) - iid_log_prob(model, x); });
}

// P(|Z| < a) = erf(a / √2)
double coverage(double inflation) { return std::erf(k95Percent / std::sqrt(2 * inflation)); }

lesson::Estimate sampled_coverage(const Autoregression& model, const Series& series, double standard_error, double p,
                                  std::uint64_t seed) {
  const auto holds_mu = [&](std::span<const double> x) {
    return std::abs(mean_of(x) - model.mu()) < k95Percent * standard_error ? 1.0 : 0.0;
  };
  return {mean_over_datasets(model, series, seed, holds_mu).mean, std::sqrt(p * (1 - p) / series.datasets)};
}

double log_prob_by_covariance(const Autoregression& model, std::span<const double> x) {
  const Index n = x.size();
  autograd::Tape tape;
  const double variance = model.sigma() * model.sigma();
  const auto L = cholesky(tape.constant(Matrix<double>(variance * correlations(model.rho(), n))));
  const Matrix<double> deviation = autograd::ConstMatrixMap<double>(x.data(), n, 1).array() - model.mu();
  const auto u = solve_lower(L, tape.constant(deviation));
  // log N(x; μ, Σ) = -½ [ n log 2π + log det Σ + ‖L⁻¹ (x - μ)‖² ],   Σ = L Lᵀ
  return -0.5 * (n * models::kLog2Pi + log_det(L).value() + squared_norm(u).value());
}

double total_correlation(double rho, int n) {
  autograd::Tape tape;
  return -0.5 * log_det(cholesky(tape.constant(correlations(rho, n)))).value();
}

void check_price(lesson::Lesson& lesson, const Series& series, const std::function<double(double rho)>& information) {
  const int n = series.length;
  lesson.say(fmt::format("        AR(1): μ = {:g}, σ = {:g}; {} datasets of {} points; R has the correlations ρ^|i-j|",
                         kMu, kSigma, lesson::thousands(series.datasets), n));
  auto chain = lesson.equation("1.5", "log p(D) = log p(x₁) + Σ log p(xₜ | xₜ₋₁), D from AR(1)", "eq:iid");
  for (const double rho : kRhos) {
    const std::vector<double> x = model_with(rho).sample(n, Random(lesson.seed(), Purpose::data));
    chain.exact(fmt::format("ρ = {:g}, as one density", rho), log_prob_by_covariance(model_with(rho), x),
                model_with(rho).log_prob(x));
  }

  auto price = lesson.equation("1.5", "E[ log p(D) - Σ log p(x) ] = (n - 1) · -½ log(1 - ρ²)", "eq:iid");
  lesson::Estimate sampled;
  for (const double rho : kRhos) {
    const double expected = (n - 1) * information(rho);
    sampled = sampled_price(model_with(rho), series, lesson.seed());
    price.exact(fmt::format("ρ = {:g}, -½ log det R", rho), total_correlation(rho, n), expected)
        .sampled(sampled_at(rho), sampled, expected);
  }
  // the price does not depend on μ and σ: for ρ = 0.9 the figure has the same
  lesson.metric("information", total_correlation(0.9, n) / (n - 1))
      .shown("04_price", "-½ log(1 - ρ²), the information between neighbours", 0.9);
  lesson.metric("sampled_price", sampled.mean / (n - 1))
      .shown("04_price", "log p(D) - Σ log p(x), sampled ± 2 standard errors", 0.9);
}

void check_coverage(lesson::Lesson& lesson, const Series& series,
                    const std::function<double(double rho, int n)>& inflation) {
  const int n = series.length;
  const double iid_error = kSigma / std::sqrt(n);
  auto variance = lesson.equation("1.5", "Var x̄ / (σ²/n) = 1 + 2 Σ (1 - k/n) ρᵏ → (1 + ρ) / (1 - ρ)", "eq:iid");
  for (const double rho : kRhos) {
    const lesson::Estimate ratio =
        mean_over_datasets(model_with(rho), series, lesson.seed(),
                           [&](std::span<const double> x) { return std::pow((mean_of(x) - kMu) / iid_error, 2); });
    variance.sampled(sampled_at(rho), ratio, inflation(rho, n));
  }

  auto bars = lesson.equation("1.5", "P( |x̄ - μ| < 1.96 σ/√n ) = P( |Z| < 1.96 / √inflation )", "eq:iid");
  lesson::Estimate share;
  for (const double rho : kRhos) {
    const double p = coverage(inflation(rho, n));
    share = sampled_coverage(model_with(rho), series, iid_error, p, lesson.seed());
    bars.sampled(sampled_at(rho), share, p);
    lesson.metric(fmt::format("coverage_{}", rho), p).shown("04_coverage", "x̄ ± 1.96 σ/√n, exact", rho);
  }
  const double right_error = iid_error * std::sqrt(inflation(0.9, n));
  const lesson::Estimate repaired = sampled_coverage(model_with(0.9), series, right_error, 0.95, lesson.seed());
  bars.sampled("ρ = 0.9, right SE", repaired, 0.95);
  lesson.metric("sampled_coverage", share.mean).shown("04_coverage", "sampled ± 2 standard errors", 0.9);
  lesson.metric("repaired_coverage", repaired.mean).shown("04_coverage", "with the right standard error", 0.9);
}

}  // namespace ch04
