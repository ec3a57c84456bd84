// The estimator laboratory: how the density of a sample follows from that of its noise, three estimators of the slope
// of an expectation with their variances, and the two noises of a minibatch's gradient.
#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/estimate.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch10 {

namespace {

Matrix<double> normal_noise(Index rows, Index cols, std::uint64_t seed, std::uint64_t number) {
  Matrix<double> epsilon(rows, cols);
  models::Random(seed, models::Purpose::noise, number).fill_normal(std::span(epsilon.data(), epsilon.size()));
  return epsilon;
}

// A map z(ε) of a row to a row, on the tape.
using Map = std::function<Var<Matrix<double>>(const Var<Matrix<double>>& epsilon)>;

// log |det ∂z/∂ε|, with a row of the Jacobian J from each sweep of the tape: ½ log det(J Jᵀ).
double log_abs_det(const Map& z, const Matrix<double>& epsilon) {
  const Index d = epsilon.cols();
  Matrix<double> J(d, d);
  for (Index i = 0; i < d; ++i) {
    const auto [value, slope] = autograd::value_and_gradient([&](auto e) { return at(z(e), 0, i); }, epsilon);
    J.row(i) = slope;
  }
  Tape tape;
  const auto jacobian = tape.constant(J);
  return 0.5 * log_det(cholesky(matmul(jacobian, transpose(jacobian)))).value();
}

double standard_log_density(const Matrix<double>& epsilon) {
  Tape tape;
  return models::standard_normal_log_prob(tape.constant(epsilon)).value()(0, 0);
}

// The highest value over s² of the bound  -½ log 2π - ½ ((x - m)² + r(s²)²) - ½ (m² + s² - 1 - log s²)  at m = x/2,
// minus log p(x), where r is what multiplies ε: 0 if that is the standard deviation.
double excess_of_best_bound(const Ingredients& use) {
  double best = -1e300;
  for (int i = 1; i <= 20'000; ++i) {
    const double s2 = i * 1e-4;
    Tape tape;
    const double r = use.scale(number(tape, std::log(s2))).value()(0, 0);
    best = std::max(best, elbo(1, {0.5, s2}) + 0.5 * (s2 - r * r));
  }
  return best - evidence(1);
}

}  // namespace

void check_change_of_variables(lesson::Lesson& lesson, const Ingredients& use) {
  const Matrix<double> epsilon{{0.3, -1.2, 0.7}}, mu{{1.0, -0.5, 2.0}}, log_var{{0.4, -1.6, 1.1}};
  const Matrix<double> L{{1.2, 0, 0}, {-0.7, 0.5, 0}, {0.4, 1.1, 0.8}};

  // diagonal: z = μ + σ ε
  const Map diagonal = [&](auto e) { return mu + use.scale(e.tape().constant(log_var)) * e; };
  // Cholesky: z = μ + L ε, so that the covariance is L Lᵀ
  const Map cholesky_map = [&](auto e) { return mu + matmul(e, e.tape().constant(Matrix<double>(L.transpose()))); };
  // no linear map: z = exp(μ + σ ε), a log-normal
  const Map log_normal = [&](auto e) { return exp(diagonal(e)); };

  Tape tape;
  const auto z = diagonal(tape.constant(epsilon)), z_full = cholesky_map(tape.constant(epsilon));
  const double log_q = models::normal_log_prob(z, tape.constant(mu), tape.constant(log_var)).value()(0, 0);
  // log N(z; μ, LLᵀ) = -½ (3 log 2π + log det LLᵀ + |L⁻¹(z - μ)|²)
  const auto factor = cholesky(tape.constant(Matrix<double>(L * L.transpose())));
  const double log_q_full = -0.5 * (3 * models::kLog2Pi + log_det(factor).value() +
                                    squared_norm(solve_lower(factor, transpose(z_full - mu))).value());
  const double log_q_log_normal = log_q - std::log(z.value().array().exp().prod());
  const double log_p = standard_log_density(epsilon);

  const int draws = lesson.quick() ? 5'000 : 50'000;
  Tape sampling;
  const auto drawn = 0.5 + use.scale(number(sampling, std::log(0.25))) *
                               sampling.constant(normal_noise(draws, 1, lesson.seed(), 100));
  const std::vector<double> sample(drawn.value().data(), drawn.value().data() + draws);
  const double p = models::kolmogorov_p(sample, [](double x) { return models::normal_distribution(x, 0.5, 0.25); });

  lesson
      .equation("2.1", "log q(z) = log p(ε) - log|det ∂z/∂ε|,   z = μ + σ ε,  σ = exp(½ log σ²)", "eq:reparam-density")
      .exact("diagonal: log|det J|, ½Σ log σ²", log_abs_det(diagonal, epsilon), 0.5 * log_var.sum())
      .exact("  log q(z)", log_p - log_abs_det(diagonal, epsilon), log_q)
      .exact("Cholesky: log|det J|, Σlog L_ii", log_abs_det(cholesky_map, epsilon), L.diagonal().array().log().sum())
      .exact("  log q(z)", log_p - log_abs_det(cholesky_map, epsilon), log_q_full)
      .exact("z = exp(μ + σ ε): log q(z)", log_p - log_abs_det(log_normal, epsilon), log_q_log_normal)
      .p_value(fmt::format("{} z are N(½, ¼)", lesson::thousands(draws)), p)
      .exact("best ELBO so drawn - log p(x)", excess_of_best_bound(use), 0, 1e-8);
}

