// p* over eight states, and a softmax that is fitted to it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/random.hpp"
#include "models/training/optimisers.hpp"

namespace ch02 {

using autograd::value_and_gradient;

namespace {

Matrix<double> row(std::span<const double> numbers) {
  return Eigen::Map<const Matrix<double>>(numbers.data(), 1, numbers.size());
}

// 0, 1, 2, 3, 5, 7, 10, 15, ..., last: six steps a decade.
bool is_looked_at(int step, int last) {
  const double place = std::round(6 * std::log10(std::max(step, 1)));
  return step == 0 || step == last || step == std::lround(std::pow(10, place / 6));
}

// The slope of KL(p ‖ softmax θ) in θ, by the tape.
Numbers slope_of_divergence(std::span<const double> p, std::span<const double> theta) {
  const Matrix<double> weights = row(p), log_p = weights.array().log();
  const auto kl = [&](auto theta) {
    return dot(theta.tape().constant(weights), theta.tape().constant(log_p) - log_softmax(theta));
  };
  const auto [value, slope] = value_and_gradient(kl, row(theta));
  return {slope.data(), slope.data() + slope.size()};
}

}  // namespace

Numbers softmax(std::span<const double> theta) {
  const double largest = *std::max_element(theta.begin(), theta.end());
  Numbers p;
  for (const double one : theta) p.push_back(std::exp(one - largest));
  const double sum = std::reduce(p.begin(), p.end());
  for (double& one : p) one /= sum;
  return p;
}

StateFit fit_states(int M, int steps, std::uint64_t seed, const Ingredients& use) {
  const models::Schedule schedule{.kind = models::ScheduleKind::linear, .first = 1, .last = 0, .steps = 1ull * steps};
  Matrix<double> theta = Matrix<double>::Zero(1, kStates.size());
  StateFit fit;
  for (int t = 0;; ++t) {
    fit.p = softmax({theta.data(), kStates.size()});
    if (is_looked_at(t, steps)) {
      fit.step.push_back(t);
      fit.forward.push_back(models::kl_divergence(kStates, fit.p));
      fit.backward.push_back(models::kl_divergence(fit.p, kStates));
      fit.distance.push_back(use.distance(kStates, fit.p));
    }
    if (t == steps) return fit;
    const Matrix<double> frequencies =
        M == 0 ? row(kStates)
               : row(models::empirical_distribution(draw(kStates, M, seed + 1000 * t, right()), kStates.size()));
    const double step = M == 0 ? 4 : schedule.at(t);
    // the mean of -log p_θ(x) over the minibatch
    const auto loss = [&](auto theta) { return -dot(theta.tape().constant(frequencies), log_softmax(theta)); };
    const auto [value, gradient] = value_and_gradient(loss, theta);
    theta -= step * gradient;
  }
}

StateFit mean_fit(int runs, int M, int steps, std::uint64_t seed) {
  StateFit mean;
  for (int run = 0; run < runs; ++run) {
    const StateFit fit = fit_states(M, steps, seed + run, right());
    mean.step = fit.step;
    mean.forward.resize(fit.step.size()), mean.distance.resize(fit.step.size());
    for (std::size_t i = 0; i < fit.step.size(); ++i)
      mean.forward[i] += fit.forward[i] / runs, mean.distance[i] += fit.distance[i] / runs;
  }
  return mean;
}

namespace {

// 2N KL(p* ‖ p̂) of data sets of N draws, whose mean is K - 1 for large N.
models::Estimate scaled_divergence(int N, int datasets, std::uint64_t seed) {
  models::RunningMean mean;
  for (int i = 0; i < datasets; ++i) {
    const auto p_hat =
        models::empirical_distribution(draw(kStates, N, seed + 7919 * (i + 1), right()), kStates.size());
    mean.add(2.0 * N * models::kl_divergence(kStates, p_hat));
  }
  return mean.estimate();
}

}  // namespace

void check_states(lesson::Lesson& lesson, int datasets, const Ingredients& use) {
  const double H = models::entropy(kStates);
  Numbers cross, parts, slopes, differences, distances, bounds;
  for (int model = 0; model < 20; ++model) {
    Numbers theta(kStates.size());
    models::Random(lesson.seed(), models::Purpose::data, model).fill_normal(theta);
    const Numbers p = softmax(theta), slope = slope_of_divergence(kStates, theta);
    cross.push_back(models::cross_entropy(kStates, p)), parts.push_back(H + use.divergence(kStates, p));
    slopes.insert(slopes.end(), slope.begin(), slope.end());
    for (std::size_t k = 0; k < p.size(); ++k) differences.push_back(p[k] - kStates[k]);
  }

  const StateFit known = fit_states(0, 1000, lesson.seed(), use), sgd = fit_states(100, 3000, lesson.seed(), use);
  // Pinsker's inequality, TV <= √(KL/2), where it is tightest
  std::size_t tightest = 0;
  for (std::size_t i = 0; i < sgd.step.size(); ++i) {
    bounds.push_back(std::sqrt(sgd.forward[i] / 2));
    if (sgd.distance[i] / bounds[i] > sgd.distance[tightest] / bounds[tightest]) tightest = i;
  }
  const int N = 10'000;
  lesson.equation("1.3", "p_θ(x) ≈ p*(x), 8 states", "eq:approx")
      .exact("H(p*,p_θ) = H(p*) + KL", cross, parts)
      .exact("  slope of KL in θ: p_θ - p*", slopes, differences)
      .exact("p* known: KL, 1,000 steps", known.forward.back(), 0, 1e-9)
      .at_most("SGD on draws: KL(p* ‖ p_θ)", sgd.forward.back(), 1e-3)
      .at_most("  KL(p_θ ‖ p*)", sgd.backward.back(), 1e-3)
      .at_most("  total variation ≤ √(KL/2)", sgd.distance[tightest], bounds[tightest])
      .sampled(fmt::format("2N E KL(p* ‖ p̂), N = {}", lesson::thousands(N)),
               scaled_divergence(N, datasets, lesson.seed()), kStates.size() - 1.0);
}

}  // namespace ch02
