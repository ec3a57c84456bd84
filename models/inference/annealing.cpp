#include "models/inference/annealing.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "autograd/operations/elementwise.hpp"

namespace models {
namespace {

void expect_rise(const std::vector<double>& betas) {
  bool rise = betas.size() >= 2 && betas.front() == 0 && betas.back() == 1;
  for (std::size_t t = 1; t < betas.size(); ++t) rise = rise && betas[t - 1] < betas[t];
  if (!rise)
    throw std::invalid_argument(fmt::format("annealing: expected betas that rise from 0 to 1, found {} from {} to {}",
                                            betas.size(), betas.empty() ? NAN : betas.front(),
                                            betas.empty() ? NAN : betas.back()));
}

// z is moved in p_β.
void move(const LogJoint& log_joint, Matrix<double>& z, const HmcSettings& settings, std::uint64_t seed,
          std::uint64_t t) {
  Particles chains = particles(log_joint, z);
  hmc_transition(log_joint, chains, settings, seed, t);
  z = chains.z;
}

Eigen::ArrayXd values(const LogJoint& log_joint, const Matrix<double>& z) {
  autograd::Tape tape;
  return evaluate(log_joint, tape.constant(z)).value();
}

}  // namespace

LogJoint PriorAndLikelihood::at(double beta) const {
  return [this, beta](const Var<Matrix<double>>& z) { return log_prior(z) + beta * log_likelihood(z); };
}

std::vector<double> powers_of_temperature(int T, double power) {
  if (T < 1 || !(power > 0))
    throw std::invalid_argument(fmt::format("annealing: expected T >= 1 and power > 0, found {} and {}", T, power));
  std::vector<double> betas(T + 1);
  for (int t = 0; t <= T; ++t) betas[t] = std::pow(1.0 * t / T, power);
  return betas;
}

Eigen::ArrayXd anneal(const PriorAndLikelihood& model, const Matrix<double>& prior_draws,
                      const std::vector<double>& betas, const HmcSettings& settings, std::uint64_t seed) {
  expect_rise(betas);
  Matrix<double> z = prior_draws;
  Eigen::ArrayXd log_w = Eigen::ArrayXd::Zero(z.rows());
  for (std::size_t t = 1; t < betas.size(); ++t) {
    log_w += (betas[t] - betas[t - 1]) * values(model.log_likelihood, z);
    move(model.at(betas[t]), z, settings, seed, t);
  }
  return log_w;
}

Eigen::ArrayXd anneal_backward(const PriorAndLikelihood& model, const Matrix<double>& posterior_draws,
                               const std::vector<double>& betas, const HmcSettings& settings, std::uint64_t seed) {
  expect_rise(betas);
  Matrix<double> z = posterior_draws;
  Eigen::ArrayXd log_w = Eigen::ArrayXd::Zero(z.rows());
  for (std::size_t t = betas.size() - 1; t >= 1; --t) {
    move(model.at(betas[t]), z, settings, seed, t);
    log_w += (betas[t] - betas[t - 1]) * values(model.log_likelihood, z);
  }
  return log_w;
}

}  // namespace models
