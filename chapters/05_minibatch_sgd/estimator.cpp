#include "chapters/05_minibatch_sgd/chapter.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "models/statistics/enumerate.hpp"
#include "models/statistics/random.hpp"

namespace ch05 {

Statistic gradient_estimate(const Model& model, Factor c) {
  return [&model, c](Points points) -> Vector {
    return c(model.count(), points.size()) * model.log_likelihood(points).gradient;
  };
}

Statistic value_estimate(const Model& model, Factor c) {
  return [&model, c](Points points) -> Vector {
    return Vector::Constant(1, c(model.count(), points.size()) * model.log_likelihood(points).value);
  };
}

namespace {

Batches runs_of(int N, int M, int starts) {
  if (M < 1 || M > N) throw std::invalid_argument(fmt::format("blocks: expected 1 to {} points, found {}", N, M));
  Batches all;
  for (int first = 0; first < starts; ++first) {
    auto& block = all.emplace_back();
    for (int j = 0; j < M; ++j) block.push_back((first + j) % N);
  }
  return all;
}

}  // namespace

Batches blocks(int N, int M) { return runs_of(N, M, N - M + 1); }
Batches circular_blocks(int N, int M) { return runs_of(N, M, N); }

Vector inclusion(const Batches& all, int N) {
  Vector pi = Vector::Zero(N);
  for (const auto& batch : all)
    for (const int j : batch) pi[j] += 1.0 / all.size();
  return pi;
}

Statistic weighted_gradient(const Model& model, const Vector& weights) {
  return [&model, weights](Points points) -> Vector {
    Vector sum = Vector::Zero(model.parameters());
    for (const int& j : points) sum += weights[j] * model.log_likelihood({&j, 1}).gradient;
    return sum;
  };
}

Matrix<double> outcomes(const Batches& all, const Statistic& statistic) {
  if (all.empty()) throw std::invalid_argument("outcomes: there is no minibatch to average over");
  Matrix<double> rows(all.size(), statistic(all[0]).size());
  for (std::size_t i = 0; i < all.size(); ++i) rows.row(i) = statistic(all[i]);
  return rows;
}

Vector mean(const Matrix<double>& outcomes) { return outcomes.colwise().mean(); }

Matrix<double> covariance(const Matrix<double>& outcomes) {
  const Matrix<double> centred = outcomes.rowwise() - outcomes.colwise().mean();
  return centred.transpose() * centred / outcomes.rows();
}

Matrix<double> predicted_covariance(const Statistic& g, int N, int M, double c, double correction, double divisor) {
  const Matrix<double> S = covariance(outcomes(models::subsets(N, 1), g)) * N / divisor;
  return c * c * M * correction * S;
}

Sampler draws(int N, int M, models::Order order, std::uint64_t seed) {
  return [batches = models::Minibatches(N, M, order, seed)](std::uint64_t draw) mutable {
    return batches.batch(draw, 0);
  };
}

models::RunningMeans sample(const Sampler& sampler, const Statistic& statistic, int count) {
  models::RunningMeans means(statistic(sampler(0)).size());
  for (int r = 0; r < count; ++r) means.add(statistic(sampler(r)));
  return means;
}

Vector epoch_average(const Model& model, models::Minibatches& batches, std::uint64_t epoch, LastFactor c) {
  const int N = model.count(), M = batches.batch_size();
  Vector average = Vector::Zero(model.parameters());
  for (int step = 0; step < batches.steps_per_epoch(); ++step) {
    const Points points = batches.batch(epoch, step);
    const int m = points.size();
    average += 1.0 * m / N * c(N, M, m) * model.log_likelihood(points).gradient;
  }
  return average;
}

std::vector<models::Estimate> squared_errors(const Vector& outcomes, double truth, std::span<const int> R, int repeats,
                                             std::uint64_t seed) {
  std::vector<models::RunningMean> errors(R.size());
  const std::uint32_t n = outcomes.size();
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const models::Random random(seed, models::Purpose::sampling, repeat);
    models::RunningMean mean;
    for (std::size_t i = 0; i < R.size(); ++i) {
      while (mean.count() < R[i]) mean.add(outcomes[random.below(n, mean.count())]);
      errors[i].add((mean.mean() - truth) * (mean.mean() - truth));
    }
  }
  std::vector<models::Estimate> estimates;
  for (const models::RunningMean& error : errors) estimates.push_back(error.estimate());
  return estimates;
}

}  // namespace ch05
