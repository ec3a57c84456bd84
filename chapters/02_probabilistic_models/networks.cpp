// A network as the parameters of a distribution: a classifier, and a regression with a variance of its own. p*(y|x) is
// known, so that one can see how close they come where data were, and beyond.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/data/minibatch.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "models/training/trainer.hpp"

namespace ch02 {

using models::Purpose;
using models::Random;

Numbers true_classes(double x) { return softmax(Numbers{2 * std::sin(1.5 * x), 2 * std::cos(1.5 * x), 0}); }
double true_mean(double x) { return std::sin(2 * x); }
double true_deviation(double x) { return 0.05 + 0.5 * sigmoid(2 * x); }

namespace {

const std::vector<Index> kSizes{1, 24, 24};  // the input and the hidden layers

// Points x, uniform on ±kEdge, and a y for each from p*(y|x). `number` tells apart what is learned from and what is
// judged by.
struct Labelled {
  Numbers x;
  std::vector<int> y;
};

Numbers inputs(int n, std::uint64_t seed, std::uint64_t number) {
  Numbers x(n);
  Random(seed, Purpose::data, 10 * number).fill_uniform(x);
  for (double& one : x) one = kEdge * (2 * one - 1);
  return x;
}

Labelled labelled(int n, std::uint64_t seed, std::uint64_t number) {
  Labelled data{inputs(n, seed, number), std::vector<int>(n)};
  const Random choices(seed, Purpose::data, 10 * number + 1);
  for (int i = 0; i < n; ++i) data.y[i] = right().state(true_classes(data.x[i]), choices.uniform(i));
  return data;
}

// Adam on the mean of -log p(y|x), minibatch by minibatch. log_prob(theta, points) has one row for each point.
template <class LogProb>
void train(Parameters<double>& theta, const NetworkSettings& settings, std::uint64_t seed, const LogProb& log_prob) {
  models::Trainer<double> trainer(theta, {.shards = 1, .threads = 1});
  models::Minibatches batches(settings.data, 100, models::Order::shuffled, seed);
  const models::Schedule schedule{
      .kind = models::ScheduleKind::cosine, .first = 0.01, .last = 0, .steps = 1ull * settings.steps};
  const std::uint64_t an_epoch = batches.steps_per_epoch();
  for (std::uint64_t t = 0; t < schedule.steps; ++t) {
    const auto points = batches.batch(t / an_epoch, t % an_epoch);
    const auto loss = [&](const Watched<double>& watched, const models::Shard&) {
      return -mean(log_prob(watched, points));
    };
    trainer.step(loss, points.size(), schedule.at(t));
  }
}

// The chosen numbers as a column on the tape.
Var<Matrix<double>> chosen(Tape& tape, const Numbers& x, std::span<const int> points) {
  auto column = tape.scratch<double>(points.size(), 1);
  for (std::size_t j = 0; j < points.size(); ++j) column(j, 0) = x[points[j]];
  return tape.constant(column);
}

}  // namespace

Measured measured(int n, std::uint64_t seed, std::uint64_t number) {
  Measured data{inputs(n, seed, number), Numbers(n)};
  Random(seed, Purpose::data, 10 * number + 2).fill_normal(data.y);
  for (int i = 0; i < n; ++i) data.y[i] = true_mean(data.x[i]) + true_deviation(data.x[i]) * data.y[i];
  return data;
}

Classifier::Classifier(const NetworkSettings& settings, std::uint64_t seed)
    : network_(theta_, "classifier", kSizes, 3, models::Activation::tanh, seed) {
  const Labelled data = labelled(settings.data, seed, 0);
  train(theta_, settings, seed, [&](const Watched<double>& theta, std::span<const int> points) {
    const auto labels = theta.tape().array<int>(points.size());
    for (std::size_t j = 0; j < points.size(); ++j) labels[j] = data.y[points[j]];
    return network_.log_prob(theta, chosen(theta.tape(), data.x, points), labels);
  });
}

Matrix<double> Classifier::probabilities(std::span<const double> x) const {
  Tape tape;
  return network_.log_probs(Watched<double>(tape, theta_), tape.constant(column(x))).value().array().exp();
}

Regression::Regression(const NetworkSettings& settings, Variance variance, std::uint64_t seed)
    : network_(theta_, "regression", kSizes, models::Activation::tanh, seed),
      common_log_variance_(theta_.add("common_log_variance", 1, 1)),
      variance_(variance) {
  const Measured data = measured(settings.data, seed, 0);
  train(theta_, settings, seed, [&](const Watched<double>& theta, std::span<const int> points) {
    const auto [mu, log_var] = output(theta, chosen(theta.tape(), data.x, points));
    return models::normal_log_prob(chosen(theta.tape(), data.y, points), mu, log_var);
  });
}

models::NormalNetwork::Output<double> Regression::output(const Watched<double>& theta,
                                                         const Var<Matrix<double>>& x) const {
  auto output = network_(theta, x);
  if (variance_ == Variance::common) output.log_var = theta[common_log_variance_];
  return output;
}

Matrix<double> Regression::outputs(std::span<const double> x) const {
  Tape tape;
  const auto [mu, log_var] = output(Watched<double>(tape, theta_), tape.constant(column(x)));
  Matrix<double> both(x.size(), 2);
  both.col(0) = mu.value();
  if (variance_ == Variance::common)
    both.col(1).setConstant(log_var.value()(0, 0));
  else
    both.col(1) = log_var.value();
  return both;
}

Networks train_networks(const NetworkSettings& settings, std::uint64_t seed) {
  return {Classifier(settings, seed), Regression(settings, Variance::own, seed),
          Regression(settings, Variance::common, seed)};
}

Numbers divergences(const Classifier& classifier, std::span<const double> x) {
  const Matrix<double> p = classifier.probabilities(x);
  Numbers kl;
  for (std::size_t i = 0; i < x.size(); ++i)
    kl.push_back(models::kl_divergence(true_classes(x[i]), Numbers{p(i, 0), p(i, 1), p(i, 2)}));
  return kl;
}

Numbers divergences(const Regression& regression, std::span<const double> x) {
  const Matrix<double> outputs = regression.outputs(x);
  Numbers kl;
  for (std::size_t i = 0; i < x.size(); ++i)
    kl.push_back(
        models::normal_kl(true_mean(x[i]), std::pow(true_deviation(x[i]), 2), outputs(i, 0), std::exp(outputs(i, 1))));
  return kl;
}

namespace {

const Numbers kOnData = steps_between(-kEdge, kEdge, 6001);  // where data were
const Numbers kBeyondData = [] {                             // at least 1 away from them, on both sides
  Numbers x = steps_between(kEdge + 1, kBeyond, 201);
  for (std::size_t i = 0; i < 201; ++i) x.push_back(-x[i]);
  return x;
}();

double average(const Numbers& values) {
  double sum = 0;
  for (const double one : values) sum += one;
  return sum / values.size();
}
double average(const Numbers& x, const std::function<double(double)>& f) {
  double sum = 0;
  for (const double one : x) sum += f(one);
  return sum / x.size();
}

// The share of fresh points with low < x < high whose y lies within 1.96 deviations of the mean, and what p* says it is.
struct Coverage {
  models::Estimate counted;
  double exact;
};
Coverage coverage(const Regression& regression, const Measured& fresh, double low, double high,
                  const Ingredients& use) {
  const auto band = [&](const Matrix<double>& outputs, Index i) {
    const double half = 1.96 * use.deviation(outputs(i, 1));
    return std::pair(outputs(i, 0) - half, outputs(i, 0) + half);
  };
  models::RunningMean inside;
  const Matrix<double> of_fresh = regression.outputs(fresh.x);
  for (std::size_t i = 0; i < fresh.x.size(); ++i) {
    if (fresh.x[i] <= low || fresh.x[i] >= high) continue;
    const auto [from, to] = band(of_fresh, i);
    inside.add(from < fresh.y[i] && fresh.y[i] < to);
  }
  const Numbers x = steps_between(low, high, 2001);
  const Matrix<double> of_x = regression.outputs(x);
  double exact = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto [from, to] = band(of_x, i);
    const auto below = [&](double y) {
      return models::normal_distribution(y, true_mean(x[i]), std::pow(true_deviation(x[i]), 2));
    };
    exact += (below(to) - below(from)) / x.size();
  }
  return {inside.estimate(), exact};
}

}  // namespace

