#pragma once
// The exercises of chapter 11: the VAE's five formulas. Write the bodies in exercise.cpp, then
//   chapters/grade 11                  checks them all; chapters/grade 11.2 one of them
//   chapters/grade 11 --hint 11.2      a hint, and called again the next
//
// Notation: n data points, one a row; D pixels; d latent dimensions; K samples a data point. All quantities in nats.
// Arguments and results are Vars, so that gradients flow: compute with the engine's operations, not with x.value().
//   autograd/operations/elementwise.hpp   + - * / square exp log softplus ...: coefficient by coefficient; also with
//                                         plain numbers
//   autograd/operations/reductions.hpp    sum mean log_sum_exp: of a whole matrix, or of each row with By::row
//                                         (n×d -> n×1)
//   autograd/core/tape.hpp                value_and_gradient
// Each row is a data point, so most answers are n×1 and need By::row: without it sum() gives one number, a
// Var<double>, which the compiler does not take for a Var<Matrix<double>> ("could not convert"). A Matrix that you
// compute joins them as x.tape().constant(std::move(matrix)), and carries no gradient. The functions of
// models/statistics/distributions.hpp are what you are about to write.

#include <functional>

#include "autograd/autograd.hpp"

namespace ch11 {

using autograd::Buffer;
using autograd::By;
using autograd::Index;
using autograd::Matrix;
using autograd::Parameters;
using autograd::Var;
using autograd::Watched;

// 11.1   eq:elbo
//        KL( N(μ, diag σ²) ‖ N(0, I) ) = ½ Σⱼ [ μⱼ² + σⱼ² - 1 - log σⱼ² ]             (Kingma & Welling 2014, app. B)
// mu, log_var = log σ²: n×d. Returns n×1.
// The log of the variance, since a network's output may be any real number and a variance may not.
Var<Matrix<double>> kl_to_standard_normal(const Var<Matrix<double>>& mu, const Var<Matrix<double>>& log_var);

// 11.2   eq:reparam-density
//        z = μ + σ ε,  ε ~ N(0, I)                                                     (Kingma & Welling 2014, §2.4)
// mu, log_var = log σ²: n×d; epsilon: n×d, drawn already. Returns z: n×d, a sample of q(z|x) = N(μ, diag σ²) in every
// row. The noise comes from outside, so z is a differentiable function of mu and log_var.
Var<Matrix<double>> reparameterise(const Var<Matrix<double>>& mu, const Var<Matrix<double>>& log_var,
                                   const Var<Matrix<double>>& epsilon);

// What the encoder says of x: q(z|x) = N(μ, diag σ²). Both n×d.
struct Posterior {
  Var<Matrix<double>> mu, log_var;
};
// From codes z (n×d) to logits ℓ (n×D): pixel j of p(x|z) is 1 with probability sigmoid ℓⱼ.
using Decoder = std::function<Var<Matrix<double>>(const Var<Matrix<double>>&)>;

// 11.3   eq:elbo
//        ELBO(x) = log p(x|z) - KL( q(z|x) ‖ p(z) ),  z = μ + σ ε
//        log p(x|z) = Σⱼ [ xⱼ log sigmoid ℓⱼ + (1 - xⱼ) log(1 - sigmoid ℓⱼ) ],  ℓ = decode(z)
// x: n×D of zeros and ones; epsilon: n×d. Returns n×1: log p(x|z) of one sample z in each row, minus the KL by its
// formula (11.1), not by the sample. The mean over epsilon is each row's bound.
// Finite for any logits, ±800 included. May use 11.1 and 11.2.
Var<Matrix<double>> elbo(const Var<Matrix<double>>& x, const Posterior& q, const Decoder& decode,
                         const Var<Matrix<double>>& epsilon);

// Adam: its settings, and its state between two steps.
struct Adam {
  explicit Adam(Index size) : m(Buffer<double>::Zero(size)), v(Buffer<double>::Zero(size)) {}
  double learning_rate = 1e-2, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-3;
  int t = 0;            // steps made so far
  Buffer<double> m, v;  // moments, in the parameters' layout
};
// The ELBOs of a minibatch, M×1, as a function of the parameters.
using MinibatchElbo = std::function<Var<Matrix<double>>(const Watched<double>&)>;

// 11.4   eq:minibatch-grad
//        L(θ) = -(1/M) Σᵢ ELBO(xᵢ),  g = ∇L(θ);  t = 1 at the first step               (Kingma & Ba 2015, algorithm 1)
//        m = β₁ m + (1 - β₁) g             v = β₂ v + (1 - β₂) g²          (g² coefficient by coefficient)
//        m̂ = m / (1 - β₁ᵗ)                 v̂ = v / (1 - β₂ᵗ)
//        θ -= α m̂ / (√v̂ + ε)
// Changes theta and adam. Returns L(θ) before the step.
// Help: value_and_gradient with a Tape and a Buffer<double>; theta.values() is the whole of θ as one Buffer, and
// buffer.array() computes coefficient by coefficient.
double training_step(const MinibatchElbo& elbo, Parameters<double>& theta, Adam& adam);

// 11.5   eq:is-bound
//        log (1/K) Σₖ wₖ ≤ log p(x) on average, and closer the larger K                    (Burda et al. 2016, eq. 8)
// log_weights: n×K, log wₖ = log p(x, zₖ) - log q(zₖ|x). Returns n×1. Finite also for log-weights about -1000 in one
// row and +1000 in another: log densities of images are that large.
Var<Matrix<double>> importance_bound(const Var<Matrix<double>>& log_weights);

}  // namespace ch11
