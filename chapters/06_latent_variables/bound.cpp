// Why EM climbs, how fast, and where to: the lower bound that touches log p, Fisher's identity, the rate, and a
// likelihood without a maximum.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "chapters/06_latent_variables/chapter.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch06 {

using models::normal_log_density;
using models::Random;

double lower_bound(const Matrix<double>& log_joint, const Matrix<double>& r) {
  // 0 log 0 = 0
  const auto term = [](double r, double log_joint) { return r > 0 ? r * (log_joint - std::log(r)) : 0; };
  return r.binaryExpr(log_joint, term).sum();
}

namespace {

// n×K weights whose rows sum to 1.
Matrix<double> random_weights(Index n, Index K, std::uint64_t seed) {
  Matrix<double> r(n, K);
  Random(seed, models::Purpose::data, 6).fill_uniform(std::span(r.data(), r.size()));
  r.array().colwise() /= r.rowwise().sum().array();
  return r;
}

// Σᵢ KL( rᵢ ‖ p(z|xᵢ) )
double divergence(const Matrix<double>& r, const Matrix<double>& log_posterior) {
  return (r.array() * (r.array().log() - log_posterior.array())).sum();
}

}  // namespace

void bound(lesson::Lesson& lesson, const Table& table, const Ingredients& use) {
  const NormalComponents theta = random_start(table.x, table.K, lesson.seed(), 1);
  const Matrix<double> log_joint = use.log_joint(theta, table.x), log_posterior = models::log_posterior(log_joint);
  const Matrix<double> posterior = log_posterior.array().exp(),
                       r = random_weights(table.x.rows(), table.K, lesson.seed());
  const double log_p = use.log_marginal(log_joint).sum();
  lesson.equation("1.7.1", "log p(D) = F(r, θ) + Σ KL( r ‖ p(z|x) ) >= F(r, θ)", "eq:gmm")
      .exact("iris, random r", log_p, lower_bound(log_joint, r) + divergence(r, log_posterior))
      .at_most("  F(r, θ) <= log p(D)", lower_bound(log_joint, r), log_p)
      .exact("  r = p(z|x): F touches", lower_bound(log_joint, posterior), log_p);

  // the figure's points under ½ N(0, 1) + ½ N(μ, 1), for μ = 0 and for μ = -1, where the first bound touches
  double at_0 = 0, touched = 0;
  for (const double x : {-1.2, -0.3, 0.4, 1.9, 2.8, 3.1, 4.2}) {
    const double log_n = normal_log_density(x, 0, 1);
    at_0 += log_n;
    touched += std::log(0.5 * std::exp(log_n) + 0.5 * std::exp(normal_log_density(x, -1, 1)));
  }
  lesson.metric("log_p_at_0", at_0).shown("06_bound", "log p(D)", 0);
  lesson.metric("touched", touched)
      .shown("06_bound", "F(r, μ), r = p(z|x) at μ = -1.00", -1)
      .shown("06_bound", "EM", -1);
}

namespace {

// z ~ N(0, 1), x | z ~ N(μ + w z, s²): log p(x) = log N(x; μ, w² + s²). Its slopes in μ, w and log s, by the tape.
std::vector<double> marginal_slopes(double x, double mu, double w, double s) {
  Tape tape;
  const auto m = tape.variable(mu), v = tape.variable(w), log_s = tape.variable(std::log(s));
  const auto variance = square(v) + exp(2.0 * log_s);
  tape.backward(-0.5 * (log(variance) + square(x - m) / variance));
  return {m.grad(), v.grad(), log_s.grad()};
}

// E[ ∂ log p(x, z) ] over p(z|x) = N(w (x - μ) / (w² + s²), s² / (w² + s²)),
// by 20 nodes: polynomials of degree 2 in z.
std::vector<double> expected_slopes(double x, double mu, double w, double s) {
  const double variance = w * w + s * s, mean = w * (x - mu) / variance, deviation = s / std::sqrt(variance);
  const auto expectation = [&](const std::function<double(double z)>& f) {
    return integral(models::gauss_hermite(20), [&](double e) { return f(mean + deviation * e); });
  };
  const auto error = [&](double z) { return (x - mu - w * z) / (s * s); };
  return {expectation(error), expectation([&](double z) { return error(z) * z; }),
          expectation([&](double z) { return s * s * error(z) * error(z) - 1; })};
}

}  // namespace

