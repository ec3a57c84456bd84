#pragma once
// The linear VAE: μ(x) = (x - x̄) V, one σ_j² for all x, and x | z ~ N(zW + b, σ²I). Its ELBO has a closed form, and
// its best value is known from the eigenvalues of the data's covariance.

#include <Eigen/Core>
#include <vector>

#include "autograd/autograd.hpp"
#include "chapters/10_elbo/maximise.hpp"

namespace ch10 {

// The data, as a linear VAE sees them: their eigenvalues λ_1 ≥ λ_2 ≥ ... and a few points with the
// same mean and the same covariance, which stand for all of them. The ELBO is a parabola in x, so
// that its mean over the data knows no more.
struct Spectrum {
  Eigen::VectorXd eigenvalues;        // d
  autograd::Matrix<double> data;      // N×d: all points
  autograd::Matrix<double> stand_in;  // 2r×d: x̄ ± √(r λ_j) u_j for the r eigenvalues that are not 0
};
Spectrum spectrum_of(const autograd::Matrix<double>& data);

struct LinearSettings {
  int latent = 2;
  double noise_variance = 0;  // σ², held fixed; 0: it is learned
  double beta = 1;            // the weight of the KL
};

// Where training ended.
struct LinearOptimum {
  LinearSettings settings;
  double objective;        // the mean over the data of E log p(x|z) - β KL, in nats
  std::vector<double> kl;  // KL( q(z_j|x) ‖ p(z_j) ) of every unit, the mean over the data, the largest first; in nats
  double rate;             // their sum
  double distortion;       // E |x - zW - b|², the mean over the data

  int active() const;  // units with a KL above 0.01 nats
};
LinearOptimum train_linear_vae(const Spectrum& spectrum, const LinearSettings& settings, const Ascent& ascent);

// What theory says of it. θ = βσ² is the water level:
int eigenvalues_above(const Spectrum& spectrum, double level);
double best_rate(const Spectrum& spectrum, double level);        // Σ_j max(0, ½ log(λ_j / θ)), in nats
double best_distortion(const Spectrum& spectrum, double level);  // Σ_j min(θ, λ_j)

}  // namespace ch10
