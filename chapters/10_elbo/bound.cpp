// The bound on the model in which everything is known, derived twice; and its average over the data as a divergence
// between two joint distributions.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "chapters/10_elbo/maximise.hpp"
#include "chapters/10_elbo/slopes.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/estimate.hpp"
#include "models/statistics/random.hpp"

namespace ch10 {

namespace {

constexpr double kObserved = 1;  // the data point

std::vector<Normal> twenty_encoders() {
  std::vector<Normal> all;
  for (const double m : {-1.0, 0.0, 0.5, 1.0, 2.0})
    for (const double s2 : {0.2, 0.5, 1.0, 3.0}) all.push_back({m, s2});
  return all;
}

// log w at z = m + s ε for every ε: n×1.
Eigen::ArrayXd log_weights(Normal q, const Matrix<double>& epsilon) {
  Tape tape;
  const auto m = number(tape, q.m), log_var = number(tape, std::log(q.s2));
  const auto z = models::reparameterise(m, log_var, tape.constant(epsilon));
  return log_weight(kObserved, z, m, log_var).value().array();
}

// The best bound over all q = N(m, s²), as a VAE computes it, E log p(x|z) - KL(q ‖ p(z)), with z = m + s · noise · ε.
// The expectation over ε is a sum over Gauss's points.
double best_bound(double noise, Normal& q) {
  Parameters<double> theta;
  const Slot m = theta.add("m", 1, 1), log_var = theta.add("log_var", 1, 1);
  const models::Quadrature rule = models::gauss_hermite(5);
  const Matrix<double> weights = rule.weights.matrix(), epsilon = noise * rule.points;
  const double best = maximise(
      [&](const Watched<double>& watched) {
        Tape& tape = watched.tape();
        const auto z = models::reparameterise(watched[m], watched[log_var], tape.constant(epsilon));
        const auto log_likelihood = models::normal_log_prob(number(tape, kObserved), z, number(tape, 0));
        return dot(tape.constant(weights), log_likelihood) -
               sum(models::kl_to_standard_normal(watched[m], watched[log_var]));
      },
      theta, {.steps = 3000});
  q = {theta[m](0, 0), std::exp(theta[log_var](0, 0))};
  return best;
}

models::Estimate sampled_elbo(Normal q, int draws, std::uint64_t seed) {
  models::RunningMean mean;
  for (const double log_w : log_weights(q, normal_noise(draws, 1, seed, 0))) mean.add(log_w);
  return mean.estimate();
}

}  // namespace

void check_bound(lesson::Lesson& lesson, const Ingredients& use) {
  const double log_p = evidence(kObserved);
  const models::Quadrature three = models::gauss_hermite(3), many = models::gauss_hermite(160);
  std::vector<double> bounds, formulas, logs_of_means, gaps, divergences;
  for (const Normal q : twenty_encoders()) {
    const auto log_w = [&](const Matrix<double>& epsilon) { return log_weights(q, epsilon); };
    bounds.push_back(models::integral(three, log_w));            // E log w: a parabola, so that three points are exact
    logs_of_means.push_back(models::log_integral(many, log_w));  // log E w
    formulas.push_back(elbo(kObserved, q));
    gaps.push_back(log_p - bounds.back());
    divergences.push_back(use.divergence(q, posterior(kObserved)));
  }
  const std::vector<double> all_log_p(bounds.size(), log_p);
  const Eigen::ArrayXd of_posterior = log_weights(posterior(kObserved), many.points.middleRows(60, 40));
  const std::vector<double> constant(of_posterior.begin(), of_posterior.end()), same(constant.size(), log_p);

  Normal best{};
  const double highest = best_bound(use.noise, best);

  // two codes instead of a continuum: p(z) = (½, ½), p(x|z) = (0.1, 0.5), so that p(x) = 0.3 and p(z|x) = (1/6, 5/6)
  const std::vector<double> even{0.5, 0.5}, after{1 / 6.0, 5 / 6.0};
  const double two_codes = 0.5 * std::log(0.05 / 0.5) + 0.5 * std::log(0.25 / 0.5);

  const int draws = lesson.quick() ? 20'000 : 400'000;
  const Normal prior{0, 1};
  lesson.equation("2.1", "log p(x) = E_q log w + KL( q ‖ p(z|x) ),   w = p(x,z) / q(z)", "eq:elbo")
      .exact("two codes: log p(x) - E log w", std::log(0.3) - two_codes, models::kl_divergence(even, after))
      .exact("20 encoders: log E w = log p", logs_of_means, all_log_p, 1e-9)
      .exact("  E log w, by its formula", bounds, formulas)
      .at_most("  none above log p(x)", *std::ranges::max_element(bounds), log_p, 1e-12)
      .exact("  log p(x) - E log w = KL", gaps, divergences)
      .exact("q = p(z|x): log w, log p(x)", constant, same)
      .exact("best q, by ascent: the bound", highest, log_p, 1e-6)
      .exact("  its mean x/2", best.m, posterior(kObserved).m, 1e-6)
      .exact("  its variance ½", best.s2, posterior(kObserved).s2, 1e-6)
      .sampled(fmt::format("q = p(z), {} z", lesson::thousands(draws)), sampled_elbo(prior, draws, lesson.seed()),
               elbo(kObserved, prior));

  const double log_of_mean = std::log(0.3);
  const std::string gap =
      fmt::format("the gap: {:.3f}", log_of_mean - two_codes);  // at w = 0.3, from ELBO to log p(x)
  lesson.metric("two_codes", two_codes)
      .shown("10_jensen", fmt::format("E log w = {:.3f}: the ELBO", two_codes))
      .shown("10_jensen", gap, 0.3);
  lesson.metric("two_codes_log_p", log_of_mean)
      .shown("10_jensen", fmt::format("log E w = {:.3f}: log p(x)", log_of_mean))
      .shown("10_jensen", gap);
  lesson.metric("log_of_0.7", std::log(0.7)).shown("10_jensen", "log w", 0.7);
  lesson.metric("log_of_0.5", std::log(0.5)).shown("10_jensen", "between the two codes", 0.5);
}

// eq:joint-kl

namespace {

constexpr int kStates = 4, kCodes = 3;
using Table = std::vector<double>;  // probabilities; of a joint, x·kCodes + z

Table random_distribution(int n, std::uint64_t seed, std::uint64_t number) {
  Table p(n);
  models::Random(seed, models::Purpose::data, number).fill_uniform(std::span(p));
  double total = 0;
  for (double& one : p) total += one += 0.05;
  for (double& one : p) one /= total;
  return p;
}

// Data p̂(x), encoder q(z|x) and model p(x, z), all drawn at random.
struct Discrete {
  Table data, model;
  std::vector<Table> encoder;