void fisher_identity(lesson::Lesson& lesson, const Table& table, const Ingredients& use) {
  const Standardised scaled = standardised(table.x);
  const NormalComponents start = random_start(scaled.x, table.K, lesson.seed(), 2);
  const NormalComponents theta = run_em(scaled.x, start, table.covariance, right(), {.steps = 1}).end();
  const TapeMixture on_tape(theta, table.covariance);
  const auto both = [&](const Matrix<double>& x) {
    Vector gradient;
    on_tape.log_likelihood(x, gradient);
    const Matrix<double> r = use.fisher_weights(theta.log_joint(x), theta.log_prior);
    return std::pair(gradient, on_tape.weighted_gradient(x, r));
  };
  const auto [of_one, expected_of_one] = both(scaled.x.topRows(1));
  const auto [of_all, expected_of_all] = both(scaled.x);
  lesson.equation("2.1", "∇log p(x) = E_{p(z|x)} ∇log p(x, z)", "eq:fisher-identity")
      .exact("iris, one flower, 44 slopes", numbers(of_one), numbers(expected_of_one), 1e-10)
      .exact("  all flowers", numbers(of_all), numbers(expected_of_all), 1e-10)
      .exact("a real z: μ, w and log s", marginal_slopes(1.7, 0.4, 1.3, 0.8), expected_slopes(1.7, 0.4, 1.3, 0.8),
             1e-10);
}

double mean_under_two(double m, const std::function<double(double)>& f) {
  return integral(models::gauss_legendre(400, -m - 12, m + 12), [&](double x) {
    const double p = 0.5 * std::exp(normal_log_density(x, -m, 1)) + 0.5 * std::exp(normal_log_density(x, m, 1));
    return p * f(x);
  });
}

double em_step(double mu, double m) {
  return mean_under_two(m, [mu](double x) { return x * std::tanh(mu * x); });
}

std::vector<double> em_errors(double start, double m, double least) {
  std::vector<double> errors;
  for (double mu = start; errors.empty() || errors.back() > least; mu = em_step(mu, m))
    errors.push_back(std::abs(mu - m));
  return errors;
}

namespace {

// EM on points has a fixed point of its own, near that of endless data, and a rate of its own.
struct OnPoints {
  double fixed, ratio;  // μ̂, and (μ_{t+1} - μ̂) / (μ_t - μ̂)
};
OnPoints em_on(const std::vector<double>& x, double m) {
  const auto step = [&](double mu) {
    double sum = 0;
    for (const double x_i : x) sum += x_i * std::tanh(mu * x_i);
    return sum / x.size();
  };
  double fixed = m;
  for (int t = 0; t < 200; ++t) fixed = step(fixed);
  return {fixed, (step(fixed + 1e-4) - step(fixed - 1e-4)) / 2e-4};
}

}  // namespace

