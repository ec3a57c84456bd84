// The chapter's figures.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "chapters/08_intractability/chapter.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/normal.hpp"
#include "plots/ellipse.hpp"
#include "plots/figure.hpp"

namespace ch08 {

using std::numbers::pi;

void plot_variance(const Sizes& sizes, std::uint64_t seed, const plots::Output& output) {
  plots::Curves figure{.title = "One draw of the prior: the second moment of p̂(x) at x = 0",
                       .x_label = "k, latent numbers",
                       .y_label = "E[p̂²] / p²",
                       .log_y = true,
                       .y_range = plots::Range{1e-4, 1e9}};
  const std::vector<double> k = plots::one_to(10);
  for (const double sigma : {0.1, 0.5, 1.0}) {
    std::vector<double> exact, measured;
    for (const int dimension : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
      exact.push_back(right().second_moment(sigma, dimension));
      const LinearGaussian model = copies(dimension, sigma);
      const double log_p = model.log_evidence();
      const auto square = [&](const Matrix<double>& z) -> Eigen::ArrayXd {
        return (2 * (model.log_likelihood(z) - log_p)).exp();
      };
      measured.push_back(prior_mean(dimension, sizes.draws / 10, seed, square).mean);
    }
    figure.line(fmt::format("σ = {}, exact", sigma), k, exact);
    figure.line(fmt::format("{} draws", lesson::thousands(sizes.draws / 10)), k, measured, plots::Style::points);
  }
  plots::save(figure, output, "08_variance");
}

void plot_narrow(const plots::Output& output) {
  const LinearGaussian model = copies(1, 0.1, 0.7);
  const double mean = model.mean()[0], variance = model.covariance()(0, 0);
  std::vector<double> z, prior, posterior, q;
  for (double at = -3; at <= 3; at += 0.01) {
    z.push_back(at);
    prior.push_back(std::exp(models::normal_log_density(at, 0, 1)));
    posterior.push_back(std::exp(models::normal_log_density(at, mean, variance)));
    q.push_back(std::exp(models::normal_log_density(at, mean, 4 * variance)));
  }
  const Matrix<double> nodes = models::gauss_hermite(12).points;
  plots::Curves figure{.title = "Where z is looked for, and where it is (σ = 0.1, x = 0.7)",
                       .x_label = "z",
                       .y_label = "density",
                       .x_range = plots::Range{-3, 3},
                       .y_range = plots::Range{-0.2, 4.3}};
  figure.line("prior p(z)", z, prior);
  figure.line("posterior p(z|x)", z, posterior);
  figure.line("q(z), twice as wide", z, q, plots::Style::dashed);
  figure.line("12 nodes of a grid", std::vector(nodes.data(), nodes.data() + 12), std::vector(12, 0.0),
              plots::Style::points);
  plots::save(figure, output, "08_narrow");
}

void plot_grid(const plots::Output& output) {
  plots::Curves figure{.title = "Gauss's rule for one latent number",
                       .x_label = "n, nodes",
                       .y_label = "|error| of log p(x) (nats)",
                       .log_x = true,
                       .log_y = true,
                       .y_range = plots::Range{1e-12, 1e5}};
  const std::vector<double> n{2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 90, 128, 180, 256, 300};
  for (const double sigma : {0.5, 0.1, 0.01}) {
    const LinearGaussian model = copies(1, sigma, 0.7);
    std::vector<double> errors;
    for (const double nodes : n) {
      const auto log_likelihood = [&](const Matrix<double>& z) { return model.log_likelihood(z); };
      const double error = log_integral(models::gauss_hermite(int(nodes)), log_likelihood) - model.log_evidence();
      errors.push_back(std::max(std::abs(error), 1e-12));
    }
    figure.line(fmt::format("σ = {}", sigma), n, errors, plots::Style::line_points);
  }
  plots::save(figure, output, "08_grid");
}

namespace {

// At two standard deviations from m.
plots::Line ellipse(const Eigen::Vector2d& m, const Eigen::Matrix2d& C) {
  return plots::ellipse({m[0], m[1], C(0, 0), C(1, 1), C(0, 1)}, 2);
}

Eigen::Matrix2d diagonal(const Matrix<double>& log_sd) {
  return (2 * log_sd.row(0).array()).exp().matrix().asDiagonal();
}

void add(plots::Curves& figure, const std::string& label, const plots::Line& line) {
  figure.line(label, line.x, line.y);
}

// Rows of z as points.
void add_points(plots::Curves& figure, const std::string& label, const std::vector<Matrix<double>>& rows) {
  std::vector<double> x, y;
  for (const auto& z : rows)
    for (Eigen::Index i = 0; i < z.rows(); ++i) x.push_back(z(i, 0)), y.push_back(z(i, 1));
  figure.line(label, x, y, plots::Style::points);
}

}  // namespace

void plot_path(std::uint64_t seed, const plots::Output& output) {
  const Ring ring;
  const models::LogJoint log_joint = ring.log_joint();
  const models::HmcSettings settings{.step = 0.08, .jitter = 0, .leapfrogs = 25};
  const auto cloud = hmc(log_joint, Matrix<double>::Constant(20, 2, 1), 50, 100, settings, seed);
  plots::Curves figure{.title = "Hamiltonian Monte Carlo in p(z|x), where x = ‖z‖² + noise",
                       .x_label = "z_1",
                       .y_label = "z_2",
                       .x_range = plots::Range{-3.8, 3.8},
                       .y_range = plots::Range{-2.1, 2.1}};
  add_points(figure, "draws of 20 chains", cloud.draws);

  // every leapfrog step of four transitions
  models::Particles now = models::particles(log_joint, Matrix<double>{{1.5, 0.3}});
  for (int t = 0; t < 4; ++t) {
    models::Particles path = now;
    const auto accepted = hmc_transition(log_joint, now, settings, seed, t);
    path.r = now.r;
    std::vector<double> path_x{path.z(0, 0)}, path_y{path.z(0, 1)};
    for (int l = 0; l < settings.leapfrogs; ++l) {
      leapfrog(log_joint, path, settings.step);
      path_x.push_back(path.z(0, 0)), path_y.push_back(path.z(0, 1));
    }
    figure.line(fmt::format("transition {}{}", t + 1, accepted[0] == 1 ? "" : ", rejected"), path_x, path_y,
                plots::Style::line_points);
  }
  plots::save(figure, output, "08_path");
}

void plot_variational(std::uint64_t seed, const plots::Output& output) {
  const LinearGaussian model = mixed();
  const Eigen::Vector2d mean = model.mean().transpose();
  const Eigen::Matrix2d C = model.covariance();
  const auto vi = fit_variational(model.on_tape().at(1), models::standard_normals(1, 2), {.seed = seed});
  plots::Curves figure{.title = "The diagonal normal closest to p(z|x), and lines at 2 standard deviations",
                       .x_label = "z_1",
                       .y_label = "z_2",
                       .x_range = plots::Range{-2.2, 3.1},
                       .y_range = plots::Range{-0.9, 2.1}};
  add_points(figure, "draws of p(z|x)", {model.posterior_draws(400, 1)});
  add(figure, "p(z|x)", ellipse(mean, C));
  add(figure, "q(z), by VI", ellipse(vi.q.mean.row(0).transpose(), diagonal(vi.q.log_sd)));
  add(figure, "p(z|x) without its correlation", ellipse(mean, C.diagonal().asDiagonal()));
  plots::save(figure, output, "08_variational");
}

void plot_sandwich(const Sizes& sizes, std::uint64_t seed, const plots::Output& output) {
  const LinearGaussian model = copies(10, 0.5);
  std::vector<double> T, below, above, below_se, above_se;
  for (const int steps : {1, 2, 3, 5, 8, 12, 20, 30, 50, 80}) {
    const Sandwich bounds = sandwich(model, steps, sizes, right(), seed);
    T.push_back(steps);
    below.push_back(bounds.below.mean), below_se.push_back(2 * bounds.below.se);
    above.push_back(bounds.above.mean), above_se.push_back(2 * bounds.above.se);
  }
  plots::Curves figure{.title = "Annealing between prior and posterior, k = 10, σ = 0.5",
                       .x_label = "T, steps between prior and posterior",
                       .y_label = "mean of log w (nats), ± 2 standard errors",
                       .log_x = true,
                       .y_range = plots::Range{-24, -4}};
  figure.band("down from p(z|x)", T, above, above_se, plots::Style::line_points);
  figure.band("up from p(z)", T, below, below_se, plots::Style::line_points);
  figure.horizontal(fmt::format("log p(x) = {:.3f}", model.log_evidence()), model.log_evidence());
  plots::save(figure, output, "08_sandwich");
}

void plot_theta(const ThetaPosterior& theta, const plots::Output& output) {
  plots::Curves figure{.title = "p(θ|D) of logistic regression on 12 digits, and lines at 2 standard deviations",
                       .x_label = "θ_1, for every digit",
                       .y_label = "θ_2, for ink on the left"};
  std::vector<Matrix<double>> some;
  for (std::size_t t = 0; t < theta.draws.size() && some.size() * theta.draws[0].rows() < 1500; t += 50)
    some.push_back(theta.draws[t]);
  add_points(figure, "draws of HMC", some);
  add(figure, "Laplace", ellipse(theta.laplace.mode, theta.laplace.covariance));
  add(figure, "VI", ellipse(theta.vi.q.mean.row(0).transpose(), diagonal(theta.vi.q.log_sd)));
  plots::save(figure, output, "08_theta");
}

}  // namespace ch08
