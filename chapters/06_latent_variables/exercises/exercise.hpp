#pragma once
// The exercises of chapter 06: variables that nobody observed. Write the bodies in exercise.cpp beside this file, then
//   chapters/grade 06                  checks them all; chapters/grade 6.2 one of them
//   chapters/grade 06 --hint 6.2       a hint, and called again the next
//
// Notation: n data points, one a row; K components; log_joint(i, k) = log p(x_i, z = k), n×K.

#include <span>
#include <vector>

#include "autograd/autograd.hpp"

namespace ch06 {

using autograd::Index;
using autograd::Matrix;

// 6.1   eq:marginal
// p(z = k | x) = p(x, z = k) / Σ_j p(x, z = j)                                                           (notes 1.7.1)
// log_joint: the K numbers log p(x, z = k) of one point x. Returns its K posterior probabilities. The point may lie so
// far from all components that every p(x, z = k) is too small for a number: exp(-2000) is 0.
std::vector<double> posterior(std::span<const double> log_joint);

// 6.2   eq:marginal
// p(x) = ∫ Gamma(λ; a, b) Poisson(x; λ) dλ,   Gamma(λ; a, b) = b^a λ^(a-1) e^(-bλ) / Γ(a)               (notes 1.7.1)
// A count x = 0, 1, 2, ... with Poisson(x; λ) = λ^x e^(-λ) / x!, whose rate λ differs from case to case. Returns
// log p(x) without an integral: derive it. ∫ λ^(s-1) e^(-tλ) dλ = Γ(s) / t^s, and std::lgamma(s) is log Γ(s).
double log_compound_count(int x, double a, double b);

// 6.3   eq:gmm
// p(x | z = k) = N(x; μ_k, v_k I):   the same variance v_k in all d directions, one for each component   (notes 1.7.1)
// x: n×d, W: n×K, the weights p(z = k | x_i). Returns the K variances of the M step, which maximise
// Σ_ik W_ik log N(x_i; μ_k, v_k I) together with the means. Derive them; d is not always 2.
std::vector<double> spherical_variances(const Matrix<double>& x, const Matrix<double>& W);

// 6.4   eq:gmm
// Somebody has two bent coins, a and b, in a bag. n times: one of them is taken, a with probability pi, and tossed m
// times; x_i of the m tosses show heads, and nobody noted which coin it was. Heads have the probability a, or b. This
// is a step of EM, as somebody wrote it:
//
//   Coins next{0, 0, 0};
//   double tosses_a = 0, tosses_b = 0;
//   for (const int x : heads) {
//     const double p_a = std::pow(now.a, x) * std::pow(1 - now.a, m - x);
//     const double p_b = std::pow(now.b, x) * std::pow(1 - now.b, m - x);
//     const double r = p_a / (p_a + p_b);
//     next.pi += r / m;
//     next.a += r * x, tosses_a += m;
//     next.b += (1 - r) * x, tosses_b += m;
//   }
//   next.a /= tosses_a, next.b /= tosses_b;
//   return next;
//
// The likelihood falls, and pi may exceed 1. There are three faults. Mend them.                          (notes 1.7.1)
struct Coins {
  double pi, a, b;
};
Coins em_step(const Coins& now, std::span<const int> heads, int m);

// 6.5   eq:fisher-identity
// ∂/∂α_k Σ_i log p(x_i),   π = softmax(α)                                                          (notes 1.7.1, 2.1)
// The mixing weights of a mixture are given by K free numbers α. log_joint: n×K. log_pi: the K numbers log π_k.
// Returns the K slopes of log p(D), by Fisher's identity and without a tape.
std::vector<double> slopes_in_alpha(const Matrix<double>& log_joint, std::span<const double> log_pi);

// 6.6   claim:em-rate
// p(x) = π f(x) + (1 - π) g(x),   only π is unknown                                                      (notes 1.7.1)
// f, g: the values f(x_i) and g(x_i) at the n data points. Write down EM's step from π to the next π. At the π where
// it comes to rest, given here, a small error is multiplied by some number at every step. Returns that number.
double rate_of_weight(std::span<const double> f, std::span<const double> g, double pi);

// 6.7   claim:unbounded
// A prior on a component's variance, log p(v) = -(a + 1) log v - b/v + constant, keeps it from shrinking onto a point.
// x, r: the n data points and the component's weights p(z = k | x_i); mu: its mean, which stays. Returns the v that
// maximises Σ_i r_i log N(x_i; mu, v) + log p(v). Derive it.                                             (notes 1.7.1)
double variance_with_prior(std::span<const double> x, std::span<const double> r, double mu, double a, double b);

}  // namespace ch06
