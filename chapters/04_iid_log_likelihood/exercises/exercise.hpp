#pragma once
// The exercises of chapter 04: a log-likelihood, four times looked at. Write the bodies in exercise.cpp, then
//   chapters/grade 04                  checks them all; chapters/grade 4.2 one of them
//   chapters/grade 04 --hint 4.2       a hint, and called again the next
//
// All log-likelihoods and divergences are in nats: log is the natural logarithm, std::log.

#include <span>

namespace ch04 {

// 4.1   eq:iid
//        log p(D) = Σᵢ log N(xᵢ; μ, σ²),     log N(x; μ, σ²) = -½ [ log 2π + log σ² + (x - μ)² / σ² ]
// x: the N points, in any order, some of them equal; sigma > 0. Finite for thousands of points.
double log_likelihood(std::span<const double> x, double mu, double sigma);

// What is left of the data: N, Σ xᵢ and Σ xᵢ².
struct Summary {
  double n, sum, sum_of_squares;
};
// 4.2   eq:iid
// The same number as in 4.1, though the points are gone. First write Σ (xᵢ - μ)² in terms of the three numbers.
double log_likelihood_from_summary(const Summary& summary, double mu, double sigma);

// 4.3   eq:iid
// Σ xᵢ as if it had been computed exactly and rounded once, in whatever order the numbers come. Plain addition
// forgets the small ones: 1 + 2⁸⁰ - 2⁸⁰ is 0. The numbers here are whole; their largest are about 2⁸⁰ and cancel.
// After s = a + b, rounded, the part that was lost is known exactly (Neumaier 1974):
//        (a - s) + b   if |a| >= |b|,   (b - s) + a   otherwise
double compensated_sum(std::span<const double> x);

// 4.4   eq:ml-kl
//        KL(p̂ ‖ p) = Σₖ p̂ₖ log(p̂ₖ / pₖ),     p̂ₖ = (number of i with xᵢ = k) / N
// x: N points with states 0 .. K-1; p: the K probabilities of the model, all above 0. Some states may have no point.
// Another way to the same number: how far (1/N) log p(D) lies below its maximum, -H(p̂).
double divergence_from_data(std::span<const int> x, std::span<const double> p);

// 4.5   eq:iid
//        E[ log p(D) - Σₜ log p(xₜ) ] for n points of the stationary autoregression
//        x₁ ~ N(μ, σ²),     xₜ | xₜ₋₁ ~ N(μ + ρ (xₜ₋₁ - μ), (1 - ρ²) σ²),     -1 < ρ < 1
// in which each xₜ alone is N(μ, σ²). It is what the i.i.d. formula misses on average. Derive it on paper: the
// difference is a sum over neighbours, and the expectation of each square is known.
double price_of_independence(double rho, int n);

}  // namespace ch04
