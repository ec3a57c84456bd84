#pragma once
// The exercises of chapter 09: encoders, what they fall short by, and what must not be done with them. Write the
// bodies in exercise.cpp beside this file, then
//   chapters/grade 09                  checks them all; chapters/grade 9.2 one of them
//   chapters/grade 09 --hint 9.2       a hint, and called again the next
//
// Notation: k latent dimensions; q(z | x) = N(z; μ(x), diag σ²(x)); all values in nats.

#include <Eigen/Core>
#include <array>
#include <span>

#include "autograd/autograd.hpp"

namespace ch09 {

using autograd::Matrix;
using autograd::Var;

// 9.1   eq:encoder
// log q(z | x) = Σ_j log N(z_j; μ_j(x), σ_j²(x)),   N(z; μ, σ²) = exp(-(z - μ)² / (2σ²)) / √(2πσ²)         (notes 2.1)
// z, mu, log_var: n×k, a data point a row; log_var is log σ², as the encoder gives it. Returns n×1 on their tape, so
// that gradients flow to all three: exp, square, + - * on Vars, and sum(x, autograd::By::row), which adds up each row.
Var<Matrix<double>> log_q(const Var<Matrix<double>>& z, const Var<Matrix<double>>& mu,
                          const Var<Matrix<double>>& log_var);

// 9.2   eq:encoder
// log p(x) = log ∫ p(x, z) dz,   ELBO = ∫ q(z) [ log p(x, z) - log q(z) ] dz                              (notes 2.1)
// log_joint, log_q: log p(x, z) and log q(z) at the points of an even grid, each of which stands for an area `cell`.
// The grid reaches so far that nothing is left outside. Returns { log p(x), ELBO }. A log p(x, z) may be -2000,
// as for an image of many pixels: its exponential is 0 in a double.
std::array<double, 2> on_grid(const Eigen::ArrayXd& log_joint, const Eigen::ArrayXd& log_q, double cell);

// 9.3   claim:amortised
// min over μ and s of KL( N(μ, s² I) ‖ N(m, Λ⁻¹) ): the approximation gap of a q with one variance for all dimensions.
// precision: Λ, k×k, symmetric and positive definite. Derive the best s² first, as the chapter does for a diagonal q.
// Λ.trace() and Λ.determinant() may help.
double isotropic_gap(const Eigen::MatrixXd& precision);

// 9.4   claim:amortised
// The posteriors of N data points are normal with precisions Λ_1 .. Λ_N (one latent dimension), since
// each was measured with a noise of its own. An encoder gives every mean exactly, but has one
// variance s² for all data points, and learns the best one. Returns its mean amortisation gap,
//   (1/N) Σ_i KL( N(m_i, s²) ‖ N(m_i, 1/Λ_i) ).
double shared_variance_gap(std::span<const double> precisions);

// 9.5   claim:partial
// z ~ N(0,1), and x_1 .. x_n | z ~ N(z,1), independent given z. An encoder q(z | x_1 .. x_m) sees the first m of them,
// 0 <= m <= n, and is trained on the ELBO of all n. The best one is N(c · (x_1 + ... + x_m), s²). Returns
// { c, s², gap } with the gap E[ log p(x_1 .. x_n) - ELBO ] of this best encoder. For n = 2 and m = 1:
// { 1/2, 1/3, 1/4 }.
std::array<double, 3> partial_encoder(int n, int m);

// 9.6   claim:mean-code
// x | z ~ N(z W, σ² I), with W k×d and q = N(μ, diag s²). By how much does the "ELBO" with z = μ exceed the ELBO?
//   log p(x | z = μ) - E_q log p(x | z)
// noise_variance: σ²; log_sd: log s_j, k numbers. It depends neither on x nor on μ.
double excess_at_code(const Eigen::MatrixXd& W, double noise_variance, const Eigen::VectorXd& log_sd);

// 9.7   claim:representation
// Two probes, a and b, learned from the same R draws of labelled images: draw r gave them the errors a_r and b_r.
// Returns { mean of a - b, its standard error over the draws }. That both learned from the same draw is to be used.
std::array<double, 2> paired_difference(std::span<const double> a, std::span<const double> b);

}  // namespace ch09
