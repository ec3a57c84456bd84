// How the density of a sample follows from that of its noise.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "chapters/10_elbo/slopes.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/normal.hpp"

namespace ch10 {

namespace {

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

  lesson.equation("2.1", "log q(z) = log p(ε) - log|det ∂z/∂ε|,   z = μ + σ ε", "eq:reparam-density")
      .exact("diagonal: log|det J|, ½Σlogσ²", log_abs_det(diagonal, epsilon), 0.5 * log_var.sum())
      .exact("  log q(z)", log_p - log_abs_det(diagonal, epsilon), log_q)
      .exact("Cholesky: log|det J|, Σlog L", log_abs_det(cholesky_map, epsilon), L.diagonal().array().log().sum())
      .exact("  log q(z)", log_p - log_abs_det(cholesky_map, epsilon), log_q_full)
      .exact("z = exp(μ + σ ε): log q(z)", log_p - log_abs_det(log_normal, epsilon), log_q_log_normal)
      .p_value(fmt::format("{} z are N(½, ¼)", lesson::thousands(draws)), p)
      .exact("best ELBO so drawn - log p(x)", excess_of_best_bound(use), 0, 1e-8);
}

}  // namespace ch10
