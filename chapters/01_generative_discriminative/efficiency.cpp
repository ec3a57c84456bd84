// What the generative model gains where it is right: Efron's efficiency, by his formula, by a derivation that shares
// nothing with it, and by drawing.
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "autograd/autograd.hpp"
#include "chapters/01_generative_discriminative/chapter.hpp"
#include "models/training/parallel.hpp"

namespace ch01 {

double normal_mean(const std::function<double(double)>& f) {
  constexpr double step = 1.0 / 32;
  double sum = 0;
  for (int i = -384; i <= 384; ++i) {
    const double x = i * step;
    sum += f(x) * std::exp(-0.5 * x * x);
  }
  return sum * step / std::sqrt(2 * std::numbers::pi);
}

double efron(double delta) {
  const double sech = normal_mean([&](double x) { return 1 / std::cosh(delta * x / 2); });
  return (1 + delta * delta / 4) * std::exp(-delta * delta / 8) * sech;
}

namespace {

// N Var β̂₀ of logistic regression: the top left cell of the inverse Fisher information, for x ~ ½N(-Δ/2, 1) +
// ½N(Δ/2, 1) and p = sigmoid(Δ x):
//   I = E[ p (1 - p) (1, x)ᵀ(1, x) ]
double logistic_variance(double delta) {
  const auto cell = [&](int power) {
    const auto of_class = [&](double mean) {
      return normal_mean([&](double e) {
        const double x = mean + e, cosh = std::cosh(delta * x / 2);
        return std::pow(x, power) / (4 * cosh * cosh);  // p (1 - p) = 1 / (4 cosh²(Δx/2))
      });
    };
    return 0.5 * of_class(-delta / 2) + 0.5 * of_class(delta / 2);
  };
  const double a = cell(0), b = cell(1), c = cell(2);
  return c / (a * c - b * b);
}

// N Var β̂₀ of the normal model by the tape. β₀ = η - (μ₁² - μ₀²) / 2v is a function of four estimates that are
// independent for large N: the log odds η of the shares, the means, and the variance v:
//   N Var = 4, 2, 2, 2        N Var β̂₀ = Σ (∂β₀/∂θ)² N Var θ̂
double normal_variance_by_tape(double delta) {
  autograd::Tape tape;
  const auto eta = tape.variable(0.0), mu_1 = tape.variable(delta / 2), mu_0 = tape.variable(-delta / 2),
             v = tape.variable(1.0);
  tape.backward(eta - (square(mu_1) - square(mu_0)) / (2.0 * v));
  const auto square_of = [](double g) { return g * g; };
  return 4 * square_of(eta.grad()) + 2 * (square_of(mu_1.grad()) + square_of(mu_0.grad()) + square_of(v.grad()));
}

// The mean excess error of the normal model over that of logistic regression, from N points in three dimensions. The
// standard error of a ratio of means a/b is that of the mean of (aᵢ - r bᵢ) / b.
Estimate drawn_efficiency(double delta, int N, int draws, std::uint64_t seed) {
  const NormalClasses classes{Vector::Unit(3, 0) * (delta / 2), Matrix<double>::Identity(3, 3)};
  const double best = classes.best_error();
  Vector normal(draws), logistic(draws);
  models::parallel_for(draws, models::core_count(), [&](int draw) {
    // the number of points of each class is left to chance, since the formula counts the error in the shares too
    const models::Random coin(seed, models::Purpose::sampling, draw);
    std::vector<int> y(N);
    for (int i = 0; i < N; ++i) y[i] = coin.uniform(i) < 0.5;
    const Labelled data = classes.sample(std::move(y), models::Random(seed, models::Purpose::data, draw));
    const auto discriminant = models::fit_gaussian_discriminant(data.x, models::one_hot(data.y, 2), 0);
    normal[draw] = classes.error(rule_of(discriminant.affine())) - best;
    logistic[draw] = classes.error(models::fit_logistic_regression(data.x, data.y)) - best;
  });
  const double ratio = normal.mean() / logistic.mean();
  models::RunningMean rest;
  for (int i = 0; i < draws; ++i) rest.add((normal[i] - ratio * logistic[i]) / logistic.mean());
  return {ratio, rest.estimate().se};
}

}  // namespace

void efficiency(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  auto equation = lesson.equation("1.1", "efficiency (1 + Δ²/4) exp(-Δ²/8) E sech(ΔX/2)", "claim:efron");
  for (const double delta : {1.0, 2.0, 3.0, 4.0}) {
    const double by_information = use.intercept_variance(delta) / logistic_variance(delta);
    equation.exact(fmt::format("Δ = {}: ratio of variances", delta), by_information, efron(delta), 1e-9);
    lesson.metric(fmt::format("efficiency_{}", delta), by_information)
        .shown("01_efficiency", "efficiency of logistic regression, a point (Efron)", delta);
  }
  equation.exact("Δ = 3: 4 + Δ² by the tape", use.intercept_variance(3), normal_variance_by_tape(3));
  for (const double delta : {2.0, 3.0})
    equation.sampled(fmt::format("Δ = {}: {} draws", delta, lesson::thousands(draws)),
                     drawn_efficiency(delta, 4000, draws, lesson.seed()), efron(delta));
}

}  // namespace ch01
