#pragma once
// The shares and the means of classes, from data points that belong to each class with a weight: what generative
// classifiers have in common.

#include "autograd/core/value.hpp"

namespace models {

struct ClassMeans {
  Eigen::RowVectorXd log_prior;  // 1×K   log (nₖ / Σ nₖ), with nₖ = Σᵢ Wᵢₖ
  autograd::Matrix<double> mu;   // K×d   Σᵢ Wᵢₖ xᵢ / nₖ
  double total;                  // Σ nₖ
};

// Of x: n×d with weights W: n×K. Throws std::invalid_argument unless both have the same rows and each class has a
// weight above 0.
ClassMeans class_means(const autograd::Matrix<double>& x, const autograd::Matrix<double>& weights);

}  // namespace models
