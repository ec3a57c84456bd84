#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "chapters/10_elbo/exact_bounds.hpp"
#include "chapters/lesson/whole_file.hpp"
#include "models/statistics/random.hpp"
#include "plots/ellipse.hpp"
#include "plots/figure.hpp"

namespace ch10 {

namespace {

// From low to high in equal factors.
std::vector<double> log_spaced(double low, double high, int count) {
  std::vector<double> all;
  for (int i = 0; i < count; ++i) all.push_back(low * std::pow(high / low, i / (count - 1.0)));
  return all;
}

std::vector<double> of_each(const std::vector<double>& x, const std::function<double(double)>& f) {
  std::vector<double> y;
  for (const double one : x) y.push_back(f(one));
  return y;
}

constexpr const char* kBlue = "#0072b2";
constexpr const char* kOrange = "#e69f00";

struct Bar {
  std::string name;
  Normal q;
};

// A bar for each encoder, from the left edge to log p(x): blue up to the ELBO, orange the gap.
std::string bars(double x, const std::vector<Bar>& all) {
  constexpr double kLowest = -3.2, kLeft = 210, kScale = 300, kRow = 42, kTop = 56;
  const auto at = [&](double nats) { return kLeft + kScale * (nats - kLowest); };
  const double log_p = evidence(x), width = at(log_p) + 170, height = kTop + kRow * all.size() + 30;
  std::string svg = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0:.0f} {1:.0f}' width='{0:.0f}' height='{1:.0f}' "
      "font-family='DejaVu Sans, sans-serif' font-size='15'>\n"
      "<rect width='{0:.0f}' height='{1:.0f}' fill='#ffffff'/>\n"
      "<text x='{2:.1f}' y='24' text-anchor='middle'>log p(x) = {3:.4f}</text>\n",
      width, height, at(log_p), log_p);
  double y = kTop;
  for (const auto& [name, q] : all) {
    const double bound = elbo(x, q), gap = log_p - bound;
    svg += fmt::format(
        "<text x='{:.1f}' y='{:.1f}' text-anchor='end'>{}</text>\n"
        "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='26' fill='{}'/>\n"
        "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='26' fill='{}'/>\n"
        "<text x='{:.1f}' y='{:.1f}' fill='#ffffff'>ELBO {:.4f}</text>\n"
        "<text x='{:.1f}' y='{:.1f}'>gap {:.4f}</text>\n",
        kLeft - 12, y + 18, name, kLeft, y, at(bound) - kLeft, kBlue, at(bound), y, kScale * gap, kOrange, kLeft + 10,
        y + 18, bound, at(log_p) + 14, y + 18, gap);
    y += kRow;
  }
  return svg + fmt::format(
                   "<line x1='{0:.1f}' y1='34' x2='{0:.1f}' y2='{1:.1f}' stroke='#333333' stroke-width='2' "
                   "stroke-dasharray='5 4'/>\n</svg>\n",
                   at(log_p), y);
}

void plot_jensen(const plots::Output& output) {
  const std::vector<double> w = log_spaced(0.06, 0.7, 200), ends{0.1, 0.5}, mean{0.3};
  const std::vector<double> at_ends{std::log(0.1), std::log(0.5)}, mean_log{0.5 * (at_ends[0] + at_ends[1])},
      log_mean{std::log(0.3)};
  plots::Curves figure{.title = "Two codes with the weights 0.1 and 0.5, each with probability one half",
                       .x_label = "w = p(x, z) / q(z)",
                       .y_label = "log w (nats)"};
  figure.line("log w", w, of_each(w, [](double one) { return std::log(one); }));
  figure.line("between the two codes", ends, at_ends, plots::Style::line_points);
  const std::vector<double> middle{0.3, 0.3}, gap{mean_log[0], log_mean[0]};
  figure.line(fmt::format("the gap: {:.3f}", gap[1] - gap[0]), middle, gap, plots::Style::dashed);
  figure.line(fmt::format("log E w = {:.3f}: log p(x)", log_mean[0]), mean, log_mean, plots::Style::points);
  figure.line(fmt::format("E log w = {:.3f}: the ELBO", mean_log[0]), mean, mean_log, plots::Style::points);
  plots::save(figure, output, "10_jensen");
}

}  // namespace

void plot_gap(const plots::Output& output) {
  std::filesystem::create_directories(output.folder);
  lesson::write_whole((output.folder / "10_gap.svg").string(), bars(1, {{"q = N(½, ½), posterior", {0.5, 0.5}},
                                                                        {"q = N(½, 1)", {0.5, 1}},
                                                                        {"q = N(0, 1), the prior", {0, 1}},
                                                                        {"q = N(1, ½)", {1, 0.5}},
                                                                        {"q = N(½, 0.05)", {0.5, 0.05}}}));
  plot_jensen(output);
}