  Discrete(std::uint64_t seed, int number)
      : data(random_distribution(kStates, seed, 10 * number)),
        model(random_distribution(kStates * kCodes, seed, 10 * number + 1)) {
    for (int x = 0; x < kStates; ++x) encoder.push_back(random_distribution(kCodes, seed, 10 * number + 2 + x));
  }

  double p(int x) const {  // Σ_z p(x, z)
    double sum = 0;
    for (int z = 0; z < kCodes; ++z) sum += model[x * kCodes + z];
    return sum;
  }
  Table marginal() const { return {p(0), p(1), p(2), p(3)}; }
  Table posterior(int x) const {
    Table all;
    for (int z = 0; z < kCodes; ++z) all.push_back(model[x * kCodes + z] / p(x));
    return all;
  }
  Table encoded() const {  // p̂(x) q(z|x)
    Table joint;
    for (int x = 0; x < kStates; ++x)
      for (int z = 0; z < kCodes; ++z) joint.push_back(data[x] * encoder[x][z]);
    return joint;
  }
  double elbo(int x) const {
    double sum = 0;
    for (int z = 0; z < kCodes; ++z) sum += encoder[x][z] * std::log(model[x * kCodes + z] / encoder[x][z]);
    return sum;
  }
};

}  // namespace

void check_joint_divergence(lesson::Lesson& lesson, const Ingredients& use) {
  std::vector<double> joint, parts, mean_elbo, by_joint, marginal, at_posterior;
  for (int number = 0; number < 20; ++number) {
    Discrete d(lesson.seed(), number);
    const double of_joint = models::kl_divergence(d.encoded(), d.model);
    const double of_marginal = models::kl_divergence(d.data, d.marginal());
    double of_codes = 0, elbo = 0;
    for (int x = 0; x < kStates; ++x) {
      of_codes += use.average(d.data[x], d.p(x)) * models::kl_divergence(d.encoder[x], d.posterior(x));
      elbo += d.data[x] * d.elbo(x);
    }
    joint.push_back(of_joint);
    parts.push_back(of_marginal + of_codes);
    mean_elbo.push_back(elbo);
    by_joint.push_back(-models::entropy(d.data) - of_joint);
    marginal.push_back(of_marginal);
    for (int x = 0; x < kStates; ++x) d.encoder[x] = d.posterior(x);
    at_posterior.push_back(models::kl_divergence(d.encoded(), d.model));
  }
  lesson.equation("2.1", "KL( p̂(x) q(z|x) ‖ p(x,z) ) = KL( p̂ ‖ p(x) ) + E KL( q ‖ p(z|x) )", "eq:joint-kl")
      .exact("20 random tables of 4 by 3", joint, parts)
      .exact("  mean ELBO = -H(p̂) - that", mean_elbo, by_joint)
      .exact("  q = p(z|x): marginal alone", at_posterior, marginal);
}

}  // namespace ch10
