// Two ways to go wrong: an encoder that does not see all of x, and an ELBO at the code instead of a sample.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "chapters/09_encoder/chapter.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch09 {
namespace {

// z ~ N(0,1); x₁, x₂ | z ~ N(z,1): so that x₁ ~ N(0,2) and x₂ | x₁ ~ N(x₁/2, 3/2).
LinearGaussian two_numbers() { return {Matrix<double>::Ones(1, 2), 1}; }

// Pairs with weights that take the exact expectation of whatever is quadratic in them.
struct Pairs {
  Matrix<double> x;
  Vector weights;
};
Pairs all_pairs(double second_follows) {
  const auto rule = models::product_rule(models::gauss_hermite(3), 2);
  Pairs pairs{Matrix<double>(rule.points.rows(), 2), rule.weights};
  pairs.x.col(0) = std::sqrt(2) * rule.points.col(0);
  const double left = 2 - 2 * second_follows * second_follows;  // Var[x₂ | x₁]
  pairs.x.col(1) = second_follows * pairs.x.col(0) + std::sqrt(left) * rule.points.col(1);
  return pairs;
}

// N(x₁/2, variance) for every pair.
DiagonalNormals half_of_first(const Matrix<double>& x, double variance) {
  return {0.5 * x.col(0), Matrix<double>::Constant(x.rows(), 1, 0.5 * std::log(variance))};
}

// E KL(q ‖ p(z | x₁, x₂)) over the pairs.
double mean_gap(const Pairs& pairs, const DiagonalNormals& q) {
  return (pairs.weights * kl_to_posterior(two_numbers(), pairs.x, q)).sum();
}

// log p(x₁, x₂) - ELBO over drawn pairs.
models::Estimate drawn_gap(double variance, int n, std::uint64_t seed) {
  Matrix<double> noise(n, 3);
  models::Random(seed, models::Purpose::data).fill_normal(std::span(noise.data(), noise.size()));
  const Matrix<double> x = noise.rightCols(2).colwise() + noise.col(0);
  const Vector gap =
      two_numbers().log_evidence(x) - elbo(expected_log_joint(two_numbers(), x), half_of_first(x, variance));
  models::RunningMean mean;
  for (const double one : gap) mean.add(one);
  return mean.estimate();
}

}  // namespace

void partial(lesson::Lesson& lesson, const Ingredients& use) {
  auto equation =
      lesson.equation("2.1", "q(z | x₁) for p(z | x₁, x₂):  best N(x₁/2, 1/3), and ¼ nat short", "claim:partial");
  const Pairs pairs = all_pairs(use.second_follows);
  const auto log_joint = expected_log_joint(two_numbers(), pairs.x);

  const AffineEncoder first = fit_encoder(log_joint, pairs.x.leftCols(1), pairs.weights, 1, 2000);
  equation.exact("trained on x₁: slope", first.A(0, 0), 0.5, 1e-6);
  equation.exact("  variance", std::exp(2 * first.log_sd[0]), use.partial_variance, 1e-6);
  equation.exact("  its gap", mean_gap(pairs, first(pairs.x.leftCols(1))), 0.25, 1e-6);
  const AffineEncoder both = fit_encoder(log_joint, pairs.x, pairs.weights, 1, 2000);
  equation.exact("trained on x₁ and x₂: its gap", mean_gap(pairs, both(pairs.x)), 0, 1e-6);

  equation.exact("N(x₁/2, 1/3): the gap", mean_gap(pairs, half_of_first(pairs.x, use.partial_variance)), 0.25);
  equation.sampled("  the same, pairs drawn", drawn_gap(use.partial_variance, 100'000, lesson.seed()), 0.25);
  const double of_posterior = 0.25 + 0.5 * (0.5 - std::log(1.5));
  equation.exact("N(x₁/2, ½) = p(z | x₁): gap", mean_gap(pairs, half_of_first(pairs.x, 0.5)), of_posterior);

  // the figure's densities at z = 1, where x₁ = 2: N(z; 1, ½), N(z; 1, 1/3), and N(z; (x₁ + x₂)/3, 1/3)
  const double root = std::sqrt(2 * std::numbers::pi / 3);
  lesson.metric("partial_posterior", 1 / std::sqrt(std::numbers::pi)).shown("09_partial", "p(z | x₁) = N(1, 1/2)", 1);
  lesson.metric("partial_best", 1 / root).shown("09_partial", "the best q(z | x₁) = N(1, 1/3)", 1);
  for (const double x2 : {1 - 1.2816 * std::sqrt(1.5), 1 + 1.2816 * std::sqrt(1.5)}) {
    const double error = 1 - (2 + x2) / 3;
    lesson.metric(fmt::format("partial_{:.2f}", x2), std::exp(-1.5 * error * error) / root)
        .shown("09_partial", fmt::format("p(z | x₁, x₂ = {:.2f})", x2), 1);
  }
}

void mean_code(lesson::Lesson& lesson, const Study& s, const Ingredients& use) {
  auto equation =
      lesson.equation("2.1", "log p(x | z = μ(x)) - KL( q ‖ p(z) ) may exceed log p(x): no bound", "claim:mean-code");
  const LinearGaussian model = one_number();
  const Matrix<double> x = Vector::LinSpaced(21, -5, 5).matrix();
  const Vector log_p = model.log_evidence(x), same = Vector::Ones(x.rows());
  const auto at_code = expected_log_joint(model, x, !use.likelihood_at_code);

  const DiagonalNormals posterior{model.posterior_mean(x), Matrix<double>::Constant(21, 1, 0.5 * std::log(0.5))};
  const Vector above = elbo(at_code, posterior) - log_p;
  equation.exact("at q = p(z|x): above log p by", numbers(above), numbers((0.25 * same).eval()));
  const AffineEncoder phi = fit_encoder(at_code, x, same / x.rows(), 1, 2000);
  equation.exact("trained with it: variance", std::exp(2 * phi.log_sd[0]), 1, 1e-6);
  const Vector trained = elbo(at_code, phi(x)) - log_p;
  equation.exact("  above log p by", numbers(trained), numbers((0.5 * std::numbers::ln2 * same).eval()), 1e-6);

  const models::Quadrature code{Matrix<double>::Zero(1, 2), Vector::Ones(1)};  // ε = 0 alone
  const Vector digits =
      elbo(s.model, s.x, s.encoder, use.parts, use.likelihood_at_code ? code : normal_rule(Grid{.side = 80}));
  Vector above_log_p = digits - s.log_evidence;
  models::RunningMean difference;
  for (const double one : above_log_p) difference.add(one);
  const models::Estimate e = difference.estimate();
  std::ranges::sort(above_log_p);
  equation.at_least(fmt::format("{} digits: median above log p", s.x.rows()), above_log_p[s.x.rows() / 2], 1e-6);
  lesson.say(fmt::format("        at the code {} nats above log p, for {} of {} digits",
                         lesson::with_error(e.mean, e.se), (above_log_p > 0).count(), s.x.rows()));
  lesson.metric("mean_code_above", e.mean);
}

}  // namespace ch09
