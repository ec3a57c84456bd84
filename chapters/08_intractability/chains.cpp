// Draws of p(z|x) by Hamiltonian Monte Carlo: what its acceptance step repairs, what dependent draws are worth, and
// the posterior of a linear-Gaussian model, with the closest diagonal normal beside it.
#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "chapters/08_intractability/chapter.hpp"
#include "models/inference/chain_diagnostics.hpp"
#include "models/statistics/random.hpp"

namespace ch08 {

using models::chain_mean, models::hmc, models::HmcSettings;

// claim:accept

namespace {

// z of chains of one leapfrog step ε in N(0, 1), one column a chain.
Eigen::MatrixXd standard_normal_chains(double step, bool accept, const Sizes& sizes, std::uint64_t seed) {
  const HmcSettings settings{.step = step, .jitter = 0, .leapfrogs = 1, .accept = accept};
  const auto chains = hmc(copies(1, 1).on_tape().log_prior, Matrix<double>::Zero(sizes.chains, 1), sizes.length / 5,
                          sizes.length, settings, seed);
  return chains.of([](const auto& z) { return z[0]; });
}

}  // namespace

void acceptance_step(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use) {
  auto equation = lesson.equation("1.8", "leapfrog alone: Var z = 1/(1 - ε²/4) instead of 1", "claim:accept");
  for (const double step : {0.5, 1.0, 1.5}) {
    const auto variance = [&](bool accept) {
      return chain_mean(standard_normal_chains(step, accept, sizes, lesson.seed()).array().square());
    };
    equation.sampled(fmt::format("ε = {}, all taken", step), variance(false), use.leapfrog_variance(step));
    equation.sampled("  with the acceptance", variance(use.accept), 1);
  }
}

// eq:ess

namespace {

// Chains z_t = ρ z_{t-1} + √(1 - ρ²) ε_t in N(0, 1), one column a chain.
Eigen::MatrixXd autoregressive_chains(double rho, const Sizes& sizes, std::uint64_t seed) {
  Matrix<double> z(sizes.length, sizes.chains);
  models::Random(seed, models::Purpose::sampling).fill_normal(std::span(z.data(), z.size()));
  for (Eigen::Index t = 1; t < z.rows(); ++t) z.row(t) = rho * z.row(t - 1) + std::sqrt(1 - rho * rho) * z.row(t);
  return z;
}

}  // namespace

void effective_draws(lesson::Lesson& lesson, const Ingredients& use) {
  auto equation = lesson.equation("1.8", "N_eff = N (1 - ρ)/(1 + ρ) for z_t = ρ z_{t-1} + noise", "eq:ess");
  const Sizes sizes{.chains = 100, .length = 4000};  // enough for an N_eff within 10 %, however quick the run
  const double N = sizes.length, all = N * sizes.chains;
  for (const double rho : {0.9, 0.5, -0.5}) {
    const Eigen::MatrixXd z = autoregressive_chains(rho, sizes, lesson.seed());
    // of a chain's mean:  Var z̄ = (1/N) (1 + 2 Σ_{t<N} (1 - t/N) ρ^t),  and z̄² has the variance 2 (Var z̄)²
    double sum = 1;
    for (int t = 1; t < N; ++t) sum += 2 * (1 - t / N) * std::pow(rho, t);
    const Eigen::ArrayXd means = z.colwise().mean().transpose();
    equation.sampled(fmt::format("ρ = {}: N Var[mean]", rho),
                     {N * means.square().mean(), sum * std::sqrt(2.0 / sizes.chains)}, sum);
    equation.exact("  N_eff / N, estimated", models::effective_sample_size(z) / all, use.effective(1, rho), 0.1);
  }
  // One leapfrog step ε is such a chain, with ρ = 1 - ε²/2: the energy's rotation overshoots where ε² > 2.
  const double step = 1.7, rho = 1 - step * step / 2;
  const Eigen::MatrixXd z = standard_normal_chains(step, false, sizes, lesson.seed());
  equation.exact("leapfrog, ε = 1.7: N_eff / N", models::effective_sample_size(z) / all, use.effective(1, rho), 0.1);
}

// claim:mcmc

namespace {

// Draws of p(z|x), against its exact mean and covariance.
void by_hmc(lesson::Lesson& lesson, lesson::Equation& equation, const LinearGaussian& model, const Sizes& sizes,
            const Ingredients& use) {
  const HmcSettings settings{.step = 0.5, .jitter = 0.2, .leapfrogs = 2, .accept = use.accept};
  const int warmup = sizes.length / 5;
  const auto chains = hmc(model.on_tape().at(1), model.prior_draws(sizes.chains, lesson.seed()), warmup, sizes.length,
                          settings, lesson.seed());
  const Eigen::RowVectorXd mean = model.mean();
  const Eigen::MatrixXd C = model.covariance();
  double r_hat = 0, effective = INFINITY;
  for (const int i : {0, 1}) {
    const Eigen::MatrixXd z = chains.of([i](const auto& z) { return z[i]; });
    r_hat = std::max(r_hat, models::split_r_hat(z));
    effective = std::min(effective, models::effective_sample_size(z));
    equation.sampled(fmt::format("HMC, E[z_{} | x]", i + 1), chain_mean(z), mean[i]);
  }
  for (const auto& cell : {std::pair{0, 0}, {0, 1}, {1, 1}}) {
    const int i = cell.first, j = cell.second;
    const auto products = chains.of([&](const auto& z) { return (z[i] - mean[i]) * (z[j] - mean[j]); });
    equation.sampled(fmt::format("  Cov[z_{}, z_{} | x]", i + 1, j + 1), chain_mean(products), C(i, j));
  }
  equation.at_most("  the larger split R̂", r_hat, 1.01);
  const std::int64_t gradients = std::int64_t(warmup + sizes.length) * settings.leapfrogs * sizes.chains;
  lesson.say(fmt::format("        HMC for one x: {} gradients, {:.0f} % accepted, N_eff = {}",
                         lesson::thousands(gradients), 100 * chains.acceptance.mean(),
                         lesson::thousands(std::int64_t(effective))));
}

// The best diagonal normal has the posterior's mean, the variances 1/Λ_jj, and a gap of ½ (Σ log Λ_jj - log det Λ).
void by_vi(lesson::Lesson& lesson, lesson::Equation& equation, const LinearGaussian& model) {
  const models::VariationalSettings settings{.seed = lesson.seed()};
  const auto vi = fit_variational(model.on_tape().at(1), models::standard_normals(1, 2), settings);
  const Eigen::RowVectorXd mean = model.mean(), sd = vi.q.log_sd.array().exp();
  const Eigen::VectorXd precisions = model.precision().diagonal(), variances = model.covariance().diagonal();
  const Eigen::VectorXd best = precisions.array().rsqrt(), wide = variances.array().sqrt();
  const double gap = 0.5 * (precisions.array().log().sum() - model.log_det_precision());
  for (const int i : {0, 1}) {
    equation.exact(fmt::format("VI, its mean of z_{}", i + 1), vi.q.mean(0, i), mean[i], 0.03)
        .exact("  standard deviation", sd[i], best[i], 0.03)
        .at_least("  too narrow by a factor", wide[i] / sd[i], 1.2);
  }
  equation.sampled("  log p(x) - ELBO", {model.log_evidence() - vi.elbo[0], vi.elbo_se[0]}, gap);
  lesson.say(fmt::format("        VI for one x: {} gradients; an encoder (chapter 09): one pass, no gradient",
                         lesson::thousands(std::int64_t(settings.steps) * settings.samples)));

  // where the ellipses of two standard deviations end on the right
  const double m = vi.q.mean(0, 1), covariance = model.covariance()(0, 1);
  lesson.metric("ellipse_of_vi", m).shown("08_variational", "q(z), by VI", vi.q.mean(0, 0) + 2 * sd[0]);
  lesson.metric("ellipse_of_posterior", mean[1] + 2 * covariance / wide[0])
      .shown("08_variational", "p(z|x)", mean[0] + 2 * wide[0]);
  lesson.metric("ellipse_without_correlation", mean[1])
      .shown("08_variational", "p(z|x) without its correlation", mean[0] + 2 * wide[0]);
}

}  // namespace

void posterior_of_z(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use) {
  auto equation = lesson.equation("1.8", "draws of p(z|x), and the closest q(z), by log p(x, z) alone", "claim:mcmc");
  const LinearGaussian model = mixed();
  by_hmc(lesson, equation, model, sizes, use);
  by_vi(lesson, equation, model);
}

models::LogJoint Ring::log_joint() const {
  return [ring = *this](const Var<Matrix<double>>& z) {
    const auto r2 = sum(square(z), autograd::By::row);
    return -0.5 * r2 - square(r2 - ring.x) / (2 * ring.sigma * ring.sigma);
  };
}

}  // namespace ch08
