#include <cmath>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/continuous_bernoulli.hpp"

namespace ch02 {

namespace {

double draw_of_normal(double mean, double sd, double epsilon) { return mean + sd * epsilon; }

int state(std::span<const double> p, double u) {
  int k = 0;
  for (double sum = p[0]; u >= sum && k + 1 < int(p.size()); sum += p[k]) ++k;
  return k;
}

double draw_of_mixture(const Mixture& p, double u, double epsilon) {
  const int k = state(p.weight, u);
  return draw_of_normal(p.mean[k], p.sd[k], epsilon);
}

double half_of_differences(std::span<const double> p, std::span<const double> q) {
  double sum = 0;
  for (std::size_t k = 0; k < p.size(); ++k) sum += std::abs(p[k] - q[k]);
  return sum / 2;
}

// What can go wrong in them.

double without_a_choice(const Mixture& p, double, double epsilon) {
  double mean = 0, sd = 0;
  for (std::size_t k = 0; k < p.weight.size(); ++k) mean += p.weight[k] * p.mean[k], sd += p.weight[k] * p.sd[k];
  return draw_of_normal(mean, sd, epsilon);
}

double variance_within(const Mixture& p) {
  double sum = 0;
  for (std::size_t k = 0; k < p.weight.size(); ++k) sum += p.weight[k] * p.sd[k] * p.sd[k];
  return sum;
}

}  // namespace

Ingredients right() {
  return {.normal = draw_of_normal,
          .state = state,
          .mixture = draw_of_mixture,
          .change_of_unit = [](double a) { return -std::log(a); },
          .divergence = models::kl_divergence,
          .distance = half_of_differences,
          .best_variance = [](const Mixture& p) { return p.variance(); },
          .log_ratio = [](double log_p, double log_q) { return log_p - log_q; },
          .information = [](double p) { return p * (1 - p); },
          .deviation = [](double log_var) { return std::exp(0.5 * log_var); },
          .log_integral = models::log_bernoulli_integral};
}

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"draw", "a normal draw with the variance in the place of the standard deviation", {"eq:model"},
       [](Ingredients& i) {
         i.normal = [](double mean, double sd, double epsilon) { return mean + sd * sd * epsilon; };
       }},
      {"mixture", "a mixture's components averaged instead of one of them chosen", {"eq:model"},
       [](Ingredients& i) { i.mixture = without_a_choice; }},
      {"unit", "log a added to log p instead of subtracted", {"claim:density-above-one"},
       [](Ingredients& i) { i.change_of_unit = [](double a) { return std::log(a); }; }},
      {"divergence", "KL(q ‖ p) instead of KL(p ‖ q), of states", {"eq:approx"},
       [](Ingredients& i) { i.divergence = [](auto p, auto q) { return models::kl_divergence(q, p); }; }},
      {"distance", "total variation without its ½", {"eq:approx"},
       [](Ingredients& i) { i.distance = [](auto p, auto q) { return 2 * half_of_differences(p, q); }; }},
      {"variance", "the mean of the peaks' variances instead of the variance of both peaks", {"claim:kl-direction"},
       [](Ingredients& i) { i.best_variance = variance_within; }},
      {"ratio", "log q - log p averaged in KL(p ‖ q), of densities", {"claim:kl-direction"},
       [](Ingredients& i) { i.log_ratio = [](double log_p, double log_q) { return log_q - log_p; }; }},
      {"information", "Σ x xᵀ for the information Σ p (1 - p) x xᵀ", {"eq:conditional"},
       [](Ingredients& i) { i.information = [](double) { return 1.0; }; }},
      {"deviation", "the network's variance taken for a standard deviation", {"eq:conditional"},
       [](Ingredients& i) { i.deviation = [](double log_var) { return std::exp(log_var); }; }},
      {"integral", "grey pixels under a Bernoulli: no division by the integral", {"claim:grey-bernoulli"},
       [](Ingredients& i) { i.log_integral = [](double) { return 0.0; }; }}};
  return all;
}
// clang-format on

}  // namespace ch02
