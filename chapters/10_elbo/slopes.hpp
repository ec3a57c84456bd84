#pragma once
// What the estimators of the chapter are made of: noise, and the slope of every single draw.

#include <Eigen/Core>
#include <cstdint>
#include <functional>

#include "chapters/10_elbo/one_dimension.hpp"
#include "models/inference/quadrature.hpp"

namespace ch10 {

// Standard normal numbers, the same for the same seed and number.
Matrix<double> normal_noise(Index rows, Index cols, std::uint64_t seed, std::uint64_t number);

// The slope of each draw by itself: the parameter is repeated, rows×1, and f returns a number a row, rows×1, so that
// the adjoint of row r is the slope of row r alone.
using OfParameter = std::function<Var<Matrix<double>>(const Var<Matrix<double>>& parameter)>;
Eigen::ArrayXd slopes(double parameter, Index rows, const OfParameter& f);

// Mean and variance of numbers g, one for each point of a rule of probabilities.
struct Moments {
  double mean, variance;
};
Moments exact_moments(const models::Quadrature& rule, const Eigen::ArrayXd& g);

}  // namespace ch10
