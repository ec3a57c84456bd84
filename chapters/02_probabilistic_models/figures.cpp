#include <fmt/format.h>

#include <cmath>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/statistics/continuous_bernoulli.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "plots/figure.hpp"

namespace ch02 {
namespace {

Numbers map(const Numbers& x, const std::function<double(double)>& f) {
  Numbers y;
  for (const double one : x) y.push_back(f(one));
  return y;
}

Numbers density(const Numbers& x, const Mixture& p) {
  return map(x, [&](double x) { return std::exp(p.log_density(x)); });
}

Numbers numbers(const Eigen::Ref<const Eigen::VectorXd>& values) { return {values.begin(), values.end()}; }

// Where the data end.
void mark_data(plots::Curves& figure) {
  figure.vertical("the data begin", -kEdge);
  figure.vertical("the data end", kEdge);
}

}  // namespace

void plot_densities(std::uint64_t seed, const plots::Output& output) {
  plots::Curves figure{
      .title = "Three normal densities: the area under each is 1", .x_label = "x", .y_label = "p(x), per unit of x"};
  const Numbers x = steps_between(-3, 3, 1201);
  for (const double sd : {1.0, 0.3, 0.1}) figure.line(fmt::format("N(0, {}²)", sd), x, density(x, normal(0, sd)));
  figure.horizontal("1", 1);
  plots::save(figure, output, "02_densities");

  plots::Histogram draws{
      .title = "10,000 draws from a mixture of two normals", .x_label = "x", .bins = 60, .range = plots::Range{-5, 5}};
  draws.sample("draws", draw(kTruth, 10'000, seed, right()));
  const Numbers wide = steps_between(-5, 5, 401);
  draws.curve("the density they are drawn from", wide, density(wide, kTruth));
  plots::save(draws, output, "02_draws");
}

void plot_states(const StateFit& mean, int M, const plots::Output& output) {
  const auto after_first = [](const Numbers& y) { return Numbers(y.begin() + 1, y.end()); };
  plots::Curves figure{.title = "SGD on draws from p*, eight states, mean of 20 runs",
                       .x_label = "step, of 100 draws each",
                       .y_label = "distance of the model from p*",
                       .log_x = true,
                       .log_y = true};
  figure.line("total variation", after_first(mean.step), after_first(mean.distance), plots::Style::line_points);
  figure.line("KL(p* ‖ model), nats", after_first(mean.step), after_first(mean.forward), plots::Style::line_points);
  figure.power_law("7/2N, for the N draws so far, counted", 7 / (2.0 * M), -1);
  plots::save(figure, output, "02_states");
}

void plot_fits(std::uint64_t seed, const plots::Output& output) {
  const Numbers data = draw(kTruth, 2000, seed + 1, right()), x = steps_between(-5, 5, 401);
  const DensityFit one = fit_density(data, 1, 500), two = fit_density(data, 2, 500);
  plots::Histogram densities{.title = "2,000 draws, and the likeliest models of two families",
                             .x_label = "x",
                             .bins = 50,
                             .range = plots::Range{-5, 5}};
  densities.sample("draws", data);
  densities.curve("p*", x, density(x, kTruth));
  densities.curve("one normal", x, density(x, one.model));
  densities.curve("a mixture of two", x, density(x, two.model));
  plots::save(densities, output, "02_fits");

  plots::Curves curves{.title = "What is left of KL(p* ‖ model) during the fit",
                       .x_label = "step of Adam",
                       .y_label = "KL(p* ‖ model), nats",
                       .log_y = true};
  curves.line("one normal", one.step, one.divergence);
  curves.line("a mixture of two", two.step, two.divergence);
  const double H = entropy([](double x) { return kTruth.log_density(x); });
  const double least = models::normal_entropy(kTruth.variance()) - H;
  curves.horizontal(fmt::format("{:.4f}, the least of any normal", least), least);
  plots::save(curves, output, "02_fits_kl");
}

void plot_direction(const plots::Output& output) {
  const Numbers x = steps_between(-7, 7, 701);
  const Normal narrow = best_for_backward(kTwoPeaks, 1);
  plots::Curves densities{.title = "One normal q for two peaks", .x_label = "x", .y_label = "density"};
  densities.line("p", x, density(x, kTwoPeaks));
  densities.line("least KL(p ‖ q)", x, density(x, normal(kTwoPeaks.expectation(), std::sqrt(kTwoPeaks.variance()))));
  densities.line("least KL(q ‖ p)", x, density(x, normal(narrow.mean, std::sqrt(narrow.variance))),
                 plots::Style::dashed);
  plots::save(densities, output, "02_direction");

  const Numbers mean = steps_between(-4, 4, 81);
  plots::Curves curves{.title = "The least divergence of a normal q with a given mean",
                       .x_label = "mean of q",
                       .y_label = "nats, with the best variance for this mean",
                       .y_range = plots::Range{0, 3}};
  curves.line("KL(p ‖ q)", mean, map(mean, [](double mean) { return least_forward(kTwoPeaks, mean); }));
  curves.line("KL(q ‖ p)", mean, map(mean, [](double mean) { return least_backward(kTwoPeaks, mean); }),
              plots::Style::dashed);
  curves.horizontal("log 2", std::log(2));
  plots::save(curves, output, "02_direction_kl");
}

namespace {

void plot_classifier(const Classifier& classifier, const plots::Output& output) {
  const Numbers x = steps_between(-kBeyond, kBeyond, 601);
  const Matrix<double> p = classifier.probabilities(x);
  plots::Curves figure{.title = "p(y|x) of two of the three classes",
                       .x_label = "x",
                       .y_label = "probability of the class",
                       .y_range = plots::Range{0, 1}};
  for (int k = 0; k < 2; ++k) {  // the third class is the rest
    figure.line(fmt::format("class {}, the network", k), x, numbers(p.col(k)));
    figure.line(fmt::format("class {}, the truth", k), x, map(x, [&](double x) { return true_classes(x)[k]; }),
                plots::Style::dashed);
  }
  mark_data(figure);
  plots::save(figure, output, "02_classifier");
}

void plot_regression(const std::string& title, const Regression& regression, std::uint64_t seed,
                     const plots::Output& output, const std::string& name) {
  const Numbers x = steps_between(-kBeyond, kBeyond, 601);
  const Matrix<double> outputs = regression.outputs(x);
  const Numbers mu = numbers(outputs.col(0));
  const Numbers half = map(numbers(outputs.col(1)), [](double log_var) { return 1.96 * right().deviation(log_var); });
  plots::Curves figure{.title = title, .x_label = "x", .y_label = "y", .y_range = plots::Range{-3, 3}};
  figure.band("the network: mean, and 95 % of y", x, mu, half);
  // both edges of the true band as one line, with a gap between them
  Numbers edges_x = x, edges = map(x, [](double x) { return true_mean(x) + 1.96 * true_deviation(x); });
  edges_x.push_back(kBeyond), edges.push_back(std::nan(""));
  for (const double at : x) edges_x.push_back(at), edges.push_back(true_mean(at) - 1.96 * true_deviation(at));
  figure.line("the truth: 95 % of y", edges_x, edges, plots::Style::dashed);
  const Measured some = measured(400, seed, 0);
  figure.line("400 of the data points", some.x, some.y, plots::Style::points);
  mark_data(figure);
  plots::save(figure, output, name);
}

}  // namespace

void plot_networks(const Networks& networks, std::uint64_t seed, const plots::Output& output) {
  plot_classifier(networks.classifier, output);
  plot_regression("A regression that gives its own variance", networks.regression, seed, output, "02_regression");
  plot_regression("A regression with one variance for all x", networks.common_variance, seed, output,
                  "02_common_variance");

  const Numbers x = steps_between(-kBeyond, kBeyond, 601);
  plots::Curves figure{.title = "How far the networks are from the truth, by x",
                       .x_label = "x",
                       .y_label = "KL(true p(y|x) ‖ network's), nats",
                       .log_y = true};
  figure.line("classifier", x, divergences(networks.classifier, x));
  figure.line("regression with its own variance", x, divergences(networks.regression, x));
  mark_data(figure);
  plots::save(figure, output, "02_beyond");
}

void plot_grey(const plots::Output& output) {
  const Numbers x = steps_between(0, 1, 201);
  plots::Curves figure{.title = "A grey pixel x: the Bernoulli formula, and divided by its integral",
                       .x_label = "x, from black to white",
                       .y_label = "per unit of x"};
  for (const double lambda : {0.1, 0.5, 0.8}) {
    const double logit = std::log(lambda / (1 - lambda)), Z = std::exp(models::log_bernoulli_integral(logit));
    const auto formula = [=](double x) { return std::pow(lambda, x) * std::pow(1 - lambda, 1 - x); };
    figure.line(fmt::format("λ = {}: area {:.3f}", lambda, Z), x, map(x, formula), plots::Style::dashed);
    figure.line(fmt::format("λ = {}: area 1", lambda), x, map(x, [=](double x) { return formula(x) / Z; }));
  }
  plots::save(figure, output, "02_grey");
}

}  // namespace ch02
