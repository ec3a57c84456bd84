// A density with two humps, two thousand draws from it, and maximum likelihood in two families.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/gaussian_mixture.hpp"
#include "models/statistics/normal.hpp"
#include "models/training/optimisers.hpp"

namespace ch02 {

namespace {

// The parameters θ of a mixture of K normals, where they lie, and the mixture that they are.
struct Fitted {
  Parameters<double> theta;
  autograd::Slot alpha, mu, log_precision;  // log(1/σ)

  explicit Fitted(int K)
      : alpha(theta.add("alpha", 1, K)), mu(theta.add("mu", K, 1)), log_precision(theta.add("log_precision", K, 1)) {}

  models::GaussianMixture<double> on_tape(const Watched<double>& watched) const {
    const auto none = watched.tape().constant(Matrix<double>(watched[mu].rows(), 0));
    return {.alpha = watched[alpha], .mu = watched[mu], .log_diagonal = watched[log_precision], .below = none};
  }
  Mixture mixture() const {
    Mixture p{.weight = softmax({theta[alpha].data(), std::size_t(theta[alpha].size())})};
    for (Index k = 0; k < theta[mu].size(); ++k) {
      p.mean.push_back(theta[mu](k, 0));
      p.sd.push_back(std::exp(-theta[log_precision](k, 0)));
    }
    return p;
  }
};

}  // namespace

DensityFit fit_density(std::span<const double> x, int K, int steps) {
  Fitted fitted(K);
  // the means at even places among the data, variance 1, equal weights
  Numbers sorted(x.begin(), x.end());
  std::ranges::sort(sorted);
  for (int k = 0; k < K; ++k) fitted.theta[fitted.mu](k, 0) = sorted[(2 * k + 1) * sorted.size() / (2 * K)];

  models::Optimiser<double> adam({}, fitted.theta.size());
  const models::Schedule schedule{
      .kind = models::ScheduleKind::cosine, .first = 0.05, .last = 0, .steps = 1ull * steps};
  Tape tape;
  auto gradient = autograd::Buffer<double>::Zero(fitted.theta.size()).eval();
  const Matrix<double> data = column(x);
  const auto loss = [&](const Watched<double>& theta) {
    return -mean(fitted.on_tape(theta).log_prob(theta.tape().constant(data)));
  };
  DensityFit fit;
  for (int t = 0;; ++t) {
    fit.model = fitted.mixture();
    if (t % (steps / 50) == 0) {
      fit.step.push_back(t);
      fit.divergence.push_back(divergence([](double x) { return kTruth.log_density(x); },
                                          [&](double x) { return fit.model.log_density(x); }));
    }
    if (t == steps) return fit;
    autograd::value_and_gradient(loss, fitted.theta, gradient, tape);
    adam.begin_step(schedule.at(t));
    adam.update(fitted.theta.values().data(), gradient.data(), 0, gradient.size());
  }
}

void check_density_fits(lesson::Lesson& lesson, int draws) {
  const Numbers x = draw(kTruth, 2000, lesson.seed() + 1, right());
  const DensityFit one = fit_density(x, 1, 500), two = fit_density(x, 2, 500);
  models::RunningMean mean;
  for (const double each : x) mean.add(each);
  const double n = x.size(), H = entropy([](double x) { return kTruth.log_density(x); });
  // of all normals the closest is the one with p*'s mean and variance
  const double least = models::normal_entropy(kTruth.variance()) - H;

  auto equation = lesson.equation("1.3", "p_θ(x) ≈ p*(x), a density, from 2,000 draws", "eq:approx");
  equation
      .exact("one normal: μ, σ² of data", Numbers{one.model.mean[0], one.model.variance()},
             Numbers{mean.mean(), mean.variance() * (n - 1) / n}, 1e-6)
      .at_least("  KL(p* ‖ p_θ) ≥ the least", one.divergence.back(), least)
      .at_most("  and hardly more", one.divergence.back(), least + 0.01)
      .at_most("two normals: KL(p* ‖ p_θ)", two.divergence.back(), 0.01);
  for (const auto& [fit, series] : {std::pair{&one, "one normal"}, {&two, "a mixture of two"}}) {
    lesson.metric(fmt::format("{}, KL", series), fit->divergence.back()).shown("02_fits_kl", series);
    lesson.metric(fmt::format("{}, at 0", series), std::exp(fit->model.log_density(0))).shown("02_fits", series, 0);
  }
  const double root = std::sqrt(2 * std::numbers::pi);  // p*(0) = 0.3 N(0; -2, ½²) + 0.7 N(0; 1.5, 1)
  lesson.metric("truth, at 0", (0.6 * std::exp(-8) + 0.7 * std::exp(-1.125)) / root).shown("02_fits", "p*", 0);
  const auto in_bin = std::ranges::count_if(x, [](double each) { return each > 1 && each < 1.2; });
  lesson.metric("draws, 1 to 1.2", in_bin / (n * 0.2)).shown("02_fits", "draws", 1.1);

  // draws that the fits have not seen: E[ log p_θ(x) ] = -H(p*) - KL(p* ‖ p_θ)
  const Numbers fresh = draw(kTruth, draws, lesson.seed() + 2, right());
  for (const DensityFit* fit : {&one, &two}) {
    models::RunningMean log_p;
    for (const double each : fresh) log_p.add(fit->model.log_density(each));
    equation.sampled(fit == &one ? "one: E log p_θ" : "two: E log p_θ", log_p.estimate(), -H - fit->divergence.back());
  }
}

}  // namespace ch02
