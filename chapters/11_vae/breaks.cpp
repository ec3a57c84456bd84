#include "chapters/11_vae/chapter.hpp"

#include <cmath>

namespace ch11 {

using models::BoundSettings;

namespace {

double kl_normal(double m, double v, double mean, double variance) {
  return 0.5 * ((v + (m - mean) * (m - mean)) / variance - 1 - std::log(v / variance));
}

BoundSettings as_it_stands(BoundSettings settings) { return settings; }

BoundSettings half_the_rate(BoundSettings settings) {
  settings.beta = 0.5;
  return settings;
}

BoundSettings mean_of_logarithms(BoundSettings settings) {
  settings.objective = models::Objective::elbo;
  settings.kl = models::Kl::sampled;
  return settings;
}

}  // namespace

Ingredients right() {
  return {.divergence = kl_normal,
          .elbo = as_it_stands,
          .importance = as_it_stands,
          .latent_source = models::the_code_itself};
}

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"divergence", "KL( p(z|x) ‖ q(z|x) ) instead of KL( q(z|x) ‖ p(z|x) )", {"eq:elbo", "eq:is-bound"},
       [](Ingredients& i) {
         i.divergence = [](double m, double v, double mean, double variance) {
           return kl_normal(mean, variance, m, v);
         };
       }},
      {"half", "½ KL( q(z|x) ‖ p(z) ) in the bound instead of the whole of it", {"eq:elbo", "test:ppca"},
       [](Ingredients& i) { i.elbo = half_the_rate; }},
      {"jensen", "the mean of K logarithms instead of the logarithm of the mean", {"eq:is-bound"},
       [](Ingredients& i) { i.importance = mean_of_logarithms; }},
      {"bits", "z is chosen by random bits apart, which the decoder does not get back", {"test:bits-back"},
       [](Ingredients& i) { i.latent_source = models::bits_apart; }}};
  return all;
}
// clang-format on

}  // namespace ch11
