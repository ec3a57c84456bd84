// eq:marginal: p(x) = ∫ p(x, z) dz, for a z of three states, for a real z, and for a random precision.
#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "chapters/06_latent_variables/chapter.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/estimate.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "models/student_t.hpp"

namespace ch06 {

using models::Estimate;
using models::normal_log_density;
using models::Random;

Matrix<double> column(const std::vector<double>& x) { return Eigen::Map<const Vector>(x.data(), x.size()); }

double integral(const models::Quadrature& rule, const std::function<double(double)>& f) {
  return models::integral(
      rule, [&](const Matrix<double>& points) -> Eigen::ArrayXd { return points.col(0).array().unaryExpr(f); });
}

NormalComponents components(const std::vector<double>& pi, const std::vector<double>& mu,
                            const std::vector<double>& sigma) {
  NormalComponents mixture{column(pi).array().log().transpose(), column(mu)};
  for (const double one : sigma) mixture.L.push_back(Matrix<double>::Constant(1, 1, one));
  return mixture;
}

NormalComponents three() { return components({0.5, 0.3, 0.2}, {-2, 1, 3}, {1, 0.5, 1}); }

namespace {

// The mean of f over draws of z, with its standard error.
Estimate mean_over(int draws, const std::function<double(int draw)>& f) {
  models::RunningMean mean;
  for (int i = 0; i < draws; ++i) mean.add(f(i));
  return mean.estimate();
}

const std::vector<double> kPlaces{-3, -1, 0, 0.5, 2, 4};

// ∂ log p(x) / ∂μ_k of the three components, by the tape.
std::vector<double> slopes_in_mu(double x) {
  const NormalComponents mixture = three();
  Tape tape;
  const auto mu = tape.variable(mixture.mu);
  Matrix<double> log_diagonal(3, 1);
  for (Index k = 0; k < 3; ++k) log_diagonal(k, 0) = -std::log(mixture.L[k](0, 0));
  const models::GaussianMixture<double> on_tape{.alpha = tape.constant(Matrix<double>(mixture.log_prior)),
                                                .mu = mu,
                                                .log_diagonal = tape.constant(log_diagonal),
                                                .below = tape.constant(Matrix<double>(3, 0))};
  tape.backward(sum(on_tape.log_prob(tape.constant(Matrix<double>::Constant(1, 1, x)))));
  const Matrix<double> gradient = mu.grad();
  return {gradient.data(), gradient.data() + 3};
}

}  // namespace

void discrete_marginal(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  const NormalComponents mixture = three();
  const Matrix<double> x = column(kPlaces), log_joint = use.log_joint(mixture, x);
  const Vector p = use.log_marginal(log_joint).array().exp();
  std::vector<double> by_hand, slopes, expected, means, ses;
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    const auto given = [&](Index k) {
      return std::exp(normal_log_density(kPlaces[i], mixture.mu(k, 0), std::pow(mixture.L[k](0, 0), 2)));
    };
    by_hand.push_back(0.5 * given(0) + 0.3 * given(1) + 0.2 * given(2));
    for (const double slope : slopes_in_mu(kPlaces[i])) slopes.push_back(slope);
    for (Index k = 0; k < 3; ++k) {
      const double r = std::exp(log_joint(i, k)) / p[i], sigma = mixture.L[k](0, 0);
      expected.push_back(r * (kPlaces[i] - mixture.mu(k, 0)) / (sigma * sigma));
    }
    const Random random(lesson.seed(), models::Purpose::sampling, i);
    const Estimate drawn = mean_over(draws, [&](int draw) {
      const double u = random.uniform(draw);
      return given(u < 0.5 ? 0 : u < 0.8 ? 1 : 2);
    });
    means.push_back(drawn.mean), ses.push_back(drawn.se);
  }
  lesson.equation("1.7.1", "p(x) = ∫ p(x, z) dz;  a z of three states: Σ_k π_k p(x|z=k)", "eq:marginal")
      .exact("three terms, at six x", numbers(p), by_hand)
      .sampled(fmt::format("{} z, the worst", lesson::thousands(draws)), means, ses, numbers(p))
      .exact("∂log p/∂μ_k by the tape", slopes, expected);

  lesson.metric("three_sum", by_hand[2]).shown("06_three", "p(x), the sum", kPlaces[2]);
  for (Index k = 0; k < 3; ++k) {
    const double joint = std::exp(log_joint(2, k));
    lesson.metric(fmt::format("three_joint_{}", k + 1), joint)
        .shown("06_three", fmt::format("p(x, z = {})", k + 1), kPlaces[2]);
    lesson.metric(fmt::format("three_posterior_{}", k + 1), joint / by_hand[2])
        .shown("06_posterior", fmt::format("k = {}", k + 1), kPlaces[2]);
  }
}

