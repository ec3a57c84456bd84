// A model is something that can be drawn from, and its draws have the model's mean, variance and distribution. Then
// what a density is: no probability, but one per unit of x.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch02 {

using models::Purpose;
using models::Random;
using models::RunningMean;

namespace {

// Which component a draw is from, and where in it: two streams that share no number.
Random choices(std::uint64_t seed) { return {seed, Purpose::sampling, 0}; }
Random noise(std::uint64_t seed) { return {seed, Purpose::sampling, 1}; }

// The mean and the variance of the draws, and their whole distribution.
void check_distribution(lesson::Equation& equation, const std::string& name, const Numbers& x, const Mixture& p) {
  RunningMean mean, square;
  for (const double one : x) mean.add(one), square.add(std::pow(one - p.expectation(), 2));
  equation.sampled(name + ": mean", mean.estimate(), p.expectation())
      .sampled("  variance", square.estimate(), p.variance())
      .p_value("  Kolmogorov", models::kolmogorov_p(x, [&](double x) { return p.distribution(x); }));
}

}  // namespace

Numbers draw(const Mixture& p, int n, std::uint64_t seed, const Ingredients& use) {
  Numbers u(n), x(n);
  choices(seed).fill_uniform(u);
  noise(seed).fill_normal(x);
  for (int i = 0; i < n; ++i)
    x[i] = p.weight.size() == 1 ? use.normal(p.mean[0], p.sd[0], x[i]) : use.mixture(p, u[i], x[i]);
  return x;
}

std::vector<int> draw(std::span<const double> p, int n, std::uint64_t seed, const Ingredients& use) {
  Numbers u(n);
  choices(seed).fill_uniform(u);
  std::vector<int> x(n);
  for (int i = 0; i < n; ++i) x[i] = use.state(p, u[i]);
  return x;
}

void check_draws(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  auto equation = lesson.equation("1.3", "x ~ p_θ(x)", "eq:model");

  // each state's share of the draws is an estimate of its probability, with variance p (1 - p) / n
  std::vector<int> counts(kStates.size());
  for (const int k : draw(kStates, draws, lesson.seed(), use)) ++counts[k];
  Numbers shares, errors;
  for (const int count : counts) {
    const double share = 1.0 * count / draws;
    shares.push_back(share), errors.push_back(std::sqrt(share * (1 - share) / draws));
  }
  equation.sampled("shares of 8 states", shares, errors, kStates)
      .p_value("  chi-square", models::chi_square_p(counts, kStates));

  const Mixture one = normal(1, 0.5);
  check_distribution(equation, "N(1, ½²)", draw(one, draws, lesson.seed(), use), one);
  check_distribution(equation, "two normals", draw(kTruth, draws, lesson.seed(), use), kTruth);
}

void check_densities(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  const Mixture narrow = normal(0, 0.1);
  const auto density = [&](double x) { return std::exp(narrow.log_density(x)); };
  RunningMean surprise;
  for (const double x : draw(narrow, draws, lesson.seed(), right())) surprise.add(-narrow.log_density(x));

  // heights: the same thousand in metres and in centimetres, with the likeliest normal for each
  const Numbers metres = draw(normal(1.7, 0.1), 1000, lesson.seed() + 1, right());
  const auto best_mean_log_p = [&](double unit) {
    RunningMean mean, log_p;
    for (const double x : metres) mean.add(unit * x);
    const double n = metres.size(), variance = mean.variance() * (n - 1) / n;
    for (const double x : metres) log_p.add(models::normal_log_density(unit * x, mean.mean(), variance));
    return log_p.mean();
  };
  const double in_metres = best_mean_log_p(1), in_centimetres = best_mean_log_p(100);

  lesson.equation("1.3", "p(x) may exceed 1, and -log p(x) be negative", "claim:density-above-one")
      .at_least("p(0) of N(0, 0.1²)", density(0), 1)
      .exact("  ∫ p(x) dx", integral(-1.5, 1.5, density), 1, 1e-9)
      .exact("  E[ -log p ], integral", entropy([&](double x) { return narrow.log_density(x); }),
             models::normal_entropy(0.01), 1e-9)
      .sampled("  its mean over draws", surprise.estimate(), models::normal_entropy(0.01))
      .at_most("  it is negative", models::normal_entropy(0.01), 0)
      .exact("heights, cm: mean log p", in_centimetres, in_metres + use.change_of_unit(100))
      .exact("  KL in cm, in m", models::normal_kl(170, 100, 180, 400), models::normal_kl(1.7, 0.01, 1.8, 0.04));

  const double root = std::sqrt(2 * std::numbers::pi);
  for (const double sd : {1.0, 0.3, 0.1})
    lesson.metric(fmt::format("highest_{}", sd), 1 / (sd * root))
        .shown("02_densities", fmt::format("N(0, {}²)", sd), 0);
  // 0.3 N(x; -2, ½²) + 0.7 N(x; 1.5, 1) at x = 1.5; and the share of 10,000 draws in the bin of width 1/6 to its right
  lesson.metric("mixture_density", (0.6 * std::exp(-0.5 * 7 * 7) + 0.7) / root)
      .shown("02_draws", "the density they are drawn from", 1.5);
  const Numbers x = draw(kTruth, 10'000, lesson.seed(), right());
  const auto in_bin = std::ranges::count_if(x, [](double one) { return one > 1.5 && one < 1.5 + 1 / 6.0; });
  lesson.metric("mixture_draws", 6.0 * in_bin / 10'000).shown("02_draws", "draws", 1.5 + 1 / 12.0);
}

}  // namespace ch02
