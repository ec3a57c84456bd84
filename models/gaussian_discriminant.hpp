#pragma once
// Normal discrimination, also called linear discriminant analysis: y ~ Categorical(π), x | y = k ~ N(μₖ, Σ), with one
// covariance Σ for all classes (Fisher 1936; Bishop 2006, section 4.2). In nats, one row a data point.

#include "models/statistics/classification.hpp"

namespace models {

struct GaussianDiscriminant {
  Eigen::RowVectorXd log_prior;  // 1×K   log πₖ
  autograd::Matrix<double> mu;   // K×d
  autograd::Matrix<double> L;    // d×d   lower triangular, L Lᵀ = Σ

  // log p(x, y = k) = log πₖ - ½ [ d log 2π + log det Σ + ‖L⁻¹ (x - μₖ)‖² ]: n×K, for x: n×d.
  // Throws std::invalid_argument if x has another number of columns.
  autograd::Matrix<double> log_joint(const autograd::Matrix<double>& x) const;

  // What is left of log p(x, y = k) when the terms that are the same for all classes are dropped:
  //   xᵀ Σ⁻¹ μₖ + ( log πₖ - ½ μₖᵀ Σ⁻¹ μₖ )
  AffineScores affine() const;
};

// The maximum of Σᵢ Σₖ Wᵢₖ log p(xᵢ, y = k), for x: n×d and weights W: n×K, with a ridge on the covariance:
//   πₖ = nₖ / Σ nₖ,  nₖ = Σᵢ Wᵢₖ      μₖ = Σᵢ Wᵢₖ xᵢ / nₖ      Σ = Σᵢₖ Wᵢₖ (xᵢ - μₖ)(xᵢ - μₖ)ᵀ / Σ nₖ + ridge · I
// With the ridge it is the maximum of that sum minus ½ ridge Σ nₖ tr Σ⁻¹.
// Throws std::invalid_argument unless x and W have the same rows, each class has a weight above 0, and Σ is positive
// definite.
GaussianDiscriminant fit_gaussian_discriminant(const autograd::Matrix<double>& x,
                                               const autograd::Matrix<double>& weights, double ridge);

}  // namespace models