double by_nodes(double x, double variance, int nodes, const Ingredients& use) {
  // the rule is for N(0, 1), so that its weights stand for p(z): they are divided out of p(x, z)
  return integral(models::gauss_hermite(nodes),
                  [&](double z) { return std::exp(use.log_integrand(x, z, variance) - normal_log_density(z, 0, 1)); });
}

void continuous_marginal(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  const auto exact = [](double x, double variance) { return std::exp(normal_log_density(x, 0, 1 + variance)); };
  std::vector<double> nodes, closed;
  std::vector<double> drawn(draws);  // x itself, by ancestral sampling
  const Random random(lesson.seed(), models::Purpose::sampling, 10);
  for (int i = 0; i < draws; ++i) drawn[i] = random.normal(2 * i) + random.normal(2 * i + 1);
  for (const double x : kPlaces) {
    nodes.push_back(by_nodes(x, 1, 40, use));
    closed.push_back(exact(x, 1));
  }
  lesson.equation("1.7.1", "∫ N(z; 0, 1) N(x; z, σ²) dz = N(x; 0, 1 + σ²)", "eq:marginal")
      .exact("σ = 1, 40 nodes", nodes, closed, 1e-9)
      .sampled(fmt::format("x = 2, {} z", lesson::thousands(draws)),
               mean_over(draws, [&](int i) { return std::exp(normal_log_density(2, random.normal(2 * i), 1)); }),
               exact(2, 1))
      .p_value("σ = 1, x drawn after z",
               models::kolmogorov_p(drawn, [](double x) { return models::normal_distribution(x, 0, 2); }))
      .exact("σ = 0.1, 400 nodes in [-8, 8]",
             integral(models::gauss_legendre(400, -8, 8),
                      [&](double z) { return std::exp(use.log_integrand(0, z, 0.01)); }),
             exact(0, 0.01), 1e-9)
      .at_most("  40 nodes: the share they find", by_nodes(0, 0.01, 40, right()) / exact(0, 0.01), 0.2);
  lesson.equation("1.7.1", "∫ p(x|z) dz = p(x), as the notes print it", "eq:marginal")
      .fails("x = 0.5, σ = 1",
             integral(models::gauss_legendre(400, -30, 30),
                      [](double z) { return std::exp(normal_log_density(0.5, z, 1)); }),
             exact(0.5, 1), "z has no distribution");

  lesson.metric("infinite_mixture", exact(0, 0.01)).shown("06_nodes", "σ = 0.1, exact", 0);
  for (const double sigma : {1.0, 0.3, 0.1})
    lesson.metric(fmt::format("forty_nodes_{}", sigma), by_nodes(0, sigma * sigma, 40, use))
        .shown("06_nodes", fmt::format("σ = {}, 40 nodes", sigma), 0);
}

double scale_mixture(double x, double nu, const Ingredients& use) {
  // with λ = exp u, dλ = λ du
  return integral(models::gauss_legendre(400, -25, 6), [&](double u) {
    const double lambda = std::exp(u);
    return std::exp(models::gamma_log_density(lambda, nu / 2, nu / 2) + u +
                    normal_log_density(x, 0, use.variance_of(lambda)));
  });
}

void student_t(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  std::vector<double> nodes, closed;
  for (const double nu : {1.0, 3.0, 7.5}) {
    for (const double x : {0.0, 0.7, -2.0, 6.0}) {
      nodes.push_back(scale_mixture(x, nu, use));
      closed.push_back(std::exp(models::student_t_log_density(x, 0, 1, nu)));
    }
  }
  const Random random(lesson.seed(), models::Purpose::sampling, 20);
  const auto given_a_draw = [&](int i) {
    return std::exp(normal_log_density(2, 0, use.variance_of(models::sample_precision(3, random, i))));
  };
  const double tail = models::student_t_log_density(20, 0, 1, 3) - normal_log_density(20, 0, 3);  // the same variance
  lesson.equation("1.7.1", "∫ Gamma(λ; ½ν, ½ν) N(x; 0, 1/λ) dλ = t_ν(x)", "eq:marginal")
      .exact("ν = 1, 3, 7.5, 400 nodes", nodes, closed, 1e-9)
      .sampled(fmt::format("ν = 3, {} λ", lesson::thousands(draws)), mean_over(draws, given_a_draw),
               std::exp(models::student_t_log_density(2, 0, 1, 3)))
      .at_least("log t_3/N(0,3) at x = 20", tail, 50);

  lesson.metric("student_t", 2 / (std::sqrt(3) * std::numbers::pi))
      .shown("06_student_t", "t, a normal for every precision there is", 0);
  for (const int K : {1000, 100, 10, 1})
    lesson.metric(fmt::format("normals_{}", K), mean_over(K, given_a_draw).mean)
        .shown("06_student_t", K == 1 ? "1 normal" : lesson::thousands(K) + " normals", 2);
}

}  // namespace ch06
