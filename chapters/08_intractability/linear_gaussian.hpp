#pragma once
// The chapter's yardstick: a latent-variable model in which everything that is
// intractable elsewhere has a closed form.
//   z ~ N(0, I_d),   x | z ~ N(z W, σ² I),   W: d×D        (models/linear_gaussian.hpp; one row a draw, as everywhere)
// So every approximation below can be laid beside the truth. All values are in nats.

#include <cstdint>

#include "autograd/autograd.hpp"
#include "models/inference/annealing.hpp"
#include "models/linear_gaussian.hpp"

namespace ch08 {

using autograd::Matrix;
using autograd::Var;

// The model, and the one data point that is looked at.
struct LinearGaussian : models::LinearGaussian {
  Matrix<double> x;  // 1×D

  Eigen::Index d() const { return W.rows(); }
  Eigen::RowVectorXd mean() const { return posterior_mean(x).row(0); }  // E[z | x]
  double log_evidence() const { return models::LinearGaussian::log_evidence(x)[0]; }

  // log p(z), log p(x | z) of every row of z (n×d): plain numbers, n of them, and on the tape, n×1.
  Eigen::ArrayXd log_prior(const Matrix<double>& z) const;
  Eigen::ArrayXd log_likelihood(const Matrix<double>& z) const;
  models::PriorAndLikelihood on_tape() const;

  // n draws of p(z) and of p(z | x), n×d.
  Matrix<double> prior_draws(int n, std::uint64_t seed) const;
  Matrix<double> posterior_draws(int n, std::uint64_t seed) const;
};

// x | z ~ N(z, σ² I_k), with every coordinate of x equal to x0: a latent number for each observed one.
LinearGaussian copies(int k, double sigma, double x0 = 0);

// Two latent numbers, seen through three observed ones that mix them: p(z | x) is correlated.
LinearGaussian mixed();

}  // namespace ch08
