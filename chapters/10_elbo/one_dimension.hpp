#pragma once
// The model in which everything is known, and which the chapter computes with wherever one dimension will do:
//   z ~ N(0, 1),   x | z ~ N(z, 1)        so that        x ~ N(0, 2),   z | x ~ N(x/2, ½),
// with an encoder that says z ~ N(m, s²) for the one x at hand. In nats.

#include "autograd/autograd.hpp"

namespace ch10 {

using autograd::Index;
using autograd::Matrix;
using autograd::Var;

struct Normal {
  double m, s2;  // mean and variance
};

double evidence(double x);   // log p(x)
Normal posterior(double x);  // p(z | x)

// ELBO = -½ log 2π - ½ ((x - m)² + s²) - ½ (m² + s² - 1 - log s²)
double elbo(double x, Normal q);

// log p(x, z) = log N(z; 0, 1) + log N(x; z + shift, 1): R×1 for z: R×1. The shift, R×1 or 1×1, is a parameter of the
// decoder, whose true value here is 0.
Var<Matrix<double>> log_joint(double x, const Var<Matrix<double>>& z, const Var<Matrix<double>>& shift);
Var<Matrix<double>> log_joint(double x, const Var<Matrix<double>>& z);

// log w = log p(x, z) - log q(z), w = p(x, z) / q(z) for q = N(m, exp log_var): R×1 for z: R×1.
Var<Matrix<double>> log_weight(double x, const Var<Matrix<double>>& z, const Var<Matrix<double>>& m,
                               const Var<Matrix<double>>& log_var);

// A copy of the value, without gradient: what other libraries call detach or stop_gradient.
Var<Matrix<double>> held(const Var<Matrix<double>>& x);

// A 1×1 constant.
Var<Matrix<double>> number(autograd::Tape& tape, double value);

}  // namespace ch10