void check_classifier(lesson::Lesson& lesson, const Classifier& classifier, const NetworkSettings& settings) {
  const Labelled fresh = labelled(settings.fresh, lesson.seed(), 1);
  const Matrix<double> p = classifier.probabilities(fresh.x);
  models::RunningMean cost;
  for (std::size_t i = 0; i < fresh.x.size(); ++i) cost.add(-std::log(p(i, fresh.y[i])));
  const double kl = average(divergences(classifier, kOnData));
  const double H = average(kOnData, [](double x) { return models::entropy(true_classes(x)); });
  const double of_a_guess =
      average(kOnData, [](double x) { return models::kl_divergence(true_classes(x), Numbers(3, 1.0 / 3)); });

  lesson.equation("1.3.1", "p_θ(y|x) ≈ p*(y|x), Categorical(NN(x))", "eq:conditional")
      .at_most("mean KL(p* ‖ p_θ)", kl, 0.05)
      .at_least("  of a uniform guess", of_a_guess, 0.3)
      .sampled("E[ -log p_θ ] = H + KL", cost.estimate(), H + kl);
}

void check_regression(lesson::Lesson& lesson, const Networks& networks, const NetworkSettings& settings,
                      const Ingredients& use) {
  const Measured fresh = measured(settings.fresh, lesson.seed(), 1);
  const Matrix<double> outputs = networks.regression.outputs(fresh.x);
  models::RunningMean cost;
  for (std::size_t i = 0; i < fresh.x.size(); ++i)
    cost.add(-models::normal_log_density(fresh.y[i], outputs(i, 0), std::exp(outputs(i, 1))));
  const auto variance = [](double x) { return std::pow(true_deviation(x), 2); };
  const double H = average(kOnData, [&](double x) { return models::normal_entropy(variance(x)); });
  const double kl = average(divergences(networks.regression, kOnData));
  const double kl_common = average(divergences(networks.common_variance, kOnData));
  // what no common variance can do without, even with the right mean: ½ log E[ σ² ] - ½ E[ log σ² ]
  const double price = 0.5 * std::log(average(kOnData, variance)) -
                       0.5 * average(kOnData, [&](double x) { return std::log(variance(x)); });

  // with a common variance the least squared error is the largest likelihood
  const Matrix<double> common = networks.common_variance.outputs(fresh.x);
  Numbers log_p, squares;
  for (int i = 0; i < 100; ++i) {
    const double sigma2 = std::exp(common(i, 1)), error = fresh.y[i] - common(i, 0);
    log_p.push_back(models::normal_log_density(fresh.y[i], common(i, 0), sigma2) + 0.5 * std::log(sigma2));
    squares.push_back(-0.5 * models::kLog2Pi - error * error / (2 * sigma2));
  }

  auto equation = lesson.equation("1.3.1", "p_θ(y|x) ≈ p*(y|x), Normal(NN(x))", "eq:conditional");
  equation.at_most("mean KL(p* ‖ p_θ)", kl, 0.05)
      .sampled("E[ -log p_θ ] = H + KL", cost.estimate(), H + kl)
      .at_least("common σ: KL ≥ its price", kl_common, price)
      .at_most("  and hardly more", kl_common, price + 0.05)
      .exact("  -½ error²/σ² + const", log_p, squares);
  for (const auto& [low, high] : {std::pair(-3.0, -1.0), {-1.0, 1.0}, {1.0, 3.0}}) {
    const Coverage own = coverage(networks.regression, fresh, low, high, use);
    equation.exact(fmt::format("±1.96σ(x), {} < x < {}", low, high), own.exact, 0.95, 0.03)
        .sampled("  fresh points", own.counted, own.exact);
  }
  equation.at_least("  common σ: -3 < x < -1", coverage(networks.common_variance, fresh, -3, -1, use).exact, 0.99)
      .at_most("  common σ: 1 < x < 3", coverage(networks.common_variance, fresh, 1, 3, use).exact, 0.9);
}

void check_beyond(lesson::Lesson& lesson, const Networks& networks) {
  lesson.equation("1.3.1", "p_θ(y|x) ≈ p*(y|x) \"for any x\", as printed: 4 < |x| < 6", "eq:conditional")
      .fails("classifier: KL(p* ‖ p_θ)", average(divergences(networks.classifier, kBeyondData)), 0,
             "no data were there", 0.1)
      .fails("regression: KL(p* ‖ p_θ)", average(divergences(networks.regression, kBeyondData)), 0,
             "no data were there", 0.1);
}

}  // namespace ch02
