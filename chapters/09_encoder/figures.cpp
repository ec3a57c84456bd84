#include "plots/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "chapters/09_encoder/chapter.hpp"
#include "chapters/09_encoder/contours.hpp"
#include "models/statistics/normal.hpp"

namespace ch09 {
namespace {

std::vector<double> even(double low, double high, int n) {
  const Vector x = Vector::LinSpaced(n, low, high);
  return {x.begin(), x.end()};
}

void append(Line& line, const Line& more) {
  line.x.insert(line.x.end(), more.x.begin(), more.x.end());
  line.y.insert(line.y.end(), more.y.begin(), more.y.end());
  line.x.push_back(std::numeric_limits<double>::quiet_NaN());
  line.y.push_back(std::numeric_limits<double>::quiet_NaN());
}

// The images whose posteriors lie farthest apart: the first, then always the one whose nearest chosen one is farthest.
std::vector<Index> far_apart(const Matrix<double>& means, std::size_t n) {
  std::vector<Index> chosen{0};
  while (chosen.size() < n) {
    Vector nearest = Vector::Constant(means.rows(), std::numeric_limits<double>::infinity());
    for (const Index c : chosen)
      nearest = nearest.min((means.rowwise() - means.row(c)).rowwise().squaredNorm().array());
    Index next = 0;
    nearest.maxCoeff(&next);
    chosen.push_back(next);
  }
  return chosen;
}

}  // namespace

void plot_line(const plots::Output& output) {
  const LinearGaussian model = one_number();
  const std::vector<double> x = even(-4, 4, 41);
  const Matrix<double> seen = Eigen::Map<const Matrix<double>>(x.data(), 41, 1);
  const Vector weights = Vector::Constant(41, 1.0 / 41);
  const auto half = even(-2, 2, 41);
  plots::Curves figure{.title = "z ~ N(0,1), x | z ~ N(z,1): the posterior, and encoders in training",
                       .x_label = "x, which is seen",
                       .y_label = "z: mean, and one standard deviation to either side",
                       .x_range = plots::Range{-4, 4},
                       .y_range = plots::Range{-3, 3}};
  figure.band("p(z|x) = N(x/2, 1/2)", x, half, std::vector<double>(41, std::sqrt(0.5)));
  for (const int steps : {3, 10, 2000}) {
    const AffineEncoder phi = fit_encoder(expected_log_joint(model, seen), seen, weights, 1, steps);
    const DiagonalNormals q = phi(seen);
    const std::vector<double> mean(q.mean.data(), q.mean.data() + 41);
    const double sd = std::exp(phi.log_sd[0]);
    figure.line(fmt::format("encoder after {} steps: {:.2f} x, variance {:.2f}", steps, phi.A(0, 0), sd * sd), x, mean,
                plots::Style::dashed);
  }
  plots::save(figure, output, "09_line");
}

void plot_posteriors(const Study& s, const plots::Output& output) {
  Line exact, encoder, local;
  for (const Index i : far_apart(s.encoder.mean, 4)) {
    const Vector density = s.posterior.log_posterior.row(i).transpose().array().exp();
    for (const double mass : {0.5, 0.9}) {
      append(exact, contour(density, s.posterior.grid, level(density, mass)));
      append(encoder, ellipse(s.encoder, i, mass));
      append(local, ellipse(s.local, i, mass));
    }
  }
  plots::Curves figure{.title = "Four test digits: the curves that hold half and nine tenths of each density",
                       .x_label = "z₁",
                       .y_label = "z₂",
                       .x_range = plots::Range{-4.5, 4.5},
                       .y_range = plots::Range{-2.5, 3}};
  figure.line("p(z|x), on the grid", exact.x, exact.y);
  figure.line("q(z|x) of the encoder", encoder.x, encoder.y, plots::Style::dashed);
  figure.line("the best diagonal normal for each x", local.x, local.y);
  plots::save(figure, output, "09_posteriors");
}

void plot_gaps(const Study& s, const plots::Output& output) {
  const Vector total = s.log_evidence - s.elbo_encoder, approximation = s.log_evidence - s.elbo_local;
  std::vector<Index> order(total.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](Index a, Index b) { return total[a] < total[b]; });
  std::vector<double> both, family;
  for (const Index i : order) both.push_back(total[i]), family.push_back(approximation[i]);
  plots::Curves figure{.title = "How far below log p(x) each bound is",
                       .x_label = "test digit, by the encoder's gap",
                       .y_label = "log p(x) - ELBO (nats)",
                       .y_range = plots::Range{0, 1.05 * both.back()}};
  figure.line("encoder: amortisation and approximation gap", plots::one_to(both.size()), both, plots::Style::points);
  figure.line("best diagonal normal for each x: approximation gap", plots::one_to(both.size()), family,
              plots::Style::points);
  plots::save(figure, output, "09_gaps");
}

