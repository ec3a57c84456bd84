#pragma once
// Gaussian naive Bayes: y ~ Categorical(π), and given y = k the features are independent, xⱼ ~ N(μₖⱼ, vⱼ). The
// variances are shared by the classes, which makes the posterior p(y | x) a softmax of an affine map: the generative
// partner of logistic regression (Ng & Jordan 2001, section 2). In nats, one row a data point.

#include "models/statistics/classification.hpp"

namespace models {

struct NaiveBayes {
  Eigen::RowVectorXd log_prior;  // 1×K   log πₖ
  autograd::Matrix<double> mu;   // K×d
  Eigen::RowVectorXd variance;   // 1×d   v

  // log p(x, y = k) = log πₖ + Σⱼ log N(xⱼ; μₖⱼ, vⱼ): n×K, for x: n×d.
  // Throws std::invalid_argument if x has another number of columns.
  autograd::Matrix<double> log_joint(const autograd::Matrix<double>& x) const;

  // What is left of log p(x, y = k) when the terms that are the same for all classes are dropped:
  //   Σⱼ xⱼ μₖⱼ / vⱼ + ( log πₖ - ½ Σⱼ μₖⱼ² / vⱼ )
  AffineScores affine() const;
};

// The maximum of Σᵢ Σₖ Wᵢₖ log p(xᵢ, y = k), for x: n×d and weights W: n×K. With W = one_hot(labels) it is the
// likelihood of labelled data; with W = p(y | x) it is the M step of EM.
//   πₖ = nₖ / Σ nₖ,  nₖ = Σᵢ Wᵢₖ      μₖ = Σᵢ Wᵢₖ xᵢ / nₖ      vⱼ = Σᵢₖ Wᵢₖ (xᵢⱼ - μₖⱼ)² / Σ nₖ + floor
// The floor keeps a feature that never varies, such as a pixel without ink, from having a density without bound. With
// it, the fit is the maximum of that sum minus ½ floor Σ nₖ Σⱼ 1/vⱼ.
// Throws std::invalid_argument unless x and W have the same rows and each class has a weight above 0.
NaiveBayes fit_naive_bayes(const autograd::Matrix<double>& x, const autograd::Matrix<double>& weights, double floor);

}  // namespace models
