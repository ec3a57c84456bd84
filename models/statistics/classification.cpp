#include "models/statistics/classification.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace models {

using autograd::Index;
using autograd::Matrix;

Matrix<double> one_hot(std::span<const int> labels, int classes) {
  Matrix<double> weights = Matrix<double>::Zero(labels.size(), classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= classes) {
      throw std::invalid_argument(
          fmt::format("one_hot: expected labels 0 to {}, found {} in row {}", classes - 1, labels[i], i));
    }
    weights(i, labels[i]) = 1;
  }
  return weights;
}

Matrix<double> log_posterior(const Matrix<double>& log_joint) { return log_joint.colwise() - log_evidence(log_joint); }

Eigen::VectorXd log_evidence(const Matrix<double>& log_joint) {
  const Eigen::VectorXd largest = log_joint.rowwise().maxCoeff();  // keeps exp from overflowing
  const Matrix<double> shifted = log_joint.colwise() - largest;
  return largest.array() + shifted.array().exp().rowwise().sum().log();
}

std::vector<int> most_probable(const Matrix<double>& scores) {
  std::vector<int> classes(scores.rows());
  for (Index i = 0; i < scores.rows(); ++i) scores.row(i).maxCoeff(&classes[i]);
  return classes;
}

double error_rate(const Matrix<double>& scores, std::span<const int> labels) {
  if (scores.rows() == 0 || scores.rows() != std::ssize(labels)) {
    throw std::invalid_argument(
        fmt::format("error_rate: expected a label for each of one or more rows, found {} "
                    "labels and {} rows",
                    labels.size(), scores.rows()));
  }
  const std::vector<int> answers = most_probable(scores);
  double wrong = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) wrong += answers[i] != labels[i];
  return wrong / labels.size();
}

}  // namespace models
