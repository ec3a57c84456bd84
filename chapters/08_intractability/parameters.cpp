// p(θ | D): Laplace, variational inference and HMC beside each other, where the posterior is known, and on Bayesian
// logistic regression, where a grid gives it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chapters/08_intractability/chapter.hpp"
#include "models/data/dataset.hpp"
#include "models/inference/chain_diagnostics.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch08 {

using models::chain_mean;

LogisticPosterior threes_and_eights(const std::string& data_folder, int N) {
  const models::Dataset digits = models::load_all_digits(data_folder);
  Eigen::ArrayXd u(N), y(N);
  int found = 0;
  for (int i = 0; i < digits.count() && found < N; ++i) {
    if (digits.labels[i] != 3 && digits.labels[i] != 8) continue;
    double ink = 0;
    for (const int row : {2, 3, 4, 5})
      for (const int column : {1, 2}) ink += digits.image(i)[8 * row + column];
    u[found] = ink, y[found++] = digits.labels[i] == 8 ? 1 : -1;
  }
  u -= u.mean();
  u /= std::sqrt(u.square().mean());
  Matrix<double> signed_inputs(N, 2);
  signed_inputs << y, y * u;
  return {signed_inputs};
}

OnGrid integrate(const LogisticPosterior& posterior) {
  const models::Quadrature rule = product_rule(models::gauss_legendre(200, -20, 20), 2);
  autograd::Tape tape;
  const Eigen::ArrayXd log_p = posterior(tape.constant(rule.points)).value();
  const double largest = log_p.maxCoeff();
  const Eigen::ArrayXd weight = rule.weights * (log_p - largest).exp();
  OnGrid exact;
  exact.log_evidence = largest + std::log(weight.sum());
  for (const int j : {0, 1}) {
    const Eigen::ArrayXd theta = rule.points.col(j);
    exact.mean[j] = (weight * theta).sum() / weight.sum();
    exact.sd[j] = std::sqrt((weight * (theta - exact.mean[j]).square()).sum() / weight.sum());
  }
  return exact;
}

namespace {

// x_i ~ N(θ, 1), θ ~ N(0, 2²): log p(D, θ), and all that is asked about it.
struct NormalMean {
  Eigen::VectorXd x;
  double prior_variance = 4;
  double prior_share = 1;

  double precision() const { return x.size() + 1 / prior_variance; }
  double mean() const { return x.sum() / precision(); }
  // log N(x; 0, I + τ² 11ᵀ)
  double log_evidence() const {
    const double N = x.size();
    return -0.5 * (N * models::kLog2Pi + std::log(prior_variance * precision()) + x.squaredNorm() -
                   x.sum() * x.sum() / precision());
  }

  template <autograd::Element S>
  Var<Matrix<S>> operator()(const Var<Matrix<S>>& theta) const {
    const Matrix<S> data = x.transpose().template cast<S>();
    const auto log_likelihood = -0.5 * (x.size() * models::kLog2Pi + sum(square(theta - data), autograd::By::row));
    const auto log_prior = -0.5 * (models::kLog2Pi + std::log(prior_variance) + square(theta) / prior_variance);
    return log_likelihood + prior_share * log_prior;
  }
};

// A density of rows as a scalar on the tape, for one row.
template <class F>
models::Laplace laplace_of(const F& log_joint, Eigen::Index d) {
  const auto scalar = [&]<autograd::Element S>(const Var<Matrix<S>>& theta) { return sum(log_joint(theta)); };
  return models::laplace(models::second_derivatives(scalar), Eigen::VectorXd::Zero(d));
}

void conjugate(lesson::Equation& equation, const Sizes& sizes, const Ingredients& use, std::uint64_t seed) {
  NormalMean model{.x = Eigen::VectorXd(20), .prior_share = use.prior_of_theta};
  models::Random(seed, models::Purpose::data).fill_normal(std::span(model.x.data(), 20));
  model.x.array() += 3;
  const double mean = model.mean(), variance = 1 / model.precision(), log_p = model.log_evidence();

  const models::Laplace by_laplace = laplace_of(model, 1);
  equation.exact("conjugate: Laplace, mean", by_laplace.mode[0], mean, 1e-9)
      .exact("  variance", by_laplace.covariance(0, 0), variance, 1e-9)
      .exact("  log p(D)", by_laplace.log_evidence, log_p, 1e-9);

  // E log p(D, θ) for θ ~ q is that at the mean, less half the curvature times the variance
  const models::ExpectedLogJoint expected = [&](const auto& m, const auto& log_sd) {
    return model(m) - 0.5 * by_laplace.precision(0, 0) * exp(2 * log_sd);
  };
  const auto vi = fit_variational(expected, models::standard_normals(1, 1));
  equation.exact("VI, mean", vi.q.mean(0, 0), mean, 1e-6)
      .exact("  variance", std::exp(2 * vi.q.log_sd(0, 0)), variance, 1e-6)
      .exact("  ELBO, which is log p(D)", vi.elbo[0], log_p, 1e-9);

  const auto chains = models::hmc(model, Matrix<double>::Constant(sizes.chains, 1, mean), sizes.length / 5,
                                  sizes.length, {.step = 0.3, .leapfrogs = 1, .accept = use.accept}, seed);
  equation.sampled("HMC, mean", chain_mean(chains.of([](const auto& t) { return t[0]; })), mean)
      .sampled("  variance", chain_mean(chains.of([&](const auto& t) { return std::pow(t[0] - mean, 2); })), variance);
}

}  // namespace

