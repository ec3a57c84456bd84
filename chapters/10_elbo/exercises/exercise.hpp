#pragma once
// The exercises of chapter 10: a new bound, a new density, gradients and their noise, and what a linear VAE will do.
// Write the bodies in exercise.cpp beside this file, then
//   chapters/grade 10                  checks them all; chapters/grade 10.2 one of them
//   chapters/grade 10 --hint 10.2      a hint, and called again the next

#include <span>

#include "autograd/autograd.hpp"

namespace ch10 {

using autograd::Matrix;
using autograd::Var;

// 10.1   eq:elbo
// ELBO = E_q[ log p(x|z) ] - KL( q ‖ p(z) ),   z ~ N(0, 1),  x | z ~ Poisson(exp z),  q = N(m, s²)
// x is a count, 0, 1, 2, ..., with the mean exp z:  log p(x|z) = x z - exp z - log x!. Its expectation under q has a
// closed form: derive it.
// Returns the ELBO in nats on the tape of m and log_var = log s², so that its slopes come out as well. log x! is
// std::lgamma(x + 1.0).
Var<double> poisson_elbo(int x, const Var<double>& m, const Var<double>& log_var);

// 10.2   eq:reparam-density
// z = exp(μ + L ε), component by component,   ε ~ N(0, I_d),   L lower triangular, L_ii > 0
// mu, epsilon: d numbers; L: d×d. Returns log q(z), the log density of the sample z
// that this ε gives, in nats. d is 1 to 4.
double log_density(std::span<const double> mu, const Matrix<double>& L, std::span<const double> epsilon);

// 10.3   claim:reparam
// d/dm E f(z) = E[ f(z) d/dm log q(z) ]
// K >= 2 samples z_k of q were drawn. f: f(z_k); score: d/dm log q(z_k); K numbers each. A baseline b lowers the
// variance, but where does it come from? For sample k take the mean of f over the other K - 1 samples, which know
// nothing of z_k. Returns the mean of the K estimates. It must be unbiased.
double score_gradient(std::span<const double> f, std::span<const double> score);

// 10.4   eq:is-bound
// L_K = log (1/K) Σ_k w_k,   E L_K = log p(x) - c/K + (terms that fall like 1/K²)
// log_w: K >= 2 logarithms of weights. From them you can compute L_K, and, leaving out one of them at a time, K values
// of L_{K-1}. Returns the combination  a L_K + b (mean of the K values of L_{K-1}),  a + b = 1, in which c cancels:
// find a and b. The log w may lie near -1000, where exp(log_w) is 0.
double corrected_bound(std::span<const double> log_w);

// 10.5   test:collapse
// A linear VAE with k units, noise variance σ² (fixed) and the weight β on its KL, trained to its
// optimum on data whose covariance has the eigenvalues λ_1 ≥ λ_2 ≥ ... ≥ λ_d. It may have fewer units
// than there are eigenvalues above the level.
struct Prediction {
  int active;         // units with a KL that is not 0
  double rate;        // E KL( q(z|x) ‖ p(z) ), in nats
  double distortion;  // E |x - zW - b|²
};
Prediction predict(std::span<const double> lambda, int k, double noise_variance, double beta);

// 10.6   claim:noise
// G = (N/M) Σ_{j∈M} (1/S) Σ_{s=1}^S g_j(ε_js)
// The gradient of a minibatch of M of N points, drawn without replacement, with S draws of the noise for each of its
// points, all independent. mean, variance: N numbers each, E_ε g_i(ε) and Var_ε g_i(ε) of every point. Returns Var G.
double gradient_variance(std::span<const double> mean, std::span<const double> variance, int M, int S);

}  // namespace ch10
