#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "chapters/06_latent_variables/chapter.hpp"
#include "chapters/lesson/numbers.hpp"
#include "models/data/binarise.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "models/student_t.hpp"
#include "plots/ellipse.hpp"
#include "plots/figure.hpp"

namespace ch06 {
namespace {

std::vector<double> grid(double low, double high, int intervals) {
  std::vector<double> x(intervals + 1);
  for (int i = 0; i <= intervals; ++i) x[i] = low + (high - low) * i / intervals;
  return x;
}

template <class F>
std::vector<double> values(const std::vector<double>& x, F f) {
  std::vector<double> y;
  for (const double one : x) y.push_back(f(one));
  return y;
}

std::vector<double> column_of(const Matrix<double>& x, Index j) { return {x.col(j).begin(), x.col(j).end()}; }

}  // namespace

void plot_three(const plots::Output& output) {
  const NormalComponents mixture = three();
  const std::vector<double> x = grid(-6, 6, 400);
  const Matrix<double> log_joint = mixture.log_joint(column(x));
  const Matrix<double> joint = log_joint.array().exp(), r = models::log_posterior(log_joint).array().exp();
  plots::Curves density{.title = "Three components, and their sum", .x_label = "x", .y_label = "density"};
  plots::Curves posterior{.title = "Which component was it?", .x_label = "x", .y_label = "p(z = k | x)"};
  for (Index k = 0; k < 3; ++k) {
    density.line(fmt::format("p(x, z = {})", k + 1), x, column_of(joint, k));
    posterior.line(fmt::format("k = {}", k + 1), x, column_of(r, k));
  }
  const std::vector<double> sum = column_of(joint.rowwise().sum(), 0);
  density.line("p(x), the sum", x, sum, plots::Style::dashed);
  plots::save(density, output, "06_three");
  plots::save(posterior, output, "06_posterior");
}

void plot_nodes(const plots::Output& output) {
  const std::vector<double> x = grid(-3, 3, 1200);
  plots::Curves figure{.title = "A mixture of 40 normals at Gauss's nodes, for the infinite one",
                       .x_label = "x",
                       .y_label = "density",
                       .y_range = plots::Range{0, 0.8}};
  for (const double sigma : {1.0, 0.3, 0.1})
    figure.line(fmt::format("σ = {}, 40 nodes", sigma), x,
                values(x, [&](double at) { return by_nodes(at, sigma * sigma, 40, right()); }));
  figure.line("σ = 0.1, exact", x,
              values(x, [](double at) { return std::exp(models::normal_log_density(at, 0, 1.01)); }),
              plots::Style::dashed);
  plots::save(figure, output, "06_nodes");
}

void plot_student_t(std::uint64_t seed, const plots::Output& output) {
  const std::vector<double> x = grid(-20, 20, 400);
  plots::Curves figure{.title = "Student's t, ν = 3, and mixtures of as many normals as precisions were drawn",
                       .x_label = "x",
                       .y_label = "density",
                       .log_y = true,
                       .y_range = plots::Range{1e-10, 1}};
  figure.line("t, a normal for every precision there is", x,
              values(x, [](double at) { return std::exp(models::student_t_log_density(at, 0, 1, 3)); }));
  const models::Random random(seed, models::Purpose::sampling, 20);
  for (const int K : {1000, 100, 10, 1}) {
    figure.line(K == 1 ? "1 normal" : lesson::thousands(K) + " normals", x,
                values(x,
                       [&](double at) {
                         double sum = 0;
                         for (int k = 0; k < K; ++k)
                           sum +=
                               std::exp(models::normal_log_density(at, 0, 1 / models::sample_precision(3, random, k)));
                         return sum / K;
                       }),
                plots::Style::dashed);
  }
  plots::save(figure, output, "06_student_t");
}

namespace {

// The ellipse that holds 90 % of component k, in two of its dimensions.
void add_ellipse(plots::Scatter& figure, const std::string& label, const NormalComponents& mixture, Index k, Index a,
                 Index b) {
  const Matrix<double> C = mixture.L[k] * mixture.L[k].transpose();
  const plots::Line line =
      plots::ellipse({mixture.mu(k, a), mixture.mu(k, b), C(a, a), C(b, b), C(a, b)}, plots::radius_of(0.9));
  figure.curve(label, line.x, line.y);
}

void add_ellipses(plots::Scatter& figure, const NormalComponents& mixture, Index a, Index b) {
  for (Index k = 0; k < mixture.mu.rows(); ++k)
    add_ellipse(figure, fmt::format("z = {}, π = {:.2f}", k + 1, std::exp(mixture.log_prior[k])), mixture, k, a, b);
}

void plot_flowers(const Fitted& iris, const Run& run, const std::string& name, const plots::Output& output) {
  plots::Scatter figure{.title = fmt::format("Iris, log p(D) = {:.2f}: two of four dimensions", run.reported),
                        .x_label = "sepal width (cm)",
                        .y_label = "petal length (cm)",
                        .class_names = {"setosa", "versicolor", "virginica"},
                        .x_range = plots::Range{1.8, 4.6},
                        .y_range = plots::Range{0.5, 7.5}};
  figure.points(column_of(iris.table.x, 1), column_of(iris.table.x, 2), iris.table.labels);
  add_ellipses(figure, run.end(), 1, 2);
  plots::save(figure, output, name);
}

}  // namespace

void plot_ellipses(const Fitted& faithful, const Fitted& iris, const plots::Output& output) {
  const auto geyser = [&](const NormalComponents& mixture, const std::string& what, const std::string& name) {
    plots::Scatter figure{.title = "Old Faithful, " + what,
                          .x_label = "eruption (minutes)",
                          .y_label = "waiting for the next (minutes)",
                          .class_names = {"eruptions"},
                          .x_range = plots::Range{1, 6},
                          .y_range = plots::Range{35, 105}};
    figure.points(column_of(faithful.table.x, 0), column_of(faithful.table.x, 1));
    add_ellipses(figure, mixture, 0, 1);
    plots::save(figure, output, name);
  };
  const Run& best = faithful.ends.runs[0];
  geyser(best.path[0], "the start", "06_faithful_start");
  geyser(best.end(), fmt::format("after {} steps: log p(D) = {:.3f}", best.steps(), best.reported), "06_faithful");
  plot_flowers(iris, iris.ends.runs.front(), "06_iris", output);
  const auto& runs = iris.ends.runs;
  plot_flowers(iris, runs[runs.size() / 2], "06_iris_typical", output);
}

void plot_climb(const Fitted& faithful, const Fitted& iris, const plots::Output& output) {
  plots::Curves figure{.title = "What is missing to the optimum",
                       .x_label = "step",
                       .y_label = "log p(D) at the optimum - log p(D), nats",
                       .log_y = true,
                       .x_range = plots::Range{0, 120},
                       .y_range = plots::Range{1e-6, 10}};
  for (const Fitted* fitted : {&faithful, &iris}) {
    const double best = std::max(fitted->em.watched.back(), fitted->ascent.back());
    const auto add = [&](const std::string& label, std::span<const double> log_p, plots::Style style) {
      std::vector<double> x, y;
      for (std::size_t t = 0; t < log_p.size() && t <= 120; ++t)
        if (best - log_p[t] > 1e-9) x.push_back(t), y.push_back(best - log_p[t]);
      figure.line(label, x, y, style);
    };
    add(fitted->table.name + ", EM", std::span(fitted->em.watched).subspan(fitted->from), plots::Style::line);
    add(fitted->table.name + ", gradient ascent", fitted->ascent, plots::Style::dashed);
  }
  plots::save(figure, output, "06_climb");
}

void plot_bound(const plots::Output& output) {
  // ½ N(0, 1) + ½ N(μ, 1) for a handful of points; only μ is learned
  const Matrix<double> x = column({-1.2, -0.3, 0.4, 1.9, 2.8, 3.1, 4.2});
  const auto log_joint = [&](double mu) { return components({0.5, 0.5}, {0, mu}, {1, 1}).log_joint(x); };
  const auto log_p = [&](double mu) { return models::log_evidence(log_joint(mu)).sum(); };
  const std::vector<double> mu = grid(-2, 6, 200);
  plots::Curves figure{.title = "Two steps of EM: the bound touches log p(D), its top is the next μ",
                       .x_label = "μ",
                       .y_label = "nats",
                       .y_range = plots::Range{-32, -12}};
  figure.line("log p(D)", mu, values(mu, log_p));
  double at = -1;
  std::vector<double> touches{at}, heights{log_p(at)};
  for (int step = 0; step < 2; ++step) {
    const Matrix<double> r = models::log_posterior(log_joint(at)).array().exp();
    figure.line(fmt::format("F(r, μ), r = p(z|x) at μ = {:.2f}", at), mu,
                values(mu, [&](double mu) { return lower_bound(log_joint(mu), r); }), plots::Style::dashed);
    at = r.col(1).dot(x.col(0)) / r.col(1).sum();
    touches.push_back(at), heights.push_back(log_p(at));
  }
  figure.line("EM", touches, heights, plots::Style::points);
  plots::save(figure, output, "06_bound");
}

void plot_rate(const plots::Output& output) {
  plots::Curves figure{.title = "EM on ½ N(-Δ/2, 1) + ½ N(Δ/2, 1), endless data",
                       .x_label = "step",
                       .y_label = "|μ - Δ/2|",
                       .log_y = true,
                       .x_range = plots::Range{0, 40},
                       .y_range = plots::Range{1e-8, 1}};
  for (const int delta : {1, 2, 3, 4}) {
    const double m = 0.5 * delta;
    const std::vector<double> errors = em_errors(2 * m, m, 1e-8);
    std::vector<double> step;
    for (std::size_t t = 0; t < errors.size(); ++t) step.push_back(t);
    const double rate = mean_under_two(m, [m](double x) { return right().rate(x, m); });
    figure.line(fmt::format("Δ = {}: a step leaves {:.4f}", delta, rate), step, errors, plots::Style::line_points);
  }
  plots::save(figure, output, "06_rate");
}

void plot_unbounded(const plots::Output& output) {
  std::vector<double> sigma, log_p;
  for (double power = 0.5; power >= -6; power -= 0.05) {
    sigma.push_back(std::pow(10, power));
    log_p.push_back(on_one_point(sigma.back()));
  }
  plots::Curves figure{.title = "½ N(10, σ²) + ½ N(2.5, 1.25) for the points 1, 2, 3, 4, 10",
                       .x_label = "σ",
                       .y_label = "log p(D), nats",
                       .log_x = true};
  figure.line("log p(D)", sigma, log_p);
  plots::save(figure, output, "06_unbounded");
}

void plot_plane(const models::Dataset& digits, std::uint64_t seed, const plots::Output& output) {
  const Matrix<double> x = in_the_plane(digits);
  Table table{"digits", x, {digits.labels.begin(), digits.labels.end()}, 10, Covariance::own, 0, 0, 0};
  const Ends ends = many_starts(table, 5, seed, right(), 1e-4);  // nats: no picture shows that
  if (ends.runs.empty()) return;
  plots::Scatter figure{.title = "The 8×8 digits in two principal components, and ten normals",
                        .x_label = "first component",
                        .y_label = "second component",
                        .class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                        .same_scale = true};
  figure.points(column_of(x, 0), column_of(x, 1), table.labels);
  for (Index k = 0; k < 10; ++k) add_ellipse(figure, "", ends.runs[0].end(), k, 0, 1);
  plots::save(figure, output, "06_plane");
}

void plot_bernoulli(const std::vector<TrainedMixture>& trained, const models::Dataset& images, std::uint64_t seed,
                    const plots::Output& output) {
  const auto grid_of = [&](const std::string& title) {
    return plots::ImageGrid{.title = title,
                            .image_height = std::size_t(images.height),
                            .image_width = std::size_t(images.width),
                            .ink_on_paper = true};
  };
  const auto add = [](plots::ImageGrid& figure, const Matrix<float>& rows, Index count) {
    for (Index i = 0; i < count; ++i) figure.image(std::span<const float>(rows.row(i).data(), rows.cols()));
  };
  const int larger = trained.back().mixture.log_prior.size();
  plots::ImageGrid means = grid_of(fmt::format("The components: all of 10 (above), 30 of {} (below)", larger));
  add(means, trained.front().mixture.means(), 10);
  add(means, trained.back().mixture.means(), std::min(30, larger));
  plots::save(means, output, "06_means");

  Matrix<float> x(20, images.dimensions());
  plots::ImageGrid draws = grid_of(fmt::format("Draws from the mixtures of 10 (above) and of {} (below)", larger));
  for (const TrainedMixture* one : {&trained.front(), &trained.back()}) {
    one->mixture.sample(x, models::Random(seed, models::Purpose::sampling, 40));
    add(draws, x, 20);
  }
  plots::save(draws, output, "06_draws");
}

}  // namespace ch06
