#pragma once
// Markov chain Monte Carlo: a sequence of z, each drawn from the one before, whose share of time in any region tends
// to the region's probability under p(z | x). Here by Hamiltonian Monte Carlo (Duane, Kennedy, Pendleton & Roweth
// 1987; Neal 2011): z is the place of a particle that is pushed by the gradient of log p(x, z) and, at the start of
// each transition, gets a momentum r ~ N(0, I). Moved without error, it keeps its energy
//   H(z, r) = -log p(x, z) + ½ ‖r‖²;
// what the leapfrog method errs by is repaired by accepting its result with probability min(1, exp(H - H')).
//
// Many chains run side by side, one a row, as one pass over the tape; each may have a density of its own.

#include <cstdint>
#include <vector>

#include "models/inference/log_joint.hpp"
#include "models/statistics/random.hpp"

namespace models {

// Where n chains are: all have n rows.
struct Particles {
  Matrix<double> z, r;      // n×d
  Eigen::ArrayXd log_p;     // log p(x, z)
  Matrix<double> gradient;  // ∇_z log p(x, z)

  // -log_p + ½ ‖r‖², in nats: n numbers.
  Eigen::ArrayXd energy() const;
};

// At z, with momentum 0.
Particles particles(const LogJoint& log_joint, const Matrix<double>& z);

// One step ε of the leapfrog method, with one gradient:
//   r += ½ ε ∇log p(z)      z += ε r      r += ½ ε ∇log p(z)
// It keeps volumes and, with r reversed, leads back to where it came from. The energy changes by O(ε²).
void leapfrog(const LogJoint& log_joint, Particles& particles, double step);

struct HmcSettings {
  double step = 0.1;    // ε
  double jitter = 0.1;  // a transition's ε is uniform on step·(1 ± jitter): no orbit is met again and again
  int leapfrogs = 10;   // in a transition
  bool accept = true;   // false leaves out the acceptance step: wrong by O(ε²), to show what it repairs
};

// Transition number t of every chain, in place. Returns n numbers: 1 where a proposal was accepted, 0 where not (a
// proposal whose energy is not finite never is). Throws std::invalid_argument unless step > 0, 0 <= jitter < 1 and
// leapfrogs >= 1.
Eigen::ArrayXd hmc_transition(const LogJoint& log_joint, Particles& particles, const HmcSettings& settings,
                              std::uint64_t seed, std::uint64_t t);

struct Chains {
  std::vector<Matrix<double>> draws;  // n×d each, after every transition but those of the warm-up
  Eigen::ArrayXd acceptance;          // n, the share of proposals that were accepted

  // f(z) of each draw of each chain, one column a chain.
  Eigen::MatrixXd of(const std::function<double(const Eigen::RowVectorXd& z)>& f) const;
};

// `warmup` transitions, which are forgotten, and `count` more. The same seed gives the same chains. Throws
// std::invalid_argument as hmc_transition does, and unless warmup >= 0 and count >= 1.
Chains hmc(const LogJoint& log_joint, const Matrix<double>& start, int warmup, int count, const HmcSettings& settings,
           std::uint64_t seed);

}  // namespace models
