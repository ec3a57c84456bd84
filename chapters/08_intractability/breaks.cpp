#include <cmath>

#include "chapters/08_intractability/chapter.hpp"

namespace ch08 {

Ingredients right() {
  return {.second_moment =
              [](double sigma, int k) {
                const double s2 = sigma * sigma;
                return std::pow((1 + s2) / (sigma * std::sqrt(2 + s2)), k);
              },
          .log_weight = [](double log_joint, double log_q) { return log_joint - log_q; },
          .posterior = [](const LinearGaussian& model, int n,
                          std::uint64_t seed) { return model.posterior_draws(n, seed); },
          .temperature = [](double beta) { return beta; },
          .leapfrog_variance = [](double step) { return 1 / (1 - step * step / 4); },
          .accept = true,
          .effective = [](double N, double rho) { return N * (1 - rho) / (1 + rho); },
          .prior_of_theta = 1};
}

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"dimension", "a variance that does not grow with k", {"eq:intractable"},
       [](Ingredients& i) { i.second_moment = [](double sigma, int) { return right().second_moment(sigma, 1); }; }},
      {"weight", "importance weights without 1/q(z)", {"eq:intractable"},
       [](Ingredients& i) { i.log_weight = [](double log_joint, double) { return log_joint; }; }},
      {"posterior", "draws of the prior where draws of the posterior belong",
       {"claim:harmonic-mean", "eq:thermodynamic"},
       [](Ingredients& i) {
         i.posterior = [](const LinearGaussian& m, int n, std::uint64_t seed) { return m.prior_draws(n, seed); };
       }},
      {"temperature", "every average under the prior instead of under p_β", {"eq:thermodynamic"},
       [](Ingredients& i) { i.temperature = [](double) { return 0.0; }; }},
      {"leapfrog", "1/(1 - ε²/2) instead of 1/(1 - ε²/4)", {"claim:accept"},
       [](Ingredients& i) { i.leapfrog_variance = [](double step) { return 1 / (1 - step * step / 2); }; }},
      {"accept", "every proposal is accepted", {"claim:accept", "claim:mcmc", "claim:posterior-theta"},
       [](Ingredients& i) { i.accept = false; }},
      {"correlation", "N_eff = N, as if draws of a chain were independent", {"eq:ess"},
       [](Ingredients& i) { i.effective = [](double N, double) { return N; }; }},
      {"prior", "no log p(θ) in log p(D, θ)", {"claim:posterior-theta"},
       [](Ingredients& i) { i.prior_of_theta = 0; }}};
  return all;
}
// clang-format on

}  // namespace ch08
