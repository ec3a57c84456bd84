// log p(x) by way of densities p_β(z) ∝ p(z) p(x|z)^β: as an integral over β, and as a sandwich of two bounds.
#include <fmt/format.h>

#include <cmath>

#include "chapters/08_intractability/chapter.hpp"
#include "models/inference/importance.hpp"
#include "models/inference/quadrature.hpp"

namespace ch08 {

double mean_log_likelihood(const LinearGaussian& model, double beta) {
  static const models::Quadrature line = models::gauss_legendre(400, -10, 10);
  const Eigen::ArrayXd log_likelihood = model.log_likelihood(line.points);
  const Eigen::ArrayXd log_joint = model.log_prior(line.points) + beta * log_likelihood;
  const Eigen::ArrayXd weight = line.weights * (log_joint - log_joint.maxCoeff()).exp();
  return (weight * log_likelihood).sum() / weight.sum();
}

namespace {

// log w of many runs with T temperatures, up and down.
struct Runs {
  Eigen::ArrayXd up, down;
};
Runs run(const LinearGaussian& model, int T, const Sizes& sizes, const Ingredients& use, std::uint64_t seed) {
  const int count = 5 * sizes.chains;  // weights vary: fewer, and their own standard error could not be trusted
  const auto betas = models::powers_of_temperature(T, 2);
  const models::HmcSettings moves{.step = 0.4, .leapfrogs = 3};
  return {anneal(model.on_tape(), model.prior_draws(count, seed), betas, moves, seed),
          anneal_backward(model.on_tape(), use.posterior(model, count, seed + 1), betas, moves, seed + 1)};
}

}  // namespace

Sandwich sandwich(const LinearGaussian& model, int T, const Sizes& sizes, const Ingredients& use, std::uint64_t seed) {
  const Runs runs = run(model, T, sizes, use, seed);
  return {models::estimate_of(runs.up), models::estimate_of(runs.down)};
}

void thermodynamic(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use) {
  auto equation = lesson.equation("1.8", "log p(x) = ∫₀¹ E_{p_β}[ log p(x|z) ] dβ", "eq:thermodynamic");

  // one latent number: the integral over β, as Gauss sees it and in ten equal pieces
  const LinearGaussian one = copies(1, 0.5, 1.3);
  const double exact = one.log_evidence();
  const auto at = [&](double beta) { return mean_log_likelihood(one, use.temperature(beta)); };
  const auto over_betas = [&](const Matrix<double>& betas) -> Eigen::ArrayXd { return betas.col(0).unaryExpr(at); };
  double left = 0, right = 0;
  for (int t = 0; t < 10; ++t) left += 0.1 * at(0.1 * t), right += 0.1 * at(0.1 * (t + 1));
  equation.exact("k = 1: 60 Gauss points in β", integral(models::gauss_legendre(60, 0, 1), over_betas), exact)
      .exact("  11-point trapezoid, low by", exact - 0.5 * (left + right), 0.028, 1e-5)
      .at_most("  10 steps, left ends: below", left, exact)
      .at_least("  10 steps, right ends: above", right, exact);

  // ten latent numbers: annealed importance sampling
  const LinearGaussian ten = copies(10, 0.5);
  const double log_p = ten.log_evidence();
  const Runs runs = run(ten, sizes.temperatures, sizes, use, lesson.seed());
  const auto up = models::importance_estimate(runs.up), down = models::importance_estimate(-runs.down);
  equation.at_most("k = 10, upwards: E log w", models::estimate_of(runs.up), log_p)
      .at_least("  downwards: E log w", models::estimate_of(runs.down), log_p)
      .sampled("  log of the mean w", {up.log_mean, std::sqrt(up.variance)}, log_p)
      .sampled("  -log of the mean 1/w", {-down.log_mean, std::sqrt(down.variance)}, log_p);

  const Sandwich one_step = sandwich(ten, 1, sizes, use, lesson.seed());
  lesson.metric("one_step_up", one_step.below.mean).shown("08_sandwich", "up from p(z)", 1);
  lesson.metric("one_step_down", one_step.above.mean).shown("08_sandwich", "down from p(z|x)", 1);
}

}  // namespace ch08