void plot_estimators(std::uint64_t seed, const plots::Output& output) {
  const Normal q{1, 0.25};
  const std::vector<double> omega = log_spaced(0.25, 32, 300), few = log_spaced(0.25, 32, 15);
  plots::Curves figure{.title = "Two estimators of d/dm E cos(ωz), z ~ N(1, ¼)",
                       .x_label = "ω, how fast the cosine is",
                       .y_label = "variance of the estimate from one draw",
                       .log_x = true,
                       .log_y = true};
  std::vector<double> path, score;
  for (const double one : few) {
    const Variances measured = measured_cosine_variances(one, q, 20'000, seed);
    path.push_back(measured.reparameterised);
    score.push_back(measured.score);
  }
  figure.line("reparameterised", omega,
              of_each(omega, [&](double w) { return cosine_variances(w, q).reparameterised; }));
  figure.line("score function", omega, of_each(omega, [&](double w) { return cosine_variances(w, q).score; }));
  figure.line("reparameterised, 20,000 draws", few, path, plots::Style::points);
  figure.line("score function, 20,000 draws", few, score, plots::Style::points);
  plots::save(figure, output, "10_estimators");
}

void plot_many_samples(const plots::Output& output) {
  std::vector<double> K;
  for (const double k : log_spaced(1, 1000, 25))
    if (K.empty() || std::round(k) > K.back()) K.push_back(std::round(k));
  plots::Curves figure{.title = "How K samples close the gap; the posterior is N(½, ½)",
                       .x_label = "K, samples",
                       .y_label = "log p(x) - E log (1/K) Σ w (nats)",
                       .log_x = true,
                       .log_y = true};
  for (const double s2 : {0.6, 1.0, 2.0, 4.0}) {
    const ExactBounds exact(1, {0.5, s2});
    figure.line(fmt::format("q = N(½, {:g})", s2), K, of_each(K, [&](double k) { return exact.gap(k); }),
                plots::Style::line_points);
  }
  figure.power_law("0.0774 / K, for q = N(½, 1)", 0.5 * (2 / std::sqrt(3.0) - 1), -1);
  plots::save(figure, output, "10_many_samples");

  const ExactBounds exact(1, {0.7, 1});
  plots::Curves signal{.title = "Signal-to-noise ratio of one gradient of the bound",
                       .x_label = "K, samples",
                       .y_label = "|mean| / standard deviation",
                       .log_x = true,
                       .log_y = true};
  const auto ratio = [&](Spread (ExactBounds::*of)(int) const) {
    return of_each(K, [&](double k) { return (exact.*of)(k).signal_to_noise(); });
  };
  signal.line("decoder", K, ratio(&ExactBounds::decoder), plots::Style::line_points);
  signal.line("encoder, doubly reparameterised", K, ratio(&ExactBounds::doubly_reparameterised),
              plots::Style::line_points);
  signal.line("encoder", K, ratio(&ExactBounds::encoder), plots::Style::line_points);
  plots::save(signal, output, "10_signal");
}

void plot_mean_field(std::uint64_t seed, const plots::Output& output) {
  // posterior N(0, Σ) with variances 1 and correlation 0.9: Λ_ii = 1 / (1 - 0.81)
  constexpr double rho = 0.9;
  const double of_diagonal = 1 - rho * rho, across = std::sqrt(of_diagonal);  // 1/Λ_ii
  std::vector<double> x(200), y(200);
  models::Random(seed, models::Purpose::sampling).fill_normal(std::span(x));
  models::Random(seed, models::Purpose::sampling, 1).fill_normal(std::span(y));
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = rho * x[i] + across * y[i];
  const plots::Line posterior = plots::ellipse({.covariance = rho}, 2);
  const plots::Line diagonal = plots::ellipse({.variance_x = of_diagonal, .variance_y = of_diagonal}, 2);
  plots::Scatter figure{.title = "A posterior with correlation 0.9",
                        .x_label = "z_1",
                        .y_label = "z_2",
                        .class_names = {"draws of the posterior"},
                        .same_scale = true,
                        .x_range = plots::Range{-3, 3},
                        .y_range = plots::Range{-3, 3}};
  figure.points(x, y);
  figure.curve("posterior, 2 σ", posterior.x, posterior.y);
  figure.curve("best diagonal q, 2 σ", diagonal.x, diagonal.y);
  plots::save(figure, output, "10_mean_field");
}

void plot_linear(const Spectrum& spectrum, const LinearRuns& runs, const plots::Output& output) {
  std::vector<double> lambda(spectrum.eigenvalues.begin(), spectrum.eigenvalues.begin() + 40);
  plots::Curves water{.title = "The eigenvalues of the digits, and three levels βσ²",
                      .x_label = "j",
                      .y_label = "λ_j, variance along component j",
                      .log_y = true};
  water.line("λ_j", plots::one_to(lambda.size()), lambda, plots::Style::points);
  for (const double level : {0.5, 0.12, 0.03})
    water.horizontal(fmt::format("level {:g}: {} above", level, eigenvalues_above(spectrum, level)), level);
  plots::save(water, output, "10_water");

  const std::vector<double> levels = log_spaced(0.02, 1, 600);
  std::vector<double> at, active;
  for (const LinearOptimum& optimum : runs.collapse) {
    at.push_back(optimum.settings.beta * optimum.settings.noise_variance);
    active.push_back(optimum.active());
  }
  plots::Curves stairs{
      .title = "Units collapse one after the other", .x_label = "level βσ²", .y_label = "active units", .log_x = true};
  stairs.line("eigenvalues above the level", levels,
              of_each(levels, [&](double level) { return eigenvalues_above(spectrum, level); }));
  stairs.line("trained linear VAEs: units with KL > 0.01", at, active, plots::Style::points);
  plots::save(stairs, output, "10_staircase");

  std::vector<double> rate, distortion;
  for (const LinearOptimum& optimum : runs.rate_distortion) {
    rate.push_back(optimum.rate);
    distortion.push_back(optimum.distortion);
  }
  plots::Curves curve{.title = "Rate and distortion of linear VAEs, σ² = 0.05, and the best that is possible",
                      .x_label = "distortion E |x - zW - b|²",
                      .y_label = "rate E KL(q | p(z)) (nats)"};
  curve.line("reverse water-filling", of_each(levels, [&](double l) { return best_distortion(spectrum, l); }),
             of_each(levels, [&](double l) { return best_rate(spectrum, l); }));
  curve.line("trained, a point for each β", distortion, rate, plots::Style::points);
  plots::save(curve, output, "10_rate_distortion");
}

}  // namespace ch10
