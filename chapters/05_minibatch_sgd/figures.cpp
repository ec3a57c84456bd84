#include "chapters/05_minibatch_sgd/chapter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "chapters/lesson/numbers.hpp"
#include "models/statistics/enumerate.hpp"
#include "plots/figure.hpp"

namespace ch05 {
namespace {

std::vector<double> sorted(const Vector& values) {
  std::vector<double> all(values.begin(), values.end());
  std::ranges::sort(all);
  return all;
}

double standard_deviation(const Vector& values) { return std::sqrt((values.array() - values.mean()).square().mean()); }

}  // namespace

void plot_minibatches(const Example& example, const plots::Output& output) {
  const int N = example.N(), M = example.M;
  const Model model = normal_with_mean(example.x, 0, right().total);
  const Batches subsets = models::subsets(N, M);
  const Vector sums = outcomes(subsets, gradient_estimate(model, one)).col(0), scaled = n_over_m(N, M) * sums;
  const auto number = plots::one_to(subsets.size());

  plots::Curves figure{.title = fmt::format("Every minibatch of {} of the {} points", M, N),
                       .x_label = "minibatch, by its gradient",
                       .y_label = "gradient estimate",
                       .x_range = plots::Range{0.5, subsets.size() + 0.5},
                       .y_range = plots::Range{0, 1.08 * scaled.maxCoeff()}};
  figure.line("(N/M) Σ ∇log p(x)", number, sorted(scaled), plots::Style::points);
  figure.line("Σ ∇log p(x)", number, sorted(sums), plots::Style::points);
  figure.horizontal(fmt::format("∇log p(D) = {:g}, the mean with N/M", scaled.mean()), scaled.mean());
  figure.horizontal(fmt::format("{:g}, the mean without", sums.mean()), sums.mean());
  plots::save(figure, output, "05_minibatches");
}

void plot_errors(const Example& example, std::uint64_t seed, const plots::Output& output) {
  const int N = example.N(), M = example.M;
  const Model model = normal_with_mean(example.x, 0, right().total);
  const double full = model.log_likelihood().gradient[0];
  const std::vector<int> R{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10'000};
  const std::vector<double> x(R.begin(), R.end());
  plots::Curves figure{.title = "Error of the mean of R minibatch gradients",
                       .x_label = "R, minibatches in the mean",
                       .y_label = "root mean squared error, 400 repeats",
                       .log_x = true,
                       .log_y = true};
  const auto add = [&](const char* label, const Batches& batches, Factor c, bool guide) {
    const Vector all = outcomes(batches, gradient_estimate(model, c)).col(0);
    std::vector<double> errors;
    for (const models::Estimate& e : squared_errors(all, full, R, 400, seed)) errors.push_back(std::sqrt(e.mean));
    figure.line(label, x, errors, plots::Style::line_points);
    const double sigma = standard_deviation(all);
    if (guide) figure.power_law(fmt::format("{:.2f} / √R", sigma), sigma, -0.5);
  };
  add("with replacement", models::tuples(N, M), n_over_m, true);
  add("without replacement", models::subsets(N, M), n_over_m, true);
  add("without replacement, N/M forgotten", models::subsets(N, M), one, false);
  plots::save(figure, output, "05_error");
}

void plot_z_scores(const ZScores& z, const plots::Output& output) {
  plots::Histogram figure{
      .title = fmt::format("Softmax regression: z of {} parameters' mean gradients", z.uniform.size()),
      .x_label = "z = (mean over minibatches - full gradient) / standard error",
      .bins = 60,
      .range = plots::Range{-12, 12}};
  figure.sample("every class equally likely: biased", z.balanced);
  figure.sample("every image equally likely", z.uniform);
  std::vector<double> x, density;
  for (double at = -12; at <= 12; at += 0.05) {
    x.push_back(at);
    density.push_back(std::exp(-0.5 * at * at) / std::sqrt(2 * std::numbers::pi));
  }
  figure.curve("N(0, 1)", x, density);
  plots::save(figure, output, "05_z_scores");
}

namespace {

// The loss gap after t = first, first + 1, ... steps.
void add_curve(plots::Curves& figure, const std::string& label, const SgdSettings& settings, int first,
               std::uint64_t seed) {
  const std::vector<models::Estimate> gaps = simulate(settings, seed);
  std::vector<double> x, y;
  for (int t = first; t <= settings.steps; ++t) x.push_back(t), y.push_back(gaps[t].mean);
  figure.line(label, x, y);
}

SgdSettings constant_step(SgdSettings settings, double a) {
  settings.step = [a](int) { return a; };
  return settings;
}

}  // namespace

void plot_convergence(const SgdSettings& settings, std::uint64_t seed, const plots::Output& output) {
  const Ingredients use = right();
  const auto floor = [&](const SgdSettings& s, double a) {
    return 0.5 * s.h * use.floor(a, s.h, gradient_variance(s));
  };
  plots::Curves sizes{.title = "SGD with step a = 0.1",
                      .x_label = "step",
                      .y_label = "E[ L(θ) ] - min L (nats a point)",
                      .log_y = true,
                      .y_range = plots::Range{1e-3, 20}};
  for (const int M : {1, 2, 4, 5}) {
    SgdSettings s = constant_step(settings, 0.1);
    s.M = M, s.steps = 100;
    add_curve(sizes, M == 5 ? "M = 5 = N" : fmt::format("M = {}", M), s, 0, seed);
    if (M < 5) sizes.horizontal(fmt::format("floor of M = {}: {:.3f}", M, floor(s, 0.1)), floor(s, 0.1));
  }
  plots::save(sizes, output, "05_batch_sizes");

  plots::Curves steps{.title = "SGD with minibatches of M = 1",
                      .x_label = "step",
                      .y_label = "E[ L(θ) ] - min L (nats a point)",
                      .log_x = true,
                      .log_y = true};
  for (const double a : {0.5, 0.1, 0.02}) {
    SgdSettings s = constant_step(settings, a);
    s.steps = 1000;
    add_curve(steps, fmt::format("a = {}", a), s, 1, seed);
    steps.horizontal(fmt::format("floor of a = {}: {:.3f}", a, floor(s, a)), floor(s, a));
  }
  SgdSettings s = settings;
  s.steps = 1000, s.step = [&](int t) { return use.decreasing(s.h, t); };
  add_curve(steps, "a = 1/t", s, 1, seed);
  steps.power_law("v / 2t", gradient_variance(s) / (2 * s.h), -1);
  plots::save(steps, output, "05_step_sizes");
}

void plot_training(const models::Dataset& images, std::uint64_t seed, const plots::Output& output) {
  plots::Curves figure{.title = fmt::format("SGD on softmax regression, {} images", lesson::thousands(images.count())),
                       .x_label = "epoch",
                       .y_label = "-(1/N) log p(D), nats an image",
                       .log_y = true};
  const auto add = [&](const std::string& label, const TrainingSettings& settings, plots::Style style) {
    const std::vector<double> losses = training_losses(images, settings, seed);
    std::vector<double> epoch(losses.size());
    std::iota(epoch.begin(), epoch.end(), 0.0);
    figure.line(label, epoch, losses, style);
  };
  for (const int M : {1, 10, 100, 1000}) add(fmt::format("M = {}, a = 0.1", M), {.M = M}, plots::Style::line);
  add("M = 1, a falling to 0", {.M = 1, .decreasing = true}, plots::Style::dashed);
  plots::save(figure, output, "05_training");
}

}  // namespace ch05
