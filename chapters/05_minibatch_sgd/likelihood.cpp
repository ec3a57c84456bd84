#include "chapters/05_minibatch_sgd/likelihood.hpp"

#include <numeric>

#include "models/data/binarise.hpp"
#include "models/softmax_regression.hpp"
#include "models/statistics/distributions.hpp"

namespace ch05 {

Model::Model(Parameters<double> theta, int count, LogProb log_prob, Total total)
    : theta_(std::move(theta)),
      all_(count),
      log_prob_(std::move(log_prob)),
      total_(std::move(total)),
      tape_(std::make_unique<Tape>()),
      gradient_(Buffer<double>::Zero(theta_.size())) {
  std::iota(all_.begin(), all_.end(), 0);
}

LogLikelihood Model::log_likelihood(Points points, double c) const {
  const auto loss = [&](const Watched<double>& theta) { return c * total_(log_prob_(theta, points)); };
  const double value = autograd::value_and_gradient(loss, theta_, gradient_, *tape_);
  LogLikelihood result{value, Vector(parameters())};
  Index filled = 0;
  for (const auto& entry : theta_.entries()) {  // the buffer without its padding
    const Index size = entry.rows * entry.cols;
    result.gradient.segment(filled, size) = gradient_.segment(entry.offset, size);
    filled += size;
  }
  return result;
}

namespace {

// The chosen numbers as a column on the tape.
Var<Matrix<double>> chosen(Tape& tape, const std::vector<double>& x, Points points) {
  auto column = tape.scratch<double>(points.size(), 1);
  for (std::size_t j = 0; j < points.size(); ++j) column(j, 0) = x.at(points[j]);
  return tape.constant(column);
}

}  // namespace

Model categorical(std::vector<int> x, const Vector& theta, Model::Total total) {
  Parameters<double> parameters;
  const auto logits = parameters.add("theta", 1, theta.size());
  parameters[logits] = theta.transpose();
  const int count = x.size();
  auto log_prob = [x = std::move(x), logits](const Watched<double>& theta, Points points) {
    const auto row = theta[logits];
    auto is_state = theta.tape().scratch<double>(points.size(), row.cols());
    is_state.setZero();
    for (std::size_t j = 0; j < points.size(); ++j) is_state(j, x.at(points[j])) = 1;
    return sum(theta.tape().constant(is_state) * log_softmax(row), autograd::By::row);
  };
  return {std::move(parameters), count, std::move(log_prob), std::move(total)};
}

Model normal_with_mean(std::vector<double> x, double mu, Model::Total total) {
  Parameters<double> theta;
  const auto mean = theta.add("mu", 1, 1);
  theta[mean](0, 0) = mu;
  const int count = x.size();
  auto log_prob = [x = std::move(x), mean](const Watched<double>& theta, Points points) {
    const auto log_var = theta.tape().constant(Matrix<double>::Zero(1, 1));
    return models::normal_log_prob(chosen(theta.tape(), x, points), theta[mean], log_var);
  };
  return {std::move(theta), count, std::move(log_prob), std::move(total)};
}

Model normal(std::vector<double> x, double mu, double log_var, Model::Total total) {
  Parameters<double> theta;
  const auto mean = theta.add("mu", 1, 1), log_variance = theta.add("log_var", 1, 1);
  theta[mean](0, 0) = mu, theta[log_variance](0, 0) = log_var;
  const int count = x.size();
  auto log_prob = [x = std::move(x), mean, log_variance](const Watched<double>& theta, Points points) {
    return models::normal_log_prob(chosen(theta.tape(), x, points), theta[mean], theta[log_variance]);
  };
  return {std::move(theta), count, std::move(log_prob), std::move(total)};
}

Model softmax_regression(const models::Dataset& images, std::uint64_t seed, Model::Total total,
                         std::vector<double> weights) {
  Parameters<double> theta;
  const models::SoftmaxRegression softmax(theta, images.dimensions(), images.classes(), seed);
  auto log_prob = [&images, softmax, weights = std::move(weights)](const Watched<double>& theta, Points points) {
    Tape& tape = theta.tape();
    const Index n = points.size();
    auto x = tape.scratch<double>(n, images.dimensions());
    const auto labels = tape.array<int>(points.size());
    models::fill_batch(images, points, {}, x);
    for (std::size_t j = 0; j < points.size(); ++j) labels[j] = images.labels[points[j]];
    const auto log_probs = softmax.log_prob(theta, tape.constant(x), labels);
    if (weights.empty()) return log_probs;
    auto w = tape.scratch<double>(n, 1);
    for (Index j = 0; j < n; ++j) w(j, 0) = weights.at(labels[j]);
    return tape.constant(w) * log_probs;
  };
  return {std::move(theta), images.count(), std::move(log_prob), std::move(total)};
}

}  // namespace ch05
