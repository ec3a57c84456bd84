#pragma once
// The exercises of chapter 02: draws, densities, divergences, and networks as the parameters of a distribution. Write
// the bodies in exercise.cpp beside this file, then
//   chapters/grade 02                  checks them all; chapters/grade 2.2 one of them
//   chapters/grade 02 --hint 2.2       a hint, and called again the next
//
// log is the natural logarithm everywhere, and what is a logarithm of a probability or of a density is in nats.

#include <span>
#include <vector>

#include "autograd/autograd.hpp"

namespace ch02 {

using autograd::Matrix;
using autograd::Var;

// 2.1   eq:model
// p(x) = exp(-|x - μ| / b) / 2b,   b > 0: the Laplace distribution                                         (notes 1.3)
// Returns the draw that the uniform number u in (0, 1) makes: the x with P(X <= x) = u. Work out P(X <= x) first, on
// each side of μ, and solve it for x.
double laplace_draw(double u, double mu, double b);

// 2.2   claim:density-above-one
// x ~ N(μ, σ²) and y = exp x. What is the density of y > 0?                                                (notes 1.3)
// Returns log p(y). Where x lies in an interval of length dx, y lies in one of another length, and the probability of
// the two is the same.
double log_density_of_exp(double y, double mu, double sigma);

// 2.3   eq:approx
// ∂/∂θ_k KL(p_θ ‖ p*) = ∂/∂θ_k Σ_j p_j log(p_j / p*_j),   p = softmax θ                                    (notes 1.3)
// p, p_star: K probabilities above 0 each. Returns the K slopes, by a formula in p and p* that you derive. The text
// has the slopes of the other divergence, KL(p* ‖ p_θ): they are p_k - p*_k.
std::vector<double> slope_of_backward_divergence(std::span<const double> p, std::span<const double> p_star);

// 2.4   claim:kl-direction
// The normal q = N(m, v) with the least KL(p ‖ q), for the mixture p(x) = Σ_k w_k N(x; μ_k, σ_k²)          (notes 1.3)
// weight, mean, variance: w_k (which sum to 1), μ_k and σ_k², K of each. Returns m and v.
struct MeanAndVariance {
  double mean, variance;
};
MeanAndVariance closest_normal(std::span<const double> weight, std::span<const double> mean,
                               std::span<const double> variance);

// 2.5   eq:conditional
// p(y|x) = N(y; μ, σ²),   (μ, r) = NN(x),   σ = softplus r = log(1 + exp r)                              (notes 1.3.1)
// Here the network's second output r gives the standard deviation through a softplus. Somebody wrote
//
//   const auto variance = softplus(r);
//   return -log(variance) - square(y - mu) / variance;
//
// and the network learns deviations that are too large or too small, and a "log-likelihood" that cannot be compared
// with anybody's. Mend it. mu, r, y: n×1. Returns log p(y|x) of each row, n×1, on the tape of mu and r.
Var<Matrix<double>> log_prob(const Var<Matrix<double>>& y, const Var<Matrix<double>>& mu,
                             const Var<Matrix<double>>& r);

// 2.6   claim:grey-bernoulli
// p(x) = exp(ℓ x) / ∫₀¹ exp(ℓ t) dt,   0 <= x <= 1: the continuous Bernoulli with logit ℓ                (notes 1.3.1)
// (The factor 1-λ of the Bernoulli formula stands above and below and is gone.) Returns its mean E[ x ], for every
// finite ℓ, with an error of at most 1e-9: also for ℓ = 0, near it, and for ±800.
double mean_of_continuous_bernoulli(double logit);

}  // namespace ch02
