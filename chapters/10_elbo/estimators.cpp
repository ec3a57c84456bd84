// The estimator laboratory: the slope of an expectation, estimated in two ways, and how noisy they are.
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>

#include "chapters/10_elbo/chapter.hpp"
#include "chapters/10_elbo/slopes.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/estimate.hpp"
#include "models/statistics/normal.hpp"

namespace ch10 {

namespace {

using Function = std::function<Var<Matrix<double>>(const Var<Matrix<double>>& z)>;

// ∇_m E f(z) = E[ ∇_m f(m + s ε) ]
Eigen::ArrayXd reparameterised_slopes(const Function& f, Normal q, const Matrix<double>& epsilon) {
  return slopes(q.m, epsilon.rows(), [&](const Var<Matrix<double>>& m) {
    return f(models::reparameterise(m, number(m.tape(), std::log(q.s2)), m.tape().constant(epsilon)));
  });
}

// ∇_m E f(z) = E[ (f(z) - b) ∇_m log q(z) ],   z a fixed number
Eigen::ArrayXd score_slopes(const Function& f, double baseline, Normal q, const Matrix<double>& epsilon,
                            const Ingredients& use) {
  return slopes(q.m, epsilon.rows(), [&](const Var<Matrix<double>>& m) {
    const auto log_var = number(m.tape(), std::log(q.s2));
    const auto z = use.sample(models::reparameterise(m, log_var, m.tape().constant(epsilon)));
    return (held(f(z)) - baseline) * models::normal_log_prob(z, m, log_var);
  });
}

// One estimator: exact by quadrature, and drawn. `slopes_of` maps noise to slopes.
void check_moments(lesson::Equation& equation, const std::string& name, Moments theory, int draws, std::uint64_t seed,
                   std::uint64_t number, const std::function<Eigen::ArrayXd(const Matrix<double>&)>& slopes_of) {
  const models::Quadrature rule = models::gauss_hermite(120);
  const Moments exact = exact_moments(rule, slopes_of(rule.points));
  models::RunningMean mean, variance;
  for (const double g : slopes_of(normal_noise(draws, 1, seed, number))) {
    mean.add(g);
    variance.add((g - theory.mean) * (g - theory.mean));
  }
  equation.exact(name + ": slope", exact.mean, theory.mean, 1e-9)
      .exact("  variance", exact.variance, theory.variance, 1e-9)
      .sampled(fmt::format("  {} drawn", lesson::thousands(draws)), mean.estimate(), theory.mean)
      .sampled("  their variance", variance.estimate(), theory.variance);
}

Var<Matrix<double>> square_of(const Var<Matrix<double>>& z) { return square(z); }
Function cosine(double omega) {
  return [omega](const Var<Matrix<double>>& z) { return cos(omega * z); };
}

// d/dm E cos(ωz) = -ω sin(ωm) exp(-½ ω² s²)
double cosine_slope(double omega, Normal q) {
  return -omega * std::sin(omega * q.m) * std::exp(-0.5 * omega * omega * q.s2);
}

}  // namespace

//   Var_reparam = ½ ω² (1 - cos(2ωm) e^(-2ω²s²)) - g²
//   Var_score   = (1 + cos(2ωm) (1 - 4ω²s²) e^(-2ω²s²)) / (2s²) - g²
Variances cosine_variances(double omega, Normal q) {
  const double g = cosine_slope(omega, q), w2s2 = omega * omega * q.s2;
  const double decay = std::cos(2 * omega * q.m) * std::exp(-2 * w2s2);
  return {0.5 * omega * omega * (1 - decay) - g * g, (1 + decay * (1 - 4 * w2s2)) / (2 * q.s2) - g * g};
}

Variances measured_cosine_variances(double omega, Normal q, int draws, std::uint64_t seed) {
  const Matrix<double> epsilon = normal_noise(draws, 1, seed, 200);
  const auto variance = [](const Eigen::ArrayXd& g) {
    models::RunningMean mean;
    for (const double one : g) mean.add(one);
    return mean.variance();
  };
  return {variance(reparameterised_slopes(cosine(omega), q, epsilon)),
          variance(score_slopes(cosine(omega), 0, q, epsilon, right()))};
}

namespace {

void check_step(lesson::Equation& equation, Normal q, int draws, std::uint64_t seed, const Ingredients& use) {
  // f(z) = 1 for z > 0, else 0: d/dm P(z > 0) = N(0; m, s²), but f' is 0 wherever there is a derivative
  const Function step = [](const Var<Matrix<double>>& z) {
    return where((z.value().array() > 0).matrix(), number(z.tape(), 1), number(z.tape(), 0)) + 0 * z;
  };
  const Matrix<double> epsilon = normal_noise(draws, 1, seed, 4);
  models::RunningMean by_score;
  for (const double g : score_slopes(step, 0, q, epsilon, use)) by_score.add(g);
  equation.exact("step: path, always 0", reparameterised_slopes(step, q, epsilon).abs().maxCoeff(), 0)
      .sampled("  score: N(0; m, s²)", by_score.estimate(), std::exp(models::normal_log_density(0, q.m, q.s2)));
}

}  // namespace

void check_estimators(lesson::Lesson& lesson, const Ingredients& use) {
  const Normal q{1, 0.25};
  const double m2 = q.m * q.m, s2 = q.s2, best = m2 + 3 * s2;
  const int draws = lesson.quick() ? 20'000 : 200'000;
  auto equation = lesson.equation("1.1", "d/dm E f(z) = E[ f'(m + s ε) ] = E[ f(z) d/dm log q(z) ]", "claim:reparam");
  const auto path = [&](const Function& f) {
    return [&, f](const Matrix<double>& epsilon) { return reparameterised_slopes(f, q, epsilon); };
  };
  const auto score = [&](const Function& f, double baseline) {
    return [&, f, baseline](const Matrix<double>& epsilon) { return score_slopes(f, baseline, q, epsilon, use); };
  };
  const auto check = [&](const std::string& name, Moments theory, std::uint64_t number, auto slopes_of) {
    check_moments(equation, name, theory, draws, lesson.seed(), number, slopes_of);
  };
  check("z²: path", {2 * q.m, 4 * s2}, 1, path(square_of));
  check("z²: score", {2 * q.m, m2 * m2 / s2 + 14 * m2 + 15 * s2}, 2, score(square_of, 0));
  check("z²: score, b = m² + 3s²", {2 * q.m, 8 * m2 + 6 * s2}, 3, score(square_of, best));
  // Var = E[ (f - b)² g² ] - slope², with g = d/dm log q: a parabola in b, lowest at E[ f g² ] / E[ g² ]
  const models::Quadrature rule = models::gauss_hermite(20);
  const Eigen::ArrayXd fg = score(square_of, 0)(rule.points), g = fg - score(square_of, 1)(rule.points);
  equation.exact("  the best baseline: m² + 3s²", (rule.weights * fg * g).sum() / (rule.weights * g * g).sum(), best);
  for (const double omega : {1.0, 8.0}) {
    const Variances theory = cosine_variances(omega, q);
    const double slope = cosine_slope(omega, q);
    const std::string name = omega == 1 ? "cos z" : fmt::format("cos {:g}z", omega);
    check(name + ": path", {slope, theory.reparameterised}, 10 * omega + 1, path(cosine(omega)));
    check(name + ": score", {slope, theory.score}, 10 * omega + 2, score(cosine(omega), 0));
  }
  const Variances slow = cosine_variances(1, q), fast = cosine_variances(8, q);
  equation.at_most("cos z: score has the larger", slow.reparameterised / slow.score, 0.5)
      .at_least("cos 8z: the smaller", fast.reparameterised / fast.score, 10);
  check_step(equation, q, draws, lesson.seed(), use);

  // the figure begins at ω = ¼, and has points at ω = 1
  const models::Quadrature exact = models::gauss_hermite(120);
  const Variances measured = measured_cosine_variances(1, q, 20'000, lesson.seed());
  lesson.metric("variance_path", exact_moments(exact, path(cosine(0.25))(exact.points)).variance)
      .shown("10_estimators", "reparameterised", 0.25);
  lesson.metric("variance_score", exact_moments(exact, score(cosine(0.25), 0)(exact.points)).variance)
      .shown("10_estimators", "score function", 0.25);
  lesson.metric("measured_path", measured.reparameterised).shown("10_estimators", "reparameterised, 20,000 draws", 1);
  lesson.metric("measured_score", measured.score).shown("10_estimators", "score function, 20,000 draws", 1);
}

}  // namespace ch10
