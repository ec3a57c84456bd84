#include "models/inference/mcmc.hpp"

#include <fmt/format.h>

#include <cmath>
#include <span>
#include <stdexcept>

namespace models {

Eigen::ArrayXd Particles::energy() const { return -log_p + 0.5 * r.rowwise().squaredNorm().array(); }

Particles particles(const LogJoint& log_joint, const Matrix<double>& z) {
  auto [log_p, gradient] = values_and_gradients(log_joint, z);
  return {z, Matrix<double>::Zero(z.rows(), z.cols()), log_p, gradient};
}

void leapfrog(const LogJoint& log_joint, Particles& p, double step) {
  p.r += 0.5 * step * p.gradient;
  p.z += step * p.r;
  auto [log_p, gradient] = values_and_gradients(log_joint, p.z);
  p.log_p = log_p;
  p.gradient = gradient;
  p.r += 0.5 * step * p.gradient;
}

Eigen::ArrayXd hmc_transition(const LogJoint& log_joint, Particles& now, const HmcSettings& settings,
                              std::uint64_t seed, std::uint64_t t) {
  if (!(settings.step > 0) || !(settings.jitter >= 0 && settings.jitter < 1) || settings.leapfrogs < 1)
    throw std::invalid_argument(
        fmt::format("hmc: expected step > 0, 0 <= jitter < 1 and leapfrogs >= 1, found {}, {} and {}", settings.step,
                    settings.jitter, settings.leapfrogs));
  const Random momenta(seed, Purpose::sampling, 2 * t), uniforms(seed, Purpose::sampling, 2 * t + 1);
  const Index n = now.z.rows();
  momenta.fill_normal(std::span(now.r.data(), now.r.size()));
  const double step = settings.step * (1 + settings.jitter * (2 * uniforms.uniform(n) - 1));

  Particles proposal = now;
  for (int l = 0; l < settings.leapfrogs; ++l) leapfrog(log_joint, proposal, step);

  const Eigen::ArrayXd fall = now.energy() - proposal.energy();
  Eigen::ArrayXd accepted = Eigen::ArrayXd::Zero(n);
  for (Index i = 0; i < n; ++i) {
    const bool accept = !settings.accept || std::log(uniforms.uniform(i)) < fall[i];
    if (!std::isfinite(fall[i]) || !accept) continue;
    accepted[i] = 1;
    now.z.row(i) = proposal.z.row(i);
    now.log_p[i] = proposal.log_p[i];
    now.gradient.row(i) = proposal.gradient.row(i);
  }
  return accepted;
}

Eigen::MatrixXd Chains::of(const std::function<double(const Eigen::RowVectorXd& z)>& f) const {
  const Index n = draws.empty() ? 0 : draws[0].rows();
  Eigen::MatrixXd values(draws.size(), n);
  for (Index t = 0; t < values.rows(); ++t)
    for (Index i = 0; i < n; ++i) values(t, i) = f(draws[t].row(i));
  return values;
}

Chains hmc(const LogJoint& log_joint, const Matrix<double>& start, int warmup, int count, const HmcSettings& settings,
           std::uint64_t seed) {
  if (warmup < 0 || count < 1)
    throw std::invalid_argument(fmt::format("hmc: expected warmup >= 0 and count >= 1, found {}, {}", warmup, count));
  Particles now = particles(log_joint, start);
  Chains chains{.draws = {}, .acceptance = Eigen::ArrayXd::Zero(start.rows())};
  for (int t = 0; t < warmup + count; ++t) {
    const Eigen::ArrayXd accepted = hmc_transition(log_joint, now, settings, seed, t);
    if (t < warmup) continue;
    chains.acceptance += accepted / count;
    chains.draws.push_back(now.z);
  }
  return chains;
}

}  // namespace models