void em_rate(lesson::Lesson& lesson, int points, const Ingredients& use) {
  auto equation = lesson.equation("1.7.1", "EM's error shrinks a step by E[ x² sech²(mx) ]", "claim:em-rate");
  for (const int delta : {1, 2, 3, 4}) {
    const double m = 0.5 * delta;
    const double rate = mean_under_two(m, [&](double x) { return use.rate(x, m); });
    const double worth = mean_under_two(m, [m](double x) { return std::pow(x * std::tanh(m * x) - m, 2); });
    const std::vector<double> errors = em_errors(1.2 * m, m, 1e-7);
    equation.exact(fmt::format("Δ = {}, the last step", delta), errors.back() / errors[errors.size() - 2], rate, 1e-5);
    equation.exact("  1 - worth without label", 1 - worth, rate, 1e-10);
    lesson.metric(fmt::format("first_step_{}", delta), std::abs(em_step(2 * m, m) - m))
        .shown("06_rate", fmt::format("Δ = {}: a step leaves {:.4f}", delta, rate), 1);
  }
  std::vector<double> x(points);
  const Random random(lesson.seed(), models::Purpose::data, 7);
  for (int i = 0; i < points; ++i) x[i] = random.normal(i) + (i % 2 == 0 ? 1 : -1);
  const OnPoints on = em_on(x, 1);
  double sum = 0;
  for (const double x_i : x) sum += use.rate(x_i, on.fixed);
  equation.exact(fmt::format("Δ = 2, {} points", lesson::thousands(points)), on.ratio, sum / points, 1e-6);
}

double on_one_point(double sigma) {
  const NormalComponents mixture = components({0.5, 0.5}, {10, 2.5}, {sigma, std::sqrt(1.25)});
  return models::log_evidence(mixture.log_joint(column({1, 2, 3, 4, 10}))).sum();
}

namespace {

// The components in another order.
NormalComponents reordered(const NormalComponents& mixture, const std::vector<int>& order) {
  NormalComponents out = mixture;
  for (std::size_t k = 0; k < order.size(); ++k) {
    out.log_prior[k] = mixture.log_prior[order[k]];
    out.mu.row(k) = mixture.mu.row(order[k]);
    out.L[k] = mixture.L[order[k]];
  }
  return out;
}

// EM on the five points, from the means 9 and 2.5 and the deviation 1: log p(D) after so many steps.
double after_em(int steps) {
  const Matrix<double> x = column({1, 2, 3, 4, 10});
  const auto fit = [](const Matrix<double>& x, const Matrix<double>& W) {
    return models::fit_normal_components(x, W, Covariance::own);
  };
  const NormalComponents start = components({0.5, 0.5}, {9, 2.5}, {1, 1});
  return models::expectation_maximisation(start, x, fit, {.steps = steps}).log_likelihood.back();
}

}  // namespace

void unbounded(lesson::Lesson& lesson, const Fitted& fitted, const Ingredients& use) {
  std::vector<double> values;
  for (int power = 0; power <= 12; ++power) values.push_back(on_one_point(use.deviation(std::pow(10, -power))));
  const Matrix<double>& x = fitted.table.x;
  const NormalComponents& best = fitted.ends.runs[0].end();
  const auto log_p = [&](const NormalComponents& mixture) { return models::log_evidence(mixture.log_joint(x)).sum(); };
  std::vector<double> orders;
  std::vector<int> order(fitted.table.K);
  std::iota(order.begin(), order.end(), 0);
  do orders.push_back(log_p(reordered(best, order)));
  while (std::ranges::next_permutation(order).found);
  NormalComponents halfway = best;  // between the optimum and itself, with two labels switched
  halfway.mu.row(0) = halfway.mu.row(1) = 0.5 * (best.mu.row(0) + best.mu.row(1));

  lesson.equation("1.7.1", "a component on one point: log p(D) grows without end", "claim:unbounded")
      .at_least("σ = 1e-12 against σ = 1", values.back(), values.front(), 0)
      .exact("  for a σ ten times as small", values.back() - values[values.size() - 2], std::log(10), 1e-9)
      .at_least("five points, 4 steps of EM", after_em(4), after_em(0) + 10)
      .exact(fmt::format("iris, {} orders of labels", orders.size()), orders,
             std::vector<double>(orders.size(), orders[0]))
      .at_most("  the mean of two of them", log_p(halfway), orders[0] - 10);
  lesson.metric("bounded_at_1", values.front()).shown("06_unbounded", "log p(D)", 1);
}

}  // namespace ch06
