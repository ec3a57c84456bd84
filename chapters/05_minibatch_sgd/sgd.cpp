// Where SGD comes to rest, and how it comes to rest at the optimum.
#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <utility>

#include "chapters/05_minibatch_sgd/chapter.hpp"
#include "models/data/binarise.hpp"
#include "models/softmax_regression.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/random.hpp"
#include "models/training/trainer.hpp"

namespace ch05 {
namespace {

// The points of every chain's minibatch of step t, chain after chain: (chains · M)×1.
void draw_minibatches(const SgdSettings& s, std::uint64_t seed, int t, Matrix<double>& points) {
  const int N = s.x.size(), per_epoch = s.picking == Picking::epochs ? N / s.M : 1;
  const int first = t % per_epoch * s.M;
  std::vector<int> order(s.x.size());
  for (int chain = 0; chain < s.chains; ++chain) {
    const models::Random random(seed, models::Purpose::shuffle,
                                static_cast<std::uint64_t>(t / per_epoch) * s.chains + chain);
    const auto below = [&](int n, int draw) -> int { return random.below(n, draw); };
    std::iota(order.begin(), order.end(), 0);
    for (int j = 0; j < first + s.M; ++j) {
      int point = 0;
      if (s.picking == Picking::with_replacement) {
        point = below(N, j);
      } else {  // a shuffle from the front, as far as this minibatch
        std::swap(order[j], order[j + below(N - j, j)]);
        point = order[j];
      }
      if (j >= first) points(chain * s.M + j - first, 0) = s.x[point];
    }
  }
}

double mean_of(const std::vector<double>& x) { return Eigen::Map<const Vector>(x.data(), x.size()).mean(); }

}  // namespace

std::vector<models::Estimate> simulate(const SgdSettings& s, std::uint64_t seed) {
  const Matrix<double> log_var = Matrix<double>::Constant(1, 1, -std::log(s.h));
  const double x_mean = mean_of(s.x);
  Matrix<double> points(s.chains * s.M, 1), theta = Matrix<double>::Constant(s.chains, 1, s.start);
  Tape tape;
  std::vector<models::Estimate> gaps;
  for (int t = 0;; ++t) {
    models::RunningMean gap;
    for (Index chain = 0; chain < theta.rows(); ++chain)
      gap.add(0.5 * s.h * (theta(chain, 0) - x_mean) * (theta(chain, 0) - x_mean));
    gaps.push_back(gap.estimate());
    if (t == s.steps) return gaps;

    draw_minibatches(s, seed, t, points);
    tape.rewind();
    const auto mu = tape.variable(theta);
    // M points serve one chain; no chain's loss depends on another's θ, so one sweep gives each its own slope
    const auto loss = -1.0 / s.M * sum(models::normal_log_prob(tape.constant(points), mu, tape.constant(log_var)));
    tape.backward(loss);
    theta -= s.step(t + 1) * mu.grad();
  }
}

double gradient_variance(const SgdSettings& s) {
  const double N = s.x.size();
  const Eigen::Map<const Vector> x(s.x.data(), s.x.size());
  const double S2 = (x.array() - x.mean()).square().mean();
  const double correction = s.picking == Picking::with_replacement ? 1 : (N - s.M) / (N - 1);
  return s.h * s.h * S2 / s.M * correction;
}

std::vector<double> predict(const SgdSettings& s) {
  const double v = gradient_variance(s), start = s.start - mean_of(s.x);
  std::vector<double> gaps;
  double error = start * start;  // E (θ_t - x̄)²
  for (int t = 0; t <= s.steps; ++t) {
    gaps.push_back(0.5 * s.h * error);
    const double a = s.step(t + 1), u = 1 - a * s.h;
    error = u * u * error + a * a * v;
  }
  return gaps;
}

double epochs_floor(const SgdSettings& s, double a) {
  const int B = s.x.size() / s.M;
  const double u = 1 - a * s.h;
  double squares = 0, sum = 0;
  for (int k = 0; k < B; ++k) squares += std::pow(u, 2 * k), sum += std::pow(u, k);
  return a * a * gradient_variance(s) * B / (B - 1.0) * (squares - sum * sum / B) / (1 - std::pow(u, 2 * B));
}

void convergence(lesson::Lesson& lesson, const SgdSettings& settings, const Ingredients& use) {
  auto equation = lesson.equation("1.6", "E[ L(θ_t) ] - min L → ½ a v / (2 - a h)", "eq:sgd-floor");
  const auto comes_to_rest = [&](const std::string& label, double a, int M, double h, Picking picking) {
    SgdSettings s = settings;
    s.M = M, s.h = h, s.picking = picking, s.step = [a](int) { return a; };
    equation.sampled(label, simulate(s, lesson.seed()).back(), 0.5 * h * use.floor(a, h, gradient_variance(s)));
  };
  for (const double a : {1.0, 0.5, 0.1}) comes_to_rest(fmt::format("a = {}, M = 1", a), a, 1, 1, Picking::subset);
  for (const int M : {2, 4}) comes_to_rest(fmt::format("a = 0.5, M = {}", M), 0.5, M, 1, Picking::subset);
  comes_to_rest("a = 0.5, M = 10 of 5", 0.5, 10, 1, Picking::with_replacement);
  comes_to_rest("a = 0.5, h = 0.25", 0.5, 1, 0.25, Picking::subset);

  SgdSettings s = settings;
  s.M = 1, s.steps = 20;
  equation.sampled("  after 20 steps of 0.1", simulate(s, lesson.seed()).back(), predict(s).back());
  s.M = s.x.size();
  equation.exact("  and with M = N", simulate(s, lesson.seed()).back().mean, predict(s).back());
  s = settings;
  s.picking = Picking::epochs, s.steps = 40 * s.x.size();
  equation.sampled("epochs of a = 0.1", simulate(s, lesson.seed()).back(), 0.5 * s.h * epochs_floor(s, 0.1));

  // a_t = 1/(h t): θ is then the mean of all minibatches so far
  auto falling = lesson.equation("1.6", "a_t = 1/(h t):  E[ L(θ_t) ] - min L = v / (2 h t)", "claim:decreasing-steps");
  for (const int t : {10, 100, 1000}) {
    SgdSettings s = settings;
    s.steps = t, s.step = [&](int step) { return use.decreasing(s.h, step); };
    const models::Estimate gap = simulate(s, lesson.seed()).back();
    falling.sampled(fmt::format("after {} steps", t), gap, gradient_variance(s) / (2 * s.h * t));
    lesson.metric(fmt::format("decreasing_{}", t), gap.mean).shown("05_step_sizes", "a = 1/t", t);
  }

  const auto after_20 = [&](double a, int M) {
    SgdSettings s = settings;
    s.M = M, s.steps = 20, s.step = [a](int) { return a; };
    return simulate(s, lesson.seed()).back().mean;
  };
  for (const int M : {1, 2, 4, 5})
    lesson.metric(fmt::format("gap_of_batch_{}", M), after_20(0.1, M))
        .shown("05_batch_sizes", M == 5 ? "M = 5 = N" : fmt::format("M = {}", M), 20);
  for (const double a : {0.5, 0.1, 0.02})
    lesson.metric(fmt::format("gap_of_step_{}", a), after_20(a, 1))
        .shown("05_step_sizes", fmt::format("a = {}", a), 20);
}

namespace {

// Σ log p(y|x) over images, on the tape of θ.
Var<float> log_likelihood(const models::SoftmaxRegression& model, const Watched<float>& theta,
                          const models::Dataset& images, std::span<const int> points) {
  auto& tape = theta.tape();
  auto x = tape.scratch<float>(points.size(), images.dimensions());
  models::fill_batch(images, points, {}, x);
  const auto labels = tape.array<int>(points.size());
  for (std::size_t j = 0; j < points.size(); ++j) labels[j] = images.labels[points[j]];
  return sum(model.log_prob(theta, tape.constant(x), labels));
}

}  // namespace

std::vector<double> training_losses(const models::Dataset& images, const TrainingSettings& settings,
                                    std::uint64_t seed) {
  autograd::Parameters<float> theta;
  const models::SoftmaxRegression model(theta, images.dimensions(), images.classes(), seed);
  models::Trainer<float> trainer(theta, {.shards = 1, .threads = 1, .optimiser = {.method = models::Method::sgd}});
  models::Minibatches batches(images.count(), settings.M, models::Order::shuffled, seed);
  const std::uint64_t steps = batches.steps_per_epoch();
  const models::Schedule schedule{
      .kind = settings.decreasing ? models::ScheduleKind::cosine : models::ScheduleKind::constant,
      .first = settings.first_step,
      .steps = steps * settings.epochs};

  const auto loss = [&] {
    double sum = 0;
    std::vector<int> points(500);
    for (int first = 0; first < images.count(); first += 500) {
      points.resize(std::min(500, images.count() - first));
      std::iota(points.begin(), points.end(), first);
      autograd::Tape tape;
      sum -= log_likelihood(model, {tape, theta}, images, points).value();
    }
    return sum / images.count();
  };
  std::vector<double> losses{loss()};
  for (std::uint64_t t = 0; t < schedule.steps; ++t) {
    const auto points = batches.batch(t / steps, t % steps);
    const float scale = -1.0f / points.size();  // also for a short last batch
    trainer.step([&](const Watched<float>& watched,
                     const models::Shard&) { return scale * log_likelihood(model, watched, images, points); },
                 points.size(), schedule.at(t));
    if ((t + 1) % steps == 0) losses.push_back(loss());
  }
  return losses;
}

}  // namespace ch05
