#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

#include "autograd/autograd.hpp"
#include "chapters/07_deep_latent_variables/chapter.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "models/training/minimise.hpp"

namespace ch07 {

using models::Random;

namespace {

constexpr double kMoonNoise = 0.1;

// The prior as the points that judge, 1,000 times `finer`. Most of them are where the network crosses from one moon to
// the other, about z = 0.
Quadrature judge(int finer) { return prior_in_pieces({-7, -1, 1, 7}, {150 * finer, 700 * finer, 150 * finer}); }

// The middle of moon 0 or 1 at an angle of 0 .. π.
std::pair<double, double> on_moon(int moon, double angle) {
  return moon == 0 ? std::pair{std::cos(angle), std::sin(angle)}
                   : std::pair{1 - std::cos(angle), 0.5 - std::sin(angle)};
}

// P(f(z) is farther than twice the noise from both moons), as a rule sees it: z on the bridge.
double share_between(const Deep& moons, const Quadrature& rule) {
  const Matrix<double> f = moons.decode(rule.points);
  double share = 0;
  for (Index k = 0; k < f.rows(); ++k) {
    double nearest = 10;
    for (int moon = 0; moon < 2; ++moon)
      for (int i = 0; i <= 200; ++i) {
        const auto [x1, x2] = on_moon(moon, std::numbers::pi * i / 200);
        nearest = std::min(nearest, std::hypot(f(k, 0) - x1, f(k, 1) - x2));
      }
    if (nearest > 2 * kMoonNoise) share += rule.weights[k];
  }
  return share;
}

// log N(x; x̄, S) of every row: the normal distribution with the mean and the covariance of the data.
Matrix<double> log_of_fitted_normal(const Matrix<double>& x, const Matrix<double>& data) {
  const Eigen::RowVector2d mean = data.colwise().mean();
  const Eigen::MatrixX2d centred = data.rowwise() - mean;
  const Eigen::Matrix2d S = centred.transpose() * centred / data.rows();
  const Eigen::MatrixX2d u = x.rowwise() - mean;
  const Eigen::ArrayXd distance = (u * S.inverse()).cwiseProduct(u).rowwise().sum();
  return -0.5 * (2 * models::kLog2Pi + std::log(S.determinant()) + distance);
}

// The distribution function of component j of x: Σ_k w_k Φ((x - f_j(z_k)) / σ).
double distribution(const Quadrature& rule, const Matrix<double>& f, int j, double sigma, double x) {
  double sum = 0;
  for (Index k = 0; k < f.rows(); ++k) sum += rule.weights[k] * models::normal_distribution(x, f(k, j), sigma * sigma);
  return sum;
}

}  // namespace

Matrix<double> draw_moons(int n, std::uint64_t seed) {
  const Random which(seed, models::Purpose::data, 1), noise(seed, models::Purpose::data, 2);
  Matrix<double> x(n, 2);
  for (int i = 0; i < n; ++i) {
    const auto [x1, x2] = on_moon(which.uniform(2 * i) < 0.5, std::numbers::pi * which.uniform(2 * i + 1));
    x.row(i) << x1 + kMoonNoise * noise.normal(2 * i), x2 + kMoonNoise * noise.normal(2 * i + 1);
  }
  return x;
}

Matrix<double> log_moons(const Matrix<double>& x) {
  const Quadrature angles = models::gauss_legendre(100, 0, std::numbers::pi);
  Matrix<double> log_p(x.rows(), 1);
  for (Index i = 0; i < x.rows(); ++i) {
    double p = 0;
    for (int moon = 0; moon < 2; ++moon)
      for (Index k = 0; k < angles.weights.size(); ++k) {
        const auto [x1, x2] = on_moon(moon, angles.points(k, 0));
        p += 0.5 / std::numbers::pi * angles.weights[k] *
             std::exp(models::normal_log_density(x(i, 0), x1, kMoonNoise * kMoonNoise) +
                      models::normal_log_density(x(i, 1), x2, kMoonNoise * kMoonNoise));
      }
    log_p(i, 0) = std::log(p);
  }
  return log_p;
}

Matrix<double> Deep::log_prob(const Matrix<double>& x, const Quadrature& rule, const Matrix<double>& y) const {
  constexpr Index kRows = 500;  // at a time
  Matrix<double> all(x.rows(), 1);
  Tape tape;
  for (Index first = 0; first < x.rows(); first += kRows) {
    tape.rewind();
    const Watched<double> theta(tape, parameters);
    const Matrix<double> some = x.middleRows(first, std::min(kRows, x.rows() - first));
    all.middleRows(first, some.rows()) = model->log_prob(theta, tape.reference(some), rule, y).value();
  }
  return all;
}

Matrix<double> Deep::decode(const Matrix<double>& z, const Matrix<double>& y) const {
  Tape tape;
  return model->decode(Watched<double>(tape, parameters), tape.constant(z), y).value();
}

double Deep::sigma() const { return std::exp(0.5 * parameters[parameters.find("decoder.log_var")](0, 0)); }

Deep train_moons(const Matrix<double>& x, const MoonsSettings& settings, std::uint64_t seed) {
  Deep deep;
  deep.model = std::make_unique<DeepLatentVariableModel<double>>(
      deep.parameters, models::DeepLatentShape{.observed = 2, .latent = 1, .hidden = settings.hidden}, seed);
  const Quadrature rule = models::normal_prior(settings.points);
  // -(1/N) log p(D), and log p(x) is the quadrature's sum
  const auto loss = [&](const Watched<double>& theta) {
    return -autograd::mean(deep.model->log_prob(theta, theta.tape().reference(x), rule));
  };
  deep.losses = models::minimise(deep.parameters, loss, settings.steps, 0.02);
  return deep;
}

namespace {

// The marginal is a density, and ancestral draws follow it.
void check_marginal(lesson::Equation& equation, const Deep& moons, int draws, std::uint64_t seed) {
  const Quadrature rule = judge(1);
  const Matrix<double> f = moons.decode(rule.points);
  // over a square that holds all of p(x) but a billionth
  const Quadrature plane = models::product_rule(models::gauss_legendre(140, -3, 4), 2);
  const double total = models::integral(
      plane, [&](const Matrix<double>& x) -> Eigen::ArrayXd { return moons.log_prob(x, rule).col(0).array().exp(); });

  const Matrix<double> x = moons.model->sample(moons.parameters, draws, Random(seed, models::Purpose::sampling, 4)).x;
  const Eigen::RowVector2d mean = rule.weights.matrix().transpose() * f;
  const double covariance = (rule.weights * (f.col(0).array() - mean[0]) * (f.col(1).array() - mean[1])).sum();
  const Matrix<double> products = (x.col(0).array() - mean[0]) * (x.col(1).array() - mean[1]);
  const auto ks = [&](int j) {
    return models::kolmogorov_p(Numbers(x.col(j).begin(), x.col(j).end()),
                                [&](double at) { return distribution(rule, f, j, moons.sigma(), at); });
  };
  equation.exact("∫ p(x) dx = 1, in the plane", total, 1, 1e-9)
      .sampled("Cov(x₁,x₂) = Cov(f₁,f₂)", models::estimate_of(products.reshaped()), covariance)
      .p_value(fmt::format("{} draws: KS of x₁", lesson::thousands(draws)), ks(0))
      .p_value(fmt::format("{} draws: KS of x₂", lesson::thousands(draws)), ks(1));
}

// How close it is to p*, on points that it has not seen.
void check_fit(lesson::Lesson& lesson, lesson::Equation& equation, const Deep& moons, const Matrix<double>& data) {
  const Matrix<double> fresh = draw_moons(5000, lesson.seed() + 1'000);
  const Matrix<double> log_p = moons.log_prob(fresh, judge(1)), truth = log_moons(fresh),
                       normal = log_of_fitted_normal(fresh, data);
  const models::Estimate gap = models::estimate_of((truth - log_p).reshaped());
  lesson.metric("moons_kl", gap.mean), lesson.metric("moons_kl_se", gap.se);
  lesson.metric("moons_log_prob", log_p.mean()), lesson.metric("moons_truth", truth.mean());
  lesson.metric("moons_normal", normal.mean()), lesson.metric("moons_sigma", moons.sigma());
  equation.at_most("KL(p* ‖ p), 5,000 fresh", gap, 0.2)
      .at_least("  which is never below 0", gap, 0)
      .at_least("log p, a normal's off", models::estimate_of((log_p - normal).reshaped()), 0.5);
}

// What the rule says that it was trained with, and two finer ones.
void check_points(lesson::Lesson& lesson, lesson::Equation& equation, const Deep& moons, const Matrix<double>& data,
                  int points) {
  const Quadrature trained_with = models::normal_prior(points), rule = judge(1);
  const auto judged_by = [&](const Quadrature& by) { return moons.log_prob(data, by).mean(); };
  const double own = judged_by(trained_with), fine = judged_by(rule);
  const double seen = share_between(moons, trained_with), bridge = share_between(moons, rule);
  lesson.metric("moons_own", own), lesson.metric("moons_fine", fine), lesson.metric("moons_bridge", bridge);
  equation.exact("1,000 points, and 2,000", fine, judged_by(judge(2)), 1e-6)
      .at_least(fmt::format("  flattered by its {} points", points), own, fine)
      .at_least("  z between the moons, unseen", bridge, seen);
}

}  // namespace

Deep learn_moons(lesson::Lesson& lesson, const MoonsSettings& settings, int draws) {
  const Matrix<double> data = draw_moons(settings.data, lesson.seed());
  Deep moons = train_moons(data, settings, lesson.seed());
  auto equation =
      lesson.equation("1.7.2", "p(x) = ∫ N(z; 0, 1) N(x; f(z), σ² I) dz of a trained network f", "eq:factorised");
  check_marginal(equation, moons, draws, lesson.seed());
  check_fit(lesson, equation, moons, data);
  check_points(lesson, equation, moons, data, settings.points);
  lesson.metric("moons_first", data(0, 1)).shown("07_moons", "data", data(0, 0));
  lesson.metric("moons_end_of_curve", moons.decode(Matrix<double>::Constant(1, 1, 3))(0, 1))
      .shown("07_moons", "f(z), z from -3 to 3");
  return moons;
}

}  // namespace ch07
