#pragma once
// Laplace's approximation of p(θ | D): the normal density with the same maximum θ̂ as the
// posterior and the same second derivatives there,
//   p(θ | D) ≈ N(θ; θ̂, A⁻¹),   A = -∇² log p(D, θ̂),
//   log p(D) ≈ log p(D, θ̂) + (d/2) log 2π - ½ log det A                                (MacKay 2003, chapter 27)
// Both are exact where log p(D, θ) is a parabola in θ.

#include <Eigen/Core>
#include <functional>

#include "autograd/instruments/hessian.hpp"

namespace models {

struct LaplaceSettings {
  double tolerance = 1e-9;  // the largest component of the gradient at the end
  int most_steps = 100;
};

struct Laplace {
  Eigen::VectorXd mode;        // θ̂, d numbers
  Eigen::MatrixXd precision;   // A
  Eigen::MatrixXd covariance;  // A⁻¹
  double log_evidence = 0;     // the approximation of log p(D), in nats
  int steps = 0;               // of Newton's method
};

// log p(D, θ), ∇ log p(D, θ) and ∇² log p(D, θ) v, for θ and v: 1×d.
using SecondDerivatives =
    std::function<autograd::SecondOrder(const autograd::Matrix<double>& theta, const autograd::Matrix<double>& v)>;

// From `start` (d numbers) by Newton's method, θ += A⁻¹ ∇ log p(D, θ), where a step is halved until log p(D, θ) does
// not fall. Throws std::domain_error where A is not positive definite on the way, as where the density is not peaked,
// and std::runtime_error if it has not converged after most_steps.
Laplace laplace(const SecondDerivatives& log_joint, const Eigen::VectorXd& start,
                const LaplaceSettings& settings = {});

// The same, for log p(D, θ) as a function on the tape that is written for any element type (instruments/hessian.hpp):
// θ is a Var of 1×d.
template <class F>
SecondDerivatives second_derivatives(const F& log_joint) {
  return
      [log_joint](const auto& theta, const auto& v) { return autograd::hessian_vector_product(log_joint, theta, v); };
}

}  // namespace models
