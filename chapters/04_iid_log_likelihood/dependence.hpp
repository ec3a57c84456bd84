#pragma once
// What it costs to take data for independent that are not: the stationary autoregression AR(1), whose correlation ρ
// between neighbours goes from none to all.

#include <functional>
#include <vector>

#include "chapters/lesson.hpp"
#include "models/autoregression.hpp"

namespace ch04 {

// How much is sampled: datasets, each of so many consecutive points.
struct Series {
  int datasets = 20'000;
  int length = 100;
};

// Σ log N(xₜ; μ, σ²): every point by itself, as if they were independent. In nats.
double iid_log_prob(const models::Autoregression& model, std::span<const double> x);

// log p(D) - Σ log p(xₜ): the price of the assumption, the mean over datasets with its standard error.
lesson::Estimate sampled_price(const models::Autoregression& model, const Series& series, std::uint64_t seed);

// x̄ is normal with variance σ²/n · inflation. So an error bar x̄ ± 1.96 σ/√n, made for independent points, holds μ with
// probability P(|Z| < 1.96 / √inflation).
double coverage(double inflation);
// The share of datasets in which x̄ ± 1.96 · standard_error holds μ. Its own standard error is √(p (1 - p) / datasets),
// p being the exact coverage.
lesson::Estimate sampled_coverage(const models::Autoregression& model, const Series& series, double standard_error,
                                  double p, std::uint64_t seed);

// log p(D) of n points in one piece: the density N(μ, Σ) with Σᵢⱼ = σ² ρ^|i-j|, by a Cholesky factor on the tape. And
// the mutual information of all n points, -½ log det of their correlations.
double log_prob_by_covariance(const models::Autoregression& model, std::span<const double> x);
double total_correlation(double rho, int n);

// eq:iid: log p(D) is the chain of conditionals, and exceeds the i.i.d. formula by `information` (of ρ, in nats) for
// every point but the first.
void check_price(lesson::Lesson& lesson, const Series& series, const std::function<double(double rho)>& information);

// eq:iid: the variance of x̄ is larger by `inflation` (of ρ and n), and the i.i.d. error bar holds μ accordingly rarely.
void check_coverage(lesson::Lesson& lesson, const Series& series,
                    const std::function<double(double rho, int n)>& inflation);

}  // namespace ch04