void plot_steps(const Study& s, const StudySettings& settings, const plots::Output& output) {
  const std::vector<int> steps{1, 2, 5, 10, 20, 50, 100};
  const std::vector<double> x(steps.begin(), steps.end());
  std::vector<double> short_of;
  for (const double elbo : elbo_by_steps(s, settings, steps)) short_of.push_back(s.log_evidence.mean() - elbo);
  plots::Curves figure{.title = "Optimising each q from N(0, I), beside one pass of the encoder",
                       .x_label = "steps of optimisation for each digit",
                       .y_label = "log p(x) - ELBO, mean (nats)",
                       .log_x = true,
                       .log_y = true};
  figure.line("optimisation of each q", x, short_of, plots::Style::line_points);
  figure.horizontal("encoder, no step", (s.log_evidence - s.elbo_encoder).mean());
  figure.horizontal("the best diagonal normals", (s.log_evidence - s.elbo_local).mean());
  plots::save(figure, output, "09_steps");
}

void plot_partial(const plots::Output& output) {
  const double x1 = 2;
  const std::vector<double> z = even(-2.5, 4.5, 281);
  const auto density = [&](double mean, double variance) {
    std::vector<double> p;
    for (const double at : z) p.push_back(std::exp(models::normal_log_density(at, mean, variance)));
    return p;
  };
  plots::Curves figure{.title = "x₁ = 2 is seen, x₂ is not: which normal stands for the posteriors?",
                       .x_label = "z",
                       .y_label = "density",
                       .x_range = plots::Range{-2.5, 4.5},
                       .y_range = plots::Range{0, 0.8}};
  // x₂ | x₁ ~ N(1, 3/2), 1.28 standard deviations to either side of its mean: one in ten is farther
  for (const double off : {-1.2816, 1.2816}) {
    const double x2 = x1 / 2 + off * std::sqrt(1.5);
    figure.line(fmt::format("p(z | x₁, x₂ = {:.2f})", x2), z, density((x1 + x2) / 3, 1.0 / 3), plots::Style::dashed);
  }
  figure.line("p(z | x₁) = N(1, 1/2)", z, density(1, 0.5));
  figure.line("the best q(z | x₁) = N(1, 1/3)", z, density(1, 1.0 / 3), plots::Style::line);
  plots::save(figure, output, "09_partial");
}

void plot_probe(const ProbeErrors& errors, const plots::Output& output) {
  const std::vector<double> x(errors.labels.begin(), errors.labels.end());
  plots::Curves figure{.title = "A linear classifier on the code, and on the pixels",
                       .x_label = "labelled images",
                       .y_label = "share of test digits wrong",
                       .log_x = true,
                       .log_y = true};
  const auto add = [&](const char* label, const Matrix<double>& wrong) {
    std::vector<double> mean, se;
    for (Index i = 0; i < wrong.rows(); ++i) {
      const models::Estimate e = models::estimate_of(wrong.row(i));
      mean.push_back(e.mean), se.push_back(e.se);
    }
    figure.band(label, x, mean, se);
  };
  add("the VAE's code, 10 numbers", errors.code);
  add("64 pixels", errors.pixels);
  add("10 principal components", errors.pca);
  add("the code of an untrained encoder", errors.untrained);
  plots::save(figure, output, "09_probe");
}

}  // namespace ch09
