// A density with two humps, two thousand draws from it, and maximum likelihood in two families.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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
  // draws that the fits have not seen: E[ log p_θ(x) ] = -H(p*) - KL(p* ‖ p_θ)
  const Numbers fresh = draw(kTruth, draws, lesson.seed() + 2, right());
  for (const DensityFit* fit : {&one, &two}) {
    models::RunningMean log_p;
    for (const double each : fresh) log_p.add(fit->model.log_density(each));
    equation.sampled(fit == &one ? "one: E log p_θ" : "two: E log p_θ", log_p.estimate(), -H - fit->divergence.back());
  }
}

}  // namespace ch02
