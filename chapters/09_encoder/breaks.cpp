#include <cmath>
#include <numbers>

#include "chapters/09_encoder/chapter.hpp"
#include "models/statistics/random.hpp"

namespace ch09 {
namespace {

Matrix<double> with_sd(const Matrix<double>& mean, const Eigen::RowVectorXd& sd, const Matrix<double>& epsilon) {
  return (epsilon * sd.asDiagonal()).rowwise() + mean.row(0);
}
// z = μ + σ ε
Matrix<double> sample(const Matrix<double>& mean, const Matrix<double>& log_sd, const Matrix<double>& epsilon) {
  return with_sd(mean, log_sd.row(0).array().exp(), epsilon);
}
Matrix<double> sample_with_variance(const Matrix<double>& mean, const Matrix<double>& log_sd,
                                    const Matrix<double>& epsilon) {
  return with_sd(mean, (2 * log_sd.row(0)).array().exp(), epsilon);
}

// ½ ( μ² + σ² - 1 - log σ² )
double kl_to_prior(double mean, double log_sd) { return 0.5 * (mean * mean + std::exp(2 * log_sd) - 1 - 2 * log_sd); }

Vector log_density_without_sd(const DiagonalNormals& q, Index row, const Matrix<double>& z) {
  return log_density(q, row, z) + q.log_sd.row(row).sum();
}

// What the probe is given: E[z | x] under q.
Matrix<double> code(const TrainedVae& trained, const TrainedVae&, const Matrix<double>& x) {
  return encode(trained, x).mean;
}

Matrix<double> code_of_untrained(const TrainedVae&, const TrainedVae& untrained, const Matrix<double>& x) {
  return encode(untrained, x).mean;
}

// Numbers that have nothing to do with x, as of an encoder whose posterior has collapsed to the prior.
Matrix<double> noise(const TrainedVae& trained, const TrainedVae&, const Matrix<double>& x) {
  Matrix<double> z(x.rows(), trained.vae().shape().latent);
  models::Random(x.rows(), models::Purpose::noise).fill_normal(std::span(z.data(), z.size()));
  return z;
}

}  // namespace

Ingredients right() {
  return {.log_density = log_density,
          .parts = {.sample = sample, .kl_to_prior = kl_to_prior},
          .divergence = kl_to_posterior,
          .seen = [](const Matrix<double>& x) { return x; },
          .local_steps = [](int steps) { return steps; },
          .second_follows = 0.5,
          .partial_variance = 1.0 / 3,
          .likelihood_at_code = true,
          .code = code};
}

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"normaliser", "a density of q without the factor 1/σ", {"eq:encoder"},
       [](Ingredients& i) { i.log_density = log_density_without_sd; }},
      {"variance", "z = μ + σ² ε instead of μ + σ ε", {"eq:encoder", "claim:amortised"},
       [](Ingredients& i) { i.parts.sample = sample_with_variance; }},
      {"kl", "no KL(q ‖ p(z)) in the ELBO", {"eq:encoder", "claim:amortised"},
       [](Ingredients& i) { i.parts.kl_to_prior = [](double, double) { return 0.0; }; }},
      {"direction", "KL(p(z|x) ‖ q) instead of KL(q ‖ p(z|x))", {"eq:encoder"},
       [](Ingredients& i) { i.divergence = kl_from_posterior; }},
      {"blind", "one q for all x: an encoder that is given zeros", {"claim:amortised"},
       [](Ingredients& i) { i.seen = [](const Matrix<double>& x) { return Matrix<double>(0 * x); }; }},
      {"no-steps", "an optimisation of each q that takes no step", {"claim:amortised"},
       [](Ingredients& i) { i.local_steps = [](int) { return 0; }; }},
      {"unpaired", "each x₁ beside the x₂ of another data point", {"claim:partial"},
       [](Ingredients& i) { i.second_follows = 0; }},
      {"posterior", "the variance ½ of p(z | x₁) instead of 1/3", {"claim:partial"},
       [](Ingredients& i) { i.partial_variance = 0.5; }},
      {"sampled", "E_q log p(x|z) instead of log p(x | z = μ): a bound again", {"claim:mean-code"},
       [](Ingredients& i) { i.likelihood_at_code = false; }},
      {"untrained", "the code of an encoder with random weights", {"claim:representation"},
       [](Ingredients& i) { i.code = code_of_untrained; }},
      {"noise", "a code that was drawn without looking at x", {"claim:representation"},
       [](Ingredients& i) { i.code = noise; }}};
  return all;
}
// clang-format on

}  // namespace ch09
