// A network as the parameters of a distribution: a classifier, and a regression with a variance of its own. p*(y|x) is
// known, so that one can see how close they come where data were, and beyond.
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

// Points x, uniform on ±kEdge.
Numbers inputs(int n, std::uint64_t seed, std::uint64_t number) {
  Numbers x(n);
  Random(seed, Purpose::data, 10 * number).fill_uniform(x);
  for (double& one : x) one = kEdge * (2 * one - 1);
  return x;
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

Labelled labelled(int n, std::uint64_t seed, std::uint64_t number) {
  Labelled data{inputs(n, seed, number), std::vector<int>(n)};
  const Random choices(seed, Purpose::data, 10 * number + 1);
  for (int i = 0; i < n; ++i) data.y[i] = right().state(true_classes(data.x[i]), choices.uniform(i));
  return data;
}

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

}  // namespace ch02
