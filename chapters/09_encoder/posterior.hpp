#pragma once
// A VAE with two latent dimensions, whose true posterior can be computed: p(z | x) on a grid, the ELBO of any normal q
// by quadrature, and the divergence between the two. All in nats, one row a data point.

#include <cstdint>

#include "models/data/binarise.hpp"
#include "models/inference/quadrature.hpp"
#include "models/inference/variational.hpp"
#include "models/vae/vae_trainer.hpp"

namespace ch09 {

using autograd::Index;
using autograd::Matrix;
using autograd::Var;
using models::DiagonalNormals;
using Vector = Eigen::ArrayXd;

struct VaeSettings {
  int latent = 2;
  int hidden = 64;
  int epochs = 200;
  double learning_rate = 3e-3;
};

// A VAE that has been trained: Bernoulli pixels, black or white anew in each epoch, tanh networks with one
// hidden layer, and a step that falls to 0.
class TrainedVae {
 public:
  TrainedVae(const models::Dataset& data, const VaeSettings& settings, std::uint64_t seed);
  TrainedVae(const TrainedVae&) = delete;
  TrainedVae& operator=(const TrainedVae&) = delete;

  const models::Vae<double>& vae() const { return trainer_.vae(); }
  const models::Parameters<double>& theta() const { return trainer_.parameters(); }

 private:
  models::Dataset data_;  // what the trainer reads
  models::VaeTrainer<double> trainer_;
};

// q(z | x) of the encoder, for every row of x (n×pixels).
DiagonalNormals encode(const TrainedVae& model, const Matrix<double>& x);

// What an ELBO is made of, and what a bug may make of it.
struct ElboParts {
  // z = μ + σ ε for every row of epsilon (K×d); mean and log_sd: 1×d
  std::function<Matrix<double>(const Matrix<double>& mean, const Matrix<double>& log_sd,
                               const Matrix<double>& epsilon)>
      sample;
  // KL( N(μ, σ²) ‖ N(0, 1) ) of one latent dimension
  double (*kl_to_prior)(double mean, double log_sd);
};

// E_q log p(x|z) - KL(q ‖ p(z)) for every row: the expectation by a rule for
// ε ~ N(0, I), the divergence by its formula.
Vector elbo(const TrainedVae& model, const Matrix<double>& x, const DiagonalNormals& q, const ElboParts& parts,
            const models::Quadrature& rule);

// E log p(x, z) for z ~ q, on the tape of q, by Gauss-Hermite with `nodes`² points: what fit_variational maximises.
models::ExpectedLogJoint expected_log_joint(const TrainedVae& model, const Matrix<double>& x, int nodes);

// The points of an even grid over the square [-half_width, half_width]², row by row (z₂ up, z₁ across).
struct Grid {
  int side = 200;
  double half_width = 6;
  double step() const { return 2 * half_width / (side - 1); }
  double at(int i) const { return -half_width + i * step(); }
  Matrix<double> points() const;  // side²×2
};

// E f(ε) for ε ~ N(0, I), by the plain sum of h² N(ε; 0, I) f(ε) over the grid.
models::Quadrature normal_rule(const Grid& grid);

// The posterior on a grid. For smooth densities that vanish at the edge, the plain sum over an even grid converges
// faster than any power of the step.
struct GridPosterior {
  Grid grid;
  Matrix<double> log_posterior;  // n×side²: log p(z | x) at each point
  Vector log_evidence;           // n: log p(x) = log Σ h² p(x, z)
};
GridPosterior grid_posterior(const TrainedVae& model, const Matrix<double>& x, const Grid& grid);

// log p(x) for every row, by any rule for ∫ p(x, z) dz over the latent plane.
Vector log_evidence(const TrainedVae& model, const Matrix<double>& x, const models::Quadrature& rule);

// log N(z; mean_i, diag) of one row of q at every point (m×2): m numbers.
Vector log_density(const DiagonalNormals& q, Index row, const Matrix<double>& points);

// KL(q_i ‖ p(z | x_i)) = Σ h² q (log q - log p) on the grid, for every row; and the divergence the other way round.
Vector kl_to_posterior(const DiagonalNormals& q, const GridPosterior& p);
Vector kl_from_posterior(const DiagonalNormals& q, const GridPosterior& p);

}  // namespace ch09
