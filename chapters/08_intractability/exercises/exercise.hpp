#pragma once
// The exercises of chapter 08: what the integral costs, chains, bridges, and an approximation for parameters. Write
// the bodies in exercise.cpp beside this file, then
//   chapters/grade 08                  checks them all; chapters/grade 8.2 one of them
//   chapters/grade 08 --hint 8.2       a hint, and called again the next
//
// Notation: z latent, x observed; the model of 8.1 and 8.6 is z ~ N(0, I), x | z ~ N(z, σ² I). Logarithms are natural.

#include <span>

namespace ch08 {

// 8.1   eq:intractable
// p̂ = p(x|z), z ~ N(0, I): one draw of the prior. Returns Var[p̂] / p(x)² at the point x, which need not be 0. x has
// k numbers. (The chapter derives the case x = 0.) Work out E[p̂²] for one coordinate; coordinates are independent.
double relative_variance(std::span<const double> x, double sigma);

// 8.2   claim:mcmc
// Another chain than the chapter's: the proposal walks up the gradient and adds noise (MALA),
//   z' = z + ½ ε² ∇log p(z) + ε ξ,   ξ ~ N(0, I),      so that q(z'|z) = N(z'; z + ½ ε² ∇log p(z), ε² I).
// It is accepted with probability  min( 1, p(z') q(z|z') / (p(z) q(z'|z)) ). Returns the logarithm of it.
// z, gradient: place and ∇log p there, d numbers each; log_p: log p at that place, up to a constant.
struct Place {
  std::span<const double> z, gradient;
  double log_p;
};
double log_acceptance(const Place& from, const Place& to, double step);

// 8.3   claim:mcmc
// p(z|x) is normal in k >= 2 dimensions, every variance is s² and every correlation ρ, with -1/(k-1) < ρ < 1. Returns
// the standard deviation of each z_j under the diagonal normal q that is closest to it in the sense of KL(q ‖ p).
double best_standard_deviation(int k, double s, double rho);

// 8.4   claim:accept
// One leapfrog step ε a transition, momentum r ~ N(0, 1) drawn anew each time, every proposal accepted; the target is
// N(0, s²), so that ∇log p(z) = -z/s². Returns the variance at which the chain comes to rest, and infinity where it
// does not. (The chapter derives it for s = 1.)
double leapfrog_variance(double step, double s);

// 8.5   eq:ess
// A chain z_t = ρ z_{t-1} + noise of N draws, of which every m-th is kept and the others thrown away. Returns the
// effective sample size of the draws that are kept; m divides N. (Does it pay?)
double thinned_sample_size(double N, double rho, int m);

// 8.6   eq:thermodynamic
// One latent number. Annealed importance sampling goes up the temperatures 0 = β_0 < ... < β_T = 1 and moves so well
// that z at β_t is an exact draw of p_{β_t}, independent of the one before:
//   log w = Σ_{t=1}^T (β_t - β_{t-1}) log p(x | z_{t-1}),    z_{t-1} ~ p_{β_{t-1}}(z) ∝ p(z) p(x|z)^{β_{t-1}}
// Returns E[log w], exactly. Which normal density is p_β?
double expected_log_weight(double x, double sigma, std::span<const double> betas);

// 8.7   claim:posterior-theta
// A coin fell heads h times and tails t times. Its probability of heads has the uniform prior on (0, 1). Write it as
// sigmoid(η), and apply Laplace's approximation to log p(D, η), a density in η. Returns the approximation of
// log p(D), which is log( h! t! / (h + t + 1)! ) exactly. h and t may be 0: in η there is a peak all the same.
double coin_log_evidence(int heads, int tails);

}  // namespace ch08
