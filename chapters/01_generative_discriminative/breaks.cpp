#include <cmath>

#include "chapters/01_generative_discriminative/chapter.hpp"

namespace ch01 {

Ingredients right() {
  return {.prior = [](double log_prior) { return log_prior; },
          .affine = [](const models::GaussianDiscriminant& model) { return model.affine(); },
          .error = [](const Problem& problem, std::uint64_t draw, const Rule& rule,
                      const Labelled&) { return problem.error(draw, rule); },
          .intercept_variance = [](double delta) { return 4 + delta * delta; },
          .score = [](double x, double m) { return x * std::tanh(m * x) - m; },
          .labelled_weight = [](int) { return 1.0; },
          .critical_share = [](double c, double E) { return 1 / ((1 + c * c) * E); }};
}

namespace {

// W and b without the -½ μᵀΣ⁻¹μ in b.
models::AffineScores without_norms(const models::GaussianDiscriminant& model) {
  models::AffineScores scores = model.affine();
  scores.b = model.log_prior;
  return scores;
}

}  // namespace

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"prior", "the prior left out of Bayes' rule", {"claim:bayes"},
       [](Ingredients& i) { i.prior = [](double) { return 0.0; }; }},
      {"intercept", "no -½ μᵀΣ⁻¹μ in the intercepts of the posterior", {"claim:bayes"},
       [](Ingredients& i) { i.affine = without_norms; }},
      {"training", "errors counted on the points that were learnt from", {"claim:asymptotic"},
       [](Ingredients& i) {
         i.error = [](const Problem&, std::uint64_t, const Rule& rule, const Labelled& training) {
           return error_on(rule, training);
         };
       }},
      {"known-means", "the class means taken as known in the normal model", {"claim:efron"},
       [](Ingredients& i) { i.intercept_variance = [](double) { return 4.0; }; }},
      {"score", "the score of an unlabelled point without its mean", {"claim:unlabelled-worth"},
       [](Ingredients& i) { i.score = [](double x, double m) { return x * std::tanh(m * x); }; }},
      {"mean", "a mean of the labelled points added to a sum of the unlabelled",
       {"claim:semi", "claim:unlabelled-hurts"},
       [](Ingredients& i) { i.labelled_weight = [](int labelled) { return 1.0 / labelled; }; }},
      {"clusters", "only the distance of the clusters in λ_c, not their variance", {"claim:unlabelled-hurts"},
       [](Ingredients& i) { i.critical_share = [](double c, double E) { return 1 / (c * c * E); }; }}};
  return all;
}
// clang-format on

}  // namespace ch01
