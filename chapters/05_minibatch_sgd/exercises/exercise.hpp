#pragma once
// The exercises of chapter 05: the proof, its spread, and where SGD comes to rest. Write the bodies in exercise.cpp
// beside this file, then
//   chapters/grade 05                  checks them all; chapters/grade 5.2 one of them
//   chapters/grade 05 --hint 5.2       a hint, and called again the next
//
// Notation: D has N data points, a minibatch M has M of them; g_i = ∇log p(x_i), one number, for one parameter.

#include <functional>
#include <span>

#include "autograd/autograd.hpp"

namespace ch05 {

using autograd::Var;

// 5.1   eq:loglik-m
// log p(M) = Σ_{x∈M} log N(x; θ, 1),   log N(x; θ, 1) = -½ log 2π - ½ (x - θ)²                             (notes 1.6)
// Returns log p(M) on the tape of theta, so that its slope in θ comes out as well: compute with theta itself and not
// with theta.value(). square, +, - and * work on a Var and on plain numbers.
Var<double> log_likelihood(const Var<double>& theta, std::span<const double> minibatch);

// 5.2   eq:scaled
// E[ c Σ_{j∈M} g_j ] = Σ_{i=1}^N g_i = ∇log p(D),   M drawn without replacement                          (notes 1.6.1)
// g: the M slopes of one minibatch. Returns c Σ g_j with the c that makes it right on average.
double scaled_gradient(std::span<const double> g, int N);

// 5.3   eq:expectation
// E[ f(i, j) ],   {i, j} two different points of 0 .. N-1, every such pair equally likely                (notes 1.6.1)
// f(i, j) = f(j, i): an estimate that the minibatch {i, j} gives. Returns its mean over all minibatches of two, by
// looking at each of them, as the chapter does to prove what holds on average.
double expectation_over_pairs(int N, const std::function<double(int i, int j)>& f);

// 5.4   eq:minibatch-grad
// Var[ (1/M) Σ_{j∈M} g_j ],   M drawn without replacement                                                  (notes 1.6)
// g: the slopes of all N points. Returns the variance by a formula, without enumerating anything (N may be 40).
// For M = 1 it is S² = (1/N) Σ_i (g_i - ḡ)², and for M = N it is 0.
double minibatch_variance(std::span<const double> g, int M);

// 5.5   eq:coefficient
// E[ estimate ] = Σ_{i=1}^N g_i,   for a sampler that does not draw all points equally often           (notes 1.6.1.1)
// M points were drawn, independently and with replacement, point i with probability q_i each time. The q_i sum to 1.
// g, q: slope and probability of each of the M drawn points. Returns an unbiased estimate of ∇log p(D) that all M
// draws enter alike, so that its variance is 1/M of that of a single draw.
double importance_weighted_gradient(std::span<const double> g, std::span<const double> q);

// 5.6   eq:sgd-floor
// L(θ) = ½ h (θ - θ*)²,   θ_{t+1} = θ_t - a (h (θ_t - θ*) + ε_t),   E[ε_t] = 0,   Var[ε_t] = v        (SGD, notes 1.6)
// A minibatch's gradient is the true one plus a noise ε_t, drawn anew at every step. Returns E[ L(θ_t) ] after t >= 0
// steps from a θ_0 with L(θ_0) = start, exactly. Derive what one step makes of E[ (θ - θ*)² ], then take t of them.
double expected_loss(double start, double a, double h, double v, int t);

}  // namespace ch05
