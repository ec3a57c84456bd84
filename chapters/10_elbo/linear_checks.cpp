// The linear VAE on the 8×8 digits: it reaches the likelihood of probabilistic PCA; units collapse one after the other
// as the noise grows; and its rate and distortion lie on the curve that theory draws.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "models/ppca.hpp"

namespace ch10 {

LinearRuns train_linear_vaes(lesson::Lesson& lesson, const Spectrum& spectrum, const Ingredients& use) {
  const bool quick = lesson.quick();
  const Ascent ascent{.steps = quick ? 3000 : 12'000};
  const auto train = [&](LinearSettings settings) {
    settings.beta *= use.kl_weight;
    return train_linear_vae(spectrum, settings, ascent);
  };
  LinearRuns runs;
  for (const int k : quick ? std::vector{2} : std::vector{2, 5, 10}) runs.ppca.push_back(train({.latent = k}));

  // σ², β, and more units than there are eigenvalues above βσ²
  std::vector<LinearSettings> staircase{{5, 0.5, 1}, {7, 0.3, 1}, {7, 0.125, 2}};
  if (!quick) staircase.insert(staircase.end(), {{8, 0.25, 1}, {14, 0.12, 1}, {22, 0.05, 1}, {30, 0.03, 1}});
  for (const LinearSettings& settings : staircase)
    runs.collapse.push_back(train_linear_vae(spectrum, settings, ascent));

  for (const double beta : quick ? std::vector{5.0, 10.0} : std::vector{1.0, 2.0, 4.0, 6.0, 10.0})
    runs.rate_distortion.push_back(
        train_linear_vae(spectrum, {.latent = 22, .noise_variance = 0.05, .beta = beta}, ascent));
  return runs;
}

void check_ppca(lesson::Lesson& lesson, const Spectrum& spectrum, const std::vector<LinearOptimum>& reached) {
  auto equation =
      lesson.equation("2.1", "best ELBO of a linear VAE = log-likelihood of probabilistic PCA", "test:ppca");
  for (const LinearOptimum& optimum : reached) {
    const int k = optimum.settings.latent;
    equation.exact(fmt::format("k = {}", k), optimum.objective, models::fit_ppca(spectrum.data, k).log_likelihood,
                   1e-6);
  }
  lesson.metric("largest_eigenvalue", models::fit_ppca(spectrum.data, 1).eigenvalues[0]).shown("10_water", "λ_j", 1);
}

void check_collapse(lesson::Lesson& lesson, const Spectrum& spectrum, const std::vector<LinearOptimum>& reached,
                    const Ingredients& use) {
  auto equation =
      lesson.equation("2.1", "active units = number of λ_j > βσ²,  KL_j = ½ log(λ_j / βσ²)", "test:collapse");
  for (const LinearOptimum& optimum : reached) {
    const LinearSettings& s = optimum.settings;
    const double level = use.threshold(s.beta, s.noise_variance);
    std::vector<double> predicted;
    for (int j = 0; j < s.latent; ++j)
      predicted.push_back(std::max(0.0, 0.5 * std::log(spectrum.eigenvalues[j] / level)));
    const std::string beta = s.beta == 1 ? "" : fmt::format(", β = {:g}", s.beta);
    equation
        .exact(fmt::format("σ² = {:g}{}: active", s.noise_variance, beta), optimum.active(),
               eigenvalues_above(spectrum, level))
        .exact("  the units' KL", optimum.kl, predicted, 1e-4);
    lesson.metric(fmt::format("active_{:g}_{:g}", s.noise_variance, s.beta), optimum.active())
        .shown("10_staircase", "trained linear VAEs: units with KL > 0.01", level);
  }
  lesson.metric("eigenvalues_above_1", eigenvalues_above(spectrum, 1))
      .shown("10_staircase", "eigenvalues above the level", 1);
}

void check_rate_distortion(lesson::Lesson& lesson, const Spectrum& spectrum, const std::vector<LinearOptimum>& reached,
                           const Ingredients& use) {
  auto equation = lesson.equation("2.1", "rate Σ max(0, ½ log(λ_j/θ)), distortion Σ min(θ, λ_j),  θ = βσ²",
                                  "test:rate-distortion");
  for (const LinearOptimum& optimum : reached) {
    const double level = use.water_level(optimum.settings.beta, optimum.settings.noise_variance);
    equation
        .exact(fmt::format("β = {:g}: rate", optimum.settings.beta), optimum.rate, best_rate(spectrum, level), 1e-5)
        .exact("  distortion", optimum.distortion, best_distortion(spectrum, level), 1e-5);
    lesson.metric(fmt::format("rate_{:g}", optimum.settings.beta), optimum.rate)
        .shown("10_rate_distortion", "trained, a point for each β", optimum.distortion);
  }
  lesson.metric("best_rate_at_1", best_rate(spectrum, 1))
      .shown("10_rate_distortion", "reverse water-filling", best_distortion(spectrum, 1));
}

}  // namespace ch10