ThetaPosterior posterior_of_theta(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use) {
  auto equation = lesson.equation("1.8", "p(θ|D): Laplace, VI and HMC beside each other", "claim:posterior-theta");
  conjugate(equation, sizes, use, lesson.seed());

  LogisticPosterior model = threes_and_eights(lesson.data(""), 12);
  const OnGrid exact = integrate(model);
  model.prior_share = use.prior_of_theta;
  const models::Laplace by_laplace = laplace_of(model, 2);
  const auto vi = fit_variational(models::LogJoint(model), models::standard_normals(1, 2), {.seed = lesson.seed()});
  const auto chains = models::hmc(model, by_laplace.mode.transpose().replicate(sizes.chains, 1), sizes.length / 5,
                                  sizes.length, {.step = 1.0, .leapfrogs = 4, .accept = use.accept}, lesson.seed());
  for (const int j : {0, 1}) {
    const double m = exact.mean[j];
    equation
        .sampled(fmt::format("12 digits: HMC, θ_{}", j + 1),
                 chain_mean(chains.of([&](const auto& t) { return t[j]; })), m)
        .sampled("  its variance", chain_mean(chains.of([&](const auto& t) { return std::pow(t[j] - m, 2); })),
                 exact.sd[j] * exact.sd[j]);
  }
  equation.at_most("Laplace, mode of θ_2", by_laplace.mode[1], exact.mean[1])
      .exact("  log p(D), within 0.3 nats", by_laplace.log_evidence, exact.log_evidence,
             0.3 / std::abs(exact.log_evidence))
      .at_most("VI, ELBO: below log p(D)", {vi.elbo[0], vi.elbo_se[0]}, exact.log_evidence)
      .at_most("  its sd of θ_2", std::exp(vi.q.log_sd(0, 1)), exact.sd[1]);
  lesson.say(fmt::format(
      "        θ_2: grid {:.3f} ± {:.3f}, Laplace {:.3f} ± {:.3f}, VI {:.3f} ± {:.3f} (standard deviations)",
      exact.mean[1], exact.sd[1], by_laplace.mode[1], std::sqrt(by_laplace.covariance(1, 1)), vi.q.mean(0, 1),
      std::exp(vi.q.log_sd(0, 1))));

  // where the ellipses of two standard deviations end on the right
  const Eigen::Matrix2d& C = by_laplace.covariance;
  const double sd = std::sqrt(C(0, 0)), sd_of_vi = std::exp(vi.q.log_sd(0, 0));
  lesson.metric("ellipse_of_laplace", by_laplace.mode[1] + 2 * C(0, 1) / sd)
      .shown("08_theta", "Laplace", by_laplace.mode[0] + 2 * sd);
  const double theta_2 = vi.q.mean(0, 1);
  lesson.metric("ellipse_of_vi_theta", theta_2).shown("08_theta", "VI", vi.q.mean(0, 0) + 2 * sd_of_vi);
  const Matrix<double>& first = chains.draws[0];
  lesson.metric("first_draw", first(0, 1)).shown("08_theta", "draws of HMC", first(0, 0));
  return {model, exact, by_laplace, vi, chains.draws};
}

}  // namespace ch08