// claim:reparam

namespace {

// The slope of each draw by itself: m is repeated, so that the adjoint of its row r is the slope of row r alone.
Eigen::ArrayXd slopes(double m, Index rows, const std::function<Var<Matrix<double>>(const Var<Matrix<double>>&)>& f) {
  const auto [value, slope] = autograd::value_and_gradient([&](const Var<Matrix<double>>& m) { return sum(f(m)); },
                                                           Matrix<double>(Matrix<double>::Constant(rows, 1, m)));
  return slope.array();
}

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

struct Moments {
  double mean, variance;
};
Moments exact_moments(const models::Quadrature& rule, const Eigen::ArrayXd& g) {
  const double mean = (rule.weights * g).sum();
  return {mean, (rule.weights * (g - mean).square()).sum()};
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
      .sampled(fmt::format("  slope, {} draws", lesson::thousands(draws)), mean.estimate(), theory.mean)
      .sampled("  variance of the draws", variance.estimate(), theory.variance);
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

  // f(z) = 1 for z > 0, else 0: d/dm P(z > 0) = N(0; m, s²), but f' is 0 wherever there is a derivative
  const Function step = [](const Var<Matrix<double>>& z) {
    return where((z.value().array() > 0).matrix(), number(z.tape(), 1), number(z.tape(), 0)) + 0 * z;
  };
  const Matrix<double> epsilon = normal_noise(draws, 1, lesson.seed(), 4);
  models::RunningMean by_score;
  for (const double g : score_slopes(step, 0, q, epsilon, use)) by_score.add(g);
  equation.exact("step: path, always 0", reparameterised_slopes(step, q, epsilon).abs().maxCoeff(), 0)
      .sampled("  score: N(0; m, s²)", by_score.estimate(), std::exp(models::normal_log_density(0, q.m, s2)));
}

// claim:noise

namespace {

// The gradient of a minibatch's ELBO in the decoder's shift c at c = 0, one for each row of ε:
//   (N/M) Σ_{j∈M} (x_j - z_j),   z_j = x_j/2 + s ε_j,   s² = ½
Eigen::ArrayXd shift_gradients(const std::vector<double>& x, const std::vector<int>& batch,
                               const Matrix<double>& epsilon) {
  Matrix<double> points(1, batch.size());
  for (std::size_t j = 0; j < batch.size(); ++j) points(0, j) = x[batch[j]];
  const double factor = 1.0 * x.size() / batch.size();
  return slopes(0, epsilon.rows(), [&](const Var<Matrix<double>>& shift) {
    Tape& tape = shift.tape();
    const auto of_batch = tape.constant(points);
    const auto log_var = tape.constant(Matrix<double>(Matrix<double>::Constant(1, points.cols(), std::log(0.5))));
    const auto z = models::reparameterise(0.5 * of_batch, log_var, tape.constant(epsilon));
    return factor * models::normal_log_prob(of_batch, z + shift, number(tape, 0));
  });
}

}  // namespace

void check_two_noises(lesson::Lesson& lesson, const Ingredients& use) {
  const std::vector<double> x{1, 2, 3, 4, 10};
  const int N = x.size(), M = 2;
  const auto batches = models::subsets(N, M);

  // every minibatch, and for each of them the mean and variance over the noise
  models::Quadrature rule = models::product_rule(models::gauss_hermite(4), M);
  if (use.shared_noise) rule.points.col(1) = rule.points.col(0);
  std::vector<double> means;
  double within = 0;
  for (const auto& batch : batches) {
    const Moments of_batch = exact_moments(rule, shift_gradients(x, batch, rule.points));
    means.push_back(of_batch.mean);
    within += of_batch.variance / batches.size();
  }
  const Eigen::Map<const Eigen::ArrayXd> by_batch(means.data(), means.size());
  const double between = (by_batch - by_batch.mean()).square().mean();

  // theory: S² is the variance of the points' mean gradients x/2, s² that of their noise
  const double S2 = 2.5, s2 = 0.5, n = N, m = M;
  const double of_minibatch = n * n / m * S2 * (n - m) / (n - 1), of_noise = n * n / m * s2;

  // and drawn: a subset at random, then its noise
  const int draws = lesson.quick() ? 20'000 : 200'000;
  Matrix<double> epsilon = normal_noise(draws, M, lesson.seed(), 300);
  if (use.shared_noise) epsilon.col(1) = epsilon.col(0);
  Matrix<double> drawn(draws, int(batches.size()));
  for (std::size_t b = 0; b < batches.size(); ++b) drawn.col(b) = shift_gradients(x, batches[b], epsilon).matrix();
  const models::Random random(lesson.seed(), models::Purpose::shuffle);
  models::RunningMean mean, variance;
  for (int r = 0; r < draws; ++r) {
    const double g = drawn(r, random.below(batches.size(), r));
    mean.add(g);
    variance.add((g - 10) * (g - 10));
  }
  lesson.equation("1.1", "Var g = Var_M E_ε[ g | M ] + E_M Var_ε[ g | M ]", "claim:noise")
      .exact("whole gradient Σ x/2", by_batch.mean(), 10)
      .exact("from the minibatch", between, of_minibatch)
      .exact("from ε", within, of_noise)
      .sampled(fmt::format("{} draws: gradient", lesson::thousands(draws)), mean.estimate(), 10)
      .sampled("  variance, the sum of both", variance.estimate(), of_minibatch + of_noise);
}

}  // namespace ch10
