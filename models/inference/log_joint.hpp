#pragma once
// What every method of inference asks a model for: the logarithm of a density that need not be normalised, on the
// tape, for many data points or chains at once.

#include <Eigen/Core>
#include <functional>

#include "autograd/core/record.hpp"

namespace models {

using autograd::Index;
using autograd::Matrix;
using autograd::Var;

// log p(x_i, z_i) for every row z_i of z, in nats, on the tape of z: n×d in, n×1 out. Row i of the result may depend
// on row i of z alone, so that the gradient of their sum holds the gradient of each.
using LogJoint = std::function<Var<Matrix<double>>(const Var<Matrix<double>>& z)>;

// A call of it. Throws std::invalid_argument unless it returns n×1.
Var<Matrix<double>> evaluate(const LogJoint& log_joint, const Var<Matrix<double>>& z);

// The n values, and ∇_z log p(x_i, z_i) in row i of an n×d matrix.
struct ValuesAndGradients {
  Eigen::ArrayXd values;
  Matrix<double> gradients;
};
ValuesAndGradients values_and_gradients(const LogJoint& log_joint, const Matrix<double>& z);

}  // namespace models
