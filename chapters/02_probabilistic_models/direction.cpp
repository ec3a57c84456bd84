// One normal q for a density p with two peaks. KL(p ‖ q) and KL(q ‖ p) do not agree on the best one.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/normal.hpp"
#include "models/training/optimisers.hpp"

namespace ch02 {

namespace {

LogDensity log_density(const Mixture& p) {
  return [&p](double x) { return p.log_density(x); };
}
LogDensity log_density(const Normal& q) {
  return [q](double x) { return models::normal_log_density(x, q.mean, q.variance); };
}

// log p(x) of a mixture on the tape, for a column x.
Var<Matrix<double>> log_prob(const Mixture& p, const Var<Matrix<double>>& x) {
  const auto component = [&](std::size_t k) {
    Tape& tape = x.tape();
    const auto number = [&](double v) { return tape.constant(Matrix<double>(Matrix<double>::Constant(1, 1, v))); };
    return std::log(p.weight[k]) + models::normal_log_prob(x, number(p.mean[k]), number(2 * std::log(p.sd[k])));
  };
  return log_sum_exp(hstack(component(0), component(1)), autograd::By::row);
}

// log σ² of the normal with this mean and the least KL(q ‖ p).
double best_log_variance(const Mixture& p, double mean) {
  const auto kl = [&](double log_var) {
    return divergence(log_density(Normal{mean, std::exp(log_var)}), log_density(p));
  };
  // for some means there are two valleys: first which one, then its floor
  const Numbers places = steps_between(std::log(0.05), std::log(2 * p.variance()), 12);
  const double step = places[1] - places[0], deepest = *std::ranges::min_element(places, {}, kl);
  return minimise(deepest - step, deepest + step, kl);
}

}  // namespace

// KL(q ‖ p) = ∫ φ(u) [ log q(x) - log p(x) ] du with x = μ + σu, and log q(x) = log φ(u) - log σ: u lies on a fixed
// grid, and what depends on μ and σ is on the tape.
Normal best_for_backward(const Mixture& p, double start) {
  const Numbers grid = steps_between(-8, 8, 301);
  Matrix<double> u = column(grid), weights(301, 1), log_phi(301, 1);
  for (Index i = 0; i < 301; ++i) {
    log_phi(i, 0) = models::normal_log_density(grid[i], 0, 1);
    weights(i, 0) = std::exp(log_phi(i, 0)) * (grid[1] - grid[0]);
  }
  Parameters<double> theta;
  const auto mu = theta.add("mu", 1, 1), log_sd = theta.add("log_sd", 1, 1);
  theta[mu](0, 0) = start;
  const auto kl = [&](const Watched<double>& watched) {
    Tape& tape = watched.tape();
    const auto x = watched[mu] + exp(watched[log_sd]) * tape.constant(u);
    const auto log_q = tape.constant(log_phi) - watched[log_sd];
    return dot(tape.constant(weights), log_q - log_prob(p, x));
  };
  Tape tape;
  auto gradient = autograd::Buffer<double>::Zero(theta.size()).eval();
  models::Optimiser<double> adam({}, theta.size());
  const models::Schedule schedule{.kind = models::ScheduleKind::cosine, .first = 0.05, .last = 0, .steps = 600};
  for (int t = 0; t < 600; ++t) {
    autograd::value_and_gradient(kl, theta, gradient, tape);
    adam.begin_step(schedule.at(t));
    adam.update(theta.values().data(), gradient.data(), 0, gradient.size());
  }
  return {theta[mu](0, 0), std::exp(2 * theta[log_sd](0, 0))};
}

Normal searched_for_backward(const Mixture& p) {
  const double mean = minimise(0.5, 2.5, [&](double mean) { return least_backward(p, mean); });
  return {mean, std::exp(best_log_variance(p, mean))};
}

// Its best variance is E_p[ (x - mean)² ].
double least_forward(const Mixture& p, double mean) {
  const double between = p.expectation() - mean;
  return divergence(log_density(p), log_density(Normal{mean, p.variance() + between * between}));
}

double least_backward(const Mixture& p, double mean) {
  return divergence(log_density(Normal{mean, std::exp(best_log_variance(p, mean))}), log_density(p));
}

void check_direction(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  const Mixture& p = kTwoPeaks;
  const LogDensity log_p = log_density(p);
  const Normal wide{p.expectation(), use.best_variance(p)}, narrow = best_for_backward(p, 1);
  const Normal searched = searched_for_backward(p), mirrored = best_for_backward(p, -1);
  const LogDensity log_wide = log_density(wide), log_narrow = log_density(narrow);
  const double forward_wide = divergence(log_p, log_wide), backward_wide = divergence(log_wide, log_p);
  const double forward_narrow = divergence(log_p, log_narrow), backward_narrow = divergence(log_narrow, log_p);

  // the slopes of KL(p ‖ q) in q's mean and log variance are 0 where both moments are p's
  const auto slope = [&](double mean, double scale) {
    const auto at = [&](double step) {
      return divergence(log_p, log_density(Normal{wide.mean + step * mean, wide.variance * std::exp(step * scale)}));
    };
    return (at(1e-4) - at(-1e-4)) / 2e-4;
  };
  models::RunningMean ratio;
  for (const double x : draw(p, draws, lesson.seed(), right()))
    ratio.add(use.log_ratio(p.log_density(x), log_wide(x)));

  lesson.equation("1.3", "argmin KL(p ‖ q) and argmin KL(q ‖ p), p two peaks, q normal", "claim:kl-direction")
      .exact("N(0, 4.25): slopes", Numbers{slope(1, 0), slope(0, 1)}, Numbers{0, 0}, 1e-7)
      .exact("  KL(p ‖ q) = H(p, q) - H(p)", forward_wide, models::normal_entropy(wide.variance) - entropy(log_p),
             1e-9)
      .sampled("  mean of log p/q", ratio.estimate(), forward_wide)
      .exact("KL(q ‖ p): μ, σ²", Numbers{narrow.mean, narrow.variance}, Numbers{searched.mean, searched.variance},
             1e-6)
      .exact("  the other peak", Numbers{-mirrored.mean, mirrored.variance}, Numbers{narrow.mean, narrow.variance},
             1e-6)
      .at_most("  KL(q ‖ p) ≤ log 2", backward_narrow, std::numbers::ln2)
      .at_least("KL(p ‖ q): one peak, both", forward_narrow, forward_wide)
      .at_least("KL(q ‖ p): both, one peak", backward_wide, backward_narrow)
      .at_least("total variation: both, one", total_variation(log_p, log_wide), total_variation(log_p, log_narrow));

  lesson.metric("two_peaks", 1 / std::sqrt(2 * std::numbers::pi)).shown("02_direction", "p", 2);  // ½ / (½ √2π)
  lesson.metric("wide", std::exp(log_wide(2))).shown("02_direction", "least KL(p ‖ q)", 2);
  lesson.metric("narrow", std::exp(log_narrow(2))).shown("02_direction", "least KL(q ‖ p)", 2);
  lesson.metric("forward_wide", forward_wide).shown("02_direction_kl", "KL(p ‖ q)", 0);
  lesson.metric("backward_mirrored", least_backward(p, -2)).shown("02_direction_kl", "KL(q ‖ p)", 2);
}

}  // namespace ch02
