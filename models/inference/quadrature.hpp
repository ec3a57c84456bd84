#pragma once
// Quadrature: an integral as a finite sum over points with weights,  ∫ f(z) w(z) dz ≈ Σ_i weight_i f(z_i).
// Gauss's rules with n points are exact for every polynomial of degree at most 2n - 1.

#include <Eigen/Core>
#include <functional>

#include "autograd/core/value.hpp"

namespace models {

// n points in d dimensions, one a row, and their weights.
struct Quadrature {
  autograd::Matrix<double> points;  // n×d
  Eigen::ArrayXd weights;           // n
};

// ∫_a^b f(z) dz, d = 1. Throws std::invalid_argument unless n >= 1 and a < b are finite.
Quadrature gauss_legendre(int n, double a, double b);

// E f(z) for z ~ N(0,1), d = 1. From about n = 380 on, outer weights are too small for a number, and are 0. Throws
// std::invalid_argument unless n >= 1.
Quadrature gauss_hermite(int n);

// The same rule in each of d dimensions: n^d points, the last coordinate varying fastest. Throws std::invalid_argument
// unless the rule has one dimension, d >= 1 and n^d is at most 10 million.
Quadrature product_rule(const Quadrature& rule, int d);

// Σ_i weight_i f(z_i), and log Σ_i weight_i exp(log_f(z_i)) where the terms may be too small for any number. f gets
// all points, n×d, and returns n values. Throws std::invalid_argument for another number of values.
using OfPoints = std::function<Eigen::ArrayXd(const autograd::Matrix<double>& points)>;
double integral(const Quadrature& rule, const OfPoints& f);
double log_integral(const Quadrature& rule, const OfPoints& log_f);

}  // namespace models
