#include "chapters/11_vae/chapter.hpp"
#include "chapters/lesson/demo/interrupt.hpp"

#include <fmt/format.h>

#include <cmath>

#include "models/ppca.hpp"
#include "models/statistics/normal.hpp"
#include "models/vae/evaluate.hpp"
#include "models/vae/vae_trainer.hpp"

namespace ch11 {

using namespace models;

namespace {

// The VAE with one pixel and one latent dimension: p(x|z) = N(x; z, 1) and q(z|x) = N(m, s²) for every x.
struct OneDimension {
  Parameters<double> theta;
  Vae<double> vae;

  OneDimension(double m, double s2)
      : vae(theta,
            {.pixels = 1,
             .latent = 1,
             .hidden = {},
             .likelihood = Likelihood::gaussian,
             .covariance = PosteriorCovariance::shared},
            1) {
    const auto set = [&](const char* name, double value) { theta[theta.find(name)](0, 0) = value; };
    set("encoder.mu.W", 0);
    set("encoder.mu.b", m);
    set("encoder.log_var", std::log(s2));
    set("decoder.output.W", 1);
    set("decoder.output.b", 0);
    set("decoder.log_var", 0);
  }

  // The mean bound of `draws` copies of x, with its standard error.
  lesson::Estimate bound_of(double x, int draws, const BoundSettings& settings, std::uint64_t seed) const {
    const Evaluation e = evaluate<double>(vae, theta, Matrix<double>::Constant(draws, 1, x), seed, settings);
    return {e.elbo, e.se};
  }
};

}  // namespace

void check_elbo(lesson::Lesson& lesson, const Ingredients& use) {
  const double x = 1.3, evidence = normal_log_density(x, 0, 2);
  const BoundSettings closed_form = use.elbo({.samples = 0});
  std::vector<double> gaps, divergences;
  for (const double m : {-1.0, 0.0, 0.65, 1.3, 2.0}) {
    for (const double s2 : {0.1, 0.5, 1.0, 3.0}) {
      gaps.push_back(evidence - OneDimension(m, s2).bound_of(x, 1, closed_form, 1).mean);
      divergences.push_back(use.divergence(m, s2, x / 2, 0.5));
    }
  }
  const OneDimension best(x / 2, 0.5), other(0, 1);
  const int draws = lesson.quick() ? 20'000 : 400'000;
  lesson.equation("2.1", "log p(x) - ELBO = KL( q(z|x) ‖ p(z|x) )", "eq:elbo")
      .exact("at 20 encoders N(m, s²)", gaps, divergences)
      .exact("at q = p(z|x): none", best.bound_of(x, 1, closed_form, 1).mean, evidence)
      .sampled(fmt::format("{} draws", lesson::thousands(draws)),
               other.bound_of(x, draws, use.elbo({.samples = 1, .kl = Kl::sampled}), lesson.seed()),
               evidence - use.divergence(0, 1, x / 2, 0.5));
}

// With posterior variance τ² = 1/2 and q of the same mean and variance s² = 1, the weights w = p(x, z) / q(z) / p(x)
// have variance v = s² / (τ √(2s² - τ²)) - 1, and the gap is v / 2K + (3v²/4 - μ₃/3) / K² + ... for many samples K.
void check_importance_bound(lesson::Lesson& lesson, const Ingredients& use) {
  const double x = 1.3, evidence = normal_log_density(x, 0, 2), v = 2 / std::sqrt(3.0) - 1, third_moment = -0.049888;
  const OneDimension model(x / 2, 1);
  const int draws = lesson.quick() ? 20'000 : 400'000;
  auto equation = lesson.equation("2.1", "log p(x) - E log (1/K) Σ_k p(x, z_k) / q(z_k|x)  ≥ 0, → 0", "eq:is-bound");
  struct {
    int K = 0;
    double gap = 0;
    lesson::Estimate bound{};
  } fewer;  // samples, and what came of them
  for (const int K : {1, 10, 50}) {
    const int rows = std::max(1000, draws / K);
    const BoundSettings settings = use.importance({.objective = Objective::iwae, .samples = K});
    const lesson::Estimate bound = model.bound_of(x, rows, settings, lesson.seed() + K);
    const double gap =
        K == 1 ? use.divergence(0, 1, 0, 0.5) : v / (2 * K) + (0.75 * v * v - third_moment / 3) / (K * K);
    equation.sampled(fmt::format("K = {}, {} draws", K, lesson::thousands(rows)), {evidence - bound.mean, bound.se},
                     gap);
    if (K > 1) {
      equation.sampled(fmt::format("  tighter than K = {} by", fewer.K),
                       {bound.mean - fewer.bound.mean, std::hypot(bound.se, fewer.bound.se)}, fewer.gap - gap);
    }
    fewer = {K, gap, bound};
  }
}

namespace {

// Trains a linear VAE on grey digits; returns the mean ELBO in closed form over all of them.
double linear_vae_elbo(const Dataset& digits, int latent, VaeTrainingSettings settings, const Ingredients& use) {
  settings.binarisation = Binarisation::none;
  settings.bound = use.elbo(settings.bound);
  const VaeShape shape{.pixels = digits.dimensions(),
                       .latent = latent,
                       .hidden = {},
                       .likelihood = Likelihood::gaussian,
                       .covariance = PosteriorCovariance::shared};
  VaeTrainer<double> trainer(digits, shape, settings);
  while (!trainer.done() && !lesson::interrupted()) trainer.step();
  return evaluate<double>(trainer.vae(), trainer.parameters(), as_matrix<double>(digits), 1, use.elbo({.samples = 0}))
      .elbo;
}

}  // namespace

void check_ppca(lesson::Lesson& lesson, const Ingredients& use) {
  const Dataset all = load_all_digits(lesson.data("")), digits = lesson.quick() ? slice(all, 0, 300) : all;
  const Matrix<double> x = as_matrix<double>(digits);
  // The optimum does not depend on the seed, but the way to it does: turning the code's axes into the principal ones
  // is nearly flat. So the full batch always starts from the same weights.
  const VaeTrainingSettings full_batch{.batch = digits.count(),
                                       .epochs = lesson.quick() ? 1500 : 12'000,
                                       .schedule = ScheduleKind::cosine,
                                       .learning_rate = 1e-2,
                                       .bound = {.samples = 0},
                                       .seed = 1,
                                       .trainer = {.threads = 1, .optimiser = {.beta2 = 0.95}}};
  const VaeTrainingSettings minibatches{.batch = 100,
                                        .epochs = lesson.quick() ? 600 : 100,  // 1,800 steps either way
                                        .schedule = ScheduleKind::cosine,
                                        .learning_rate = 1e-2,
                                        .bound = {.samples = 1},
                                        .seed = lesson.seed(),
                                        .trainer = {.threads = 1}};
  auto equation =
      lesson.equation("2.1", "max ELBO of a linear VAE = log-likelihood of probabilistic PCA", "test:ppca");
  for (const int k : lesson.quick() ? std::vector{2} : std::vector{2, 5, 10}) {
    const double optimum = fit_ppca(x, k).log_likelihood;
    const double exact = linear_vae_elbo(digits, k, full_batch, use);
    const double sampled = linear_vae_elbo(digits, k, minibatches, use);
    if (lesson::interrupted()) return;
    equation.exact(fmt::format("k = {}, full batch", k), exact, optimum, 1e-6);
    equation.at_least(fmt::format("k = {}, minibatches", k), sampled, optimum, 0.05);
    equation.at_most("  not above it", sampled, optimum, 1e-6);
  }
}

}  // namespace ch11
