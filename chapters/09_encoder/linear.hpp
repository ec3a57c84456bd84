#pragma once
// The linear-Gaussian model and an encoder that is affine. Everything about them has a closed form. One row a data
// point, in nats.

#include "models/inference/variational.hpp"
#include "models/linear_gaussian.hpp"
#include "models/training/layers.hpp"

namespace ch09 {

using autograd::Index;
using autograd::Matrix;
using autograd::Var;
using models::DiagonalNormals;
using models::LinearGaussian;
using Vector = Eigen::ArrayXd;

// z ~ N(0,1), x | z ~ N(z,1): the posterior is N(x/2, ½).
inline LinearGaussian one_number() { return {Matrix<double>::Ones(1, 1), 1}; }

// E log p(x, z) for z ~ q, on the tape of q. With `spread` it is
//   log N(μ W; x, σ² I) - ½ Σ_j s_j² ‖W_j‖² / σ² + log N(μ; 0, I) - ½ Σ_j s_j²
// and without it the likelihood is taken at z = μ alone: the second term is left out.
models::ExpectedLogJoint expected_log_joint(const LinearGaussian& model, const Matrix<double>& x, bool spread = true);

// E_q log p(x, z) + H(q), for every row of q.
Vector elbo(const models::ExpectedLogJoint& expected_log_joint, const DiagonalNormals& q);

// KL(q_i ‖ p(z | x_i)) for every row, by the formula for two normal densities:
//   ½ [ Σ_j s_j² Λ_jj + (μ - ν) Λ (μ - ν)ᵀ - k - log det Λ - Σ_j log s_j² ],   ν = E[z | x]
Vector kl_to_posterior(const LinearGaussian& model, const Matrix<double>& x, const DiagonalNormals& q);

// q_φ(z | x) = N(z; x A + b, diag exp(2 log_sd)), φ = (A, b, log_sd): the same for all x.
struct AffineEncoder {
  Matrix<double> A;              // inputs×k
  Eigen::RowVectorXd b, log_sd;  // k each
  DiagonalNormals operator()(const Matrix<double>& x) const;
};

// The φ that maximises Σ_i w_i ELBO_i, by `steps` steps of Adam from A = 0, b = 0, log_sd = 0. The encoder sees `seen`
// (n×inputs), which need not be all of x.
AffineEncoder fit_encoder(const models::ExpectedLogJoint& expected_log_joint, const Matrix<double>& seen,
                          const Vector& weights, Index latent, int steps);

}  // namespace ch09
