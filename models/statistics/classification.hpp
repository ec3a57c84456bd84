#pragma once
// What every classifier shares: labels as weights, Bayes' rule, and the share of wrong answers. A matrix n×K has a row
// for each data point and a column for each class. In nats.

#include <span>
#include <vector>

#include "autograd/core/value.hpp"

namespace models {

// Wᵢₖ = 1 where labels[i] = k, and 0 elsewhere: n×K. Throws std::invalid_argument for a label outside 0 .. K-1.
autograd::Matrix<double> one_hot(std::span<const int> labels, int classes);

// The scores x W + b of K classes, whose softmax is a posterior.
struct AffineScores {
  autograd::Matrix<double> W;  // d×K
  Eigen::RowVectorXd b;        // 1×K

  autograd::Matrix<double> operator()(const autograd::Matrix<double>& x) const { return (x * W).rowwise() + b; }
};

// Bayes' rule, row by row, for log_joint(i, k) = log p(xᵢ, y = k): n×K.
//   log p(y = k | x) = log p(x, y = k) - log Σⱼ p(x, y = j)
autograd::Matrix<double> log_posterior(const autograd::Matrix<double>& log_joint);

// log p(xᵢ) = log Σₖ p(xᵢ, y = k): n numbers.
Eigen::VectorXd log_evidence(const autograd::Matrix<double>& log_joint);

// The column with the largest score of each row; the first one of equals.
std::vector<int> most_probable(const autograd::Matrix<double>& scores);

// The share of rows whose most probable class is not the label. Throws std::invalid_argument unless there is a label
// for each row, and a row.
double error_rate(const autograd::Matrix<double>& scores, std::span<const int> labels);

}  // namespace models
