#pragma once
// Bayesian logistic regression with two parameters: a posterior p(θ | D) without a closed form, and small
// enough that a grid over θ gives the truth.
//
// The data are N digits, threes (y = -1) and eights (y = +1), each by one number u: how much ink it has in the middle
// of its left half, where an eight is closed and a three is open.
//   p(y | u, θ) = sigmoid(y (θ₁ + θ₂ u)),   θ ~ N(0, 3² I)

#include <cmath>
#include <numbers>
#include <string>

#include "autograd/autograd.hpp"

namespace ch08 {

using autograd::Matrix;
using autograd::Var;

struct LogisticPosterior {
  Matrix<double> signed_inputs;  // N×2: row i is y_i (1, u_i)
  double prior_sd = 3;
  double prior_share = 1;  // how often log p(θ) is in log p(D, θ)

  // log p(D, θ) of every row of θ (n×2): n×1, in nats. For any element type, so that second derivatives come out too.
  template <autograd::Element S>
  Var<Matrix<S>> operator()(const Var<Matrix<S>>& theta) const {
    using autograd::By;
    const Matrix<S> inputs = signed_inputs.transpose().template cast<S>();
    const double variance = prior_sd * prior_sd;
    const auto log_likelihood = sum(log_sigmoid(matmul(theta, theta.tape().constant(inputs))), By::row);
    const auto log_prior = -std::log(2 * std::numbers::pi * variance) - sum(square(theta), By::row) / (2 * variance);
    return log_likelihood + prior_share * log_prior;
  }
};

// The first N threes and eights of the 8×8 digits; u has the mean 0 and the variance 1 over them.
LogisticPosterior threes_and_eights(const std::string& data_folder, int N);

}  // namespace ch08
