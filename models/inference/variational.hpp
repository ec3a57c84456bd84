#pragma once
// Variational inference, a data point at a time: for each of n data points, the normal density with a diagonal
// covariance that is closest to p(z | x_i), in the sense of KL(q ‖ p(z | x_i)),
//   q_i(z) = N(z; mean_i, diag exp(2 log_sd_i)).
// It is found by raising the evidence lower bound (ELBO), which is below log p(x_i) by just that divergence
// (Jordan, Ghahramani, Jaakkola & Saul 1999):
//   ELBO_i = E_{q_i}[ log p(x_i, z) ] + H(q_i) = log p(x_i) - KL(q_i ‖ p(z | x_i))          in nats

#include <Eigen/Core>
#include <cstdint>
#include <functional>

#include "autograd/core/record.hpp"

namespace models {

using autograd::Index;
using autograd::Matrix;
using autograd::Var;

// One density a row. Both are n×d.
struct DiagonalNormals {
  Matrix<double> mean, log_sd;
};

// log p(x_i, z_i) for every row z_i of z, on the tape of z: n×d in, n×1 out. Row i may depend on row i alone.
using LogJoint = std::function<Var<Matrix<double>>(const Var<Matrix<double>>& z)>;

// E log p(x_i, z) for z ~ q_i, where it has a closed form: two matrices n×d in, n×1 out.
using ExpectedLogJoint =
    std::function<Var<Matrix<double>>(const Var<Matrix<double>>& mean, const Var<Matrix<double>>& log_sd)>;

struct VariationalSettings {
  int steps = 2000;
  double step_size = 0.05;   // Adam's first, which falls to 0 along a cosine
  int samples = 8;           // z drawn of each q_i in a step
  int final_samples = 2000;  // and for the ELBO that is returned
  std::uint64_t seed = 1;
};

struct VariationalFit {
  DiagonalNormals q;
  Eigen::ArrayXd elbo;     // n, of the last q
  Eigen::ArrayXd elbo_se;  // n: its standard error, 0 where it is exact
};

// With the gradient of the reparameterised sample z = mean + exp(log_sd) ε, ε ~ N(0, I) (Kingma & Welling 2014, §2.4).
// `start` says the first q, and with it n and d; standard_normals(n, d) if nothing better is known.
// Throws std::invalid_argument for an empty start or shapes that do not fit, for a log_joint that does not return n×1,
// and unless steps >= 0, step_size > 0, samples >= 1 and final_samples >= 2; NotFinite as a Trainer does.
VariationalFit fit_variational(const LogJoint& log_joint, const DiagonalNormals& start,
                               const VariationalSettings& settings = {});

// With the exact gradient. Nothing is drawn.
VariationalFit fit_variational(const ExpectedLogJoint& expected_log_joint, const DiagonalNormals& start,
                               const VariationalSettings& settings = {});

// N(0, I), n times.
DiagonalNormals standard_normals(Index n, Index d);

}  // namespace models
