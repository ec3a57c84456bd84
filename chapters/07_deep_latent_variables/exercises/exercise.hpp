#pragma once
// The exercises of chapter 07: what simple factors add up to. Write the bodies in exercise.cpp beside this file, then
//   chapters/grade 07                  checks them all; chapters/grade 7.2 one of them
//   chapters/grade 07 --hint 7.2       a hint, and called again the next
//
// Notation: z is the latent variable, f the decoder, σ² its one variance. A quadrature stands for the prior of z:
// points z_k, k = 0 .. K-1, with weights w_k that sum to 1, so that E g(z) = Σ_k w_k g(z_k).

#include <Eigen/Core>
#include <span>

#include "autograd/autograd.hpp"
#include "models/statistics/symmetric_eigen.hpp"

namespace ch07 {

using autograd::Matrix;
using autograd::Var;

// 7.1   eq:factorised
// Cov(x) of x = f(z) + σ ε,   ε ~ N(0, I) independent of z                                               (notes 1.7.2)
// w: K weights.   f: K×d, row k is f(z_k).   Returns the covariance matrix of x, d×d. Do not assume that E f(z) is 0.
Matrix<double> marginal_covariance(const Eigen::VectorXd& w, const Matrix<double>& f, double sigma);

// 7.2   eq:factorised
// log p(x_i) = log Σ_k w_k Π_j p(x_ij | z_k),   p(x_ij = 1 | z_k) = sigmoid(ℓ_kj)                        (notes 1.7.2)
// x: n×d, zeros and ones.   logits ℓ: K×d, on the tape.   w: K weights.   Returns log p(x_i) for each row, n×1, on the
// tape of the logits. With 784 pixels the products are too small for any number: some instances
// are of that size. Helpful: matmul, transpose, softplus, sum(A, By::row),
// log_sum_exp(A, By::row). A row 1×K is added to each row of n×K.
Var<Matrix<double>> log_marginal(const Matrix<double>& x, const Var<Matrix<double>>& logits, const Eigen::VectorXd& w);

// 7.3   claim:connected
// P(|x| < c) for x = f(z), z ~ N(0, 1), with the decoder f(z) = a z / √(1 + b² z²)                       (notes 1.7.2)
// Another decoder with two saturated sides: f is odd and increasing, and f(z) approaches ±a/b. 0 < c < a/b.
// Returns the probability.
double share_between(double a, double b, double c);

// 7.4   eq:fisher-identity
// ∂ log p(x) / ∂W_kj   of a sigmoid belief net with one hidden layer of K units and d pixels             (notes 1.7.2)
//   p(z_k = 1) = sigmoid(c_k),   p(x_j = 1 | z) = sigmoid( b_j + Σ_k z_k W_kj )
// c: K.  W: K×d.  b: d.  x: d zeros and ones.  Returns the gradient in W, K×d, by Fisher's identity: without a tape,
// from the posterior of all 2^K states. K is at most 8.
Matrix<double> weight_gradient(const Eigen::VectorXd& c, const Matrix<double>& W, const Eigen::VectorXd& b,
                               const Eigen::VectorXd& x);

// 7.5   claim:rotation
// x | z ~ N(z W, σ² I),   z ~ N(0, I) with two dimensions                                                (notes 1.7.2)
// Turned codes give the same p(x), so a reader cannot compare the axes of two models. Give every model the same axes:
// returns the weights V = R W, 2×d, of the same p(x), with R orthogonal (Rᵀ R = I) and chosen so that
//   - the rows of V are orthogonal to each other, the first one the longer one;
//   - in each row the number that is largest in size is positive.
// W: 2×d, d >= 2, its rows linearly independent. Helpful: models::symmetric_eigen(A), whose values
// ascend; column i of its vectors belongs to values[i].
Matrix<double> canonical_weights(const Matrix<double>& W);

// 7.6   claim:free-variance
// log p(D) >= level,   p(x) = ½ N(x; m, v) + ½ N(x; x_1, s²)                                             (notes 1.7.2)
// Take of the first point its second term alone, and of each other point its first term alone. Returns the s for which
// this lower bound of log p(D) is equal to `level`.   x: N >= 2 points, of which x[0] is x_1.
double deviation_for_level(std::span<const double> x, double m, double v, double level);

}  // namespace ch07
