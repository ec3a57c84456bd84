// A grey pixel x in [0, 1] under λˣ (1-λ)¹⁻ˣ: not a density, until it is divided by its integral.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/statistics/continuous_bernoulli.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/random.hpp"

namespace ch02 {

namespace {

double logit(double lambda) { return std::log(lambda / (1 - lambda)); }

// λˣ (1-λ)¹⁻ˣ
double bernoulli_formula(double lambda, double x) { return std::pow(lambda, x) * std::pow(1 - lambda, 1 - x); }

// E[ x ] of the continuous Bernoulli.
double mean_of(double logit) { return sigmoid(logit) + models::log_bernoulli_integral_slope(logit); }

// The likeliest logit for data with this mean, where ∂/∂ℓ [ x̄ ℓ - log(1 + exp ℓ) - log Z ] = x̄ - E[ x ] is 0: the
// mean grows with ℓ, so the interval is halved around it.
double likeliest_logit(double data_mean) {
  double low = -1e4, high = 1e4;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (mean_of(middle) < data_mean ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

void check_grey(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  const Numbers lambdas{0.01, 0.1, 0.3, 0.6, 0.95};
  Numbers integrals, in_lambda, in_logit, normalised;
  for (const double lambda : lambdas) {
    const double l = logit(lambda), log_Z = use.log_integral(l);
    integrals.push_back(integral(0, 1, [&](double x) { return bernoulli_formula(lambda, x); }));
    in_lambda.push_back((1 - 2 * lambda) / std::log((1 - lambda) / lambda));
    in_logit.push_back(std::tanh(l / 2) / l);
    normalised.push_back(integral(0, 1, [&](double x) { return bernoulli_formula(lambda, x) * std::exp(-log_Z); }));
  }

  // draws of a continuous Bernoulli with λ = 0.8, and the λ that each of the two formulas finds in them
  const double lambda = 0.8, l = logit(lambda);
  Numbers x(draws);
  models::Random(lesson.seed(), models::Purpose::data).fill_uniform(x);
  for (double& one : x) one = models::continuous_bernoulli_draw(one, l);
  models::RunningMean mean;
  for (const double one : x) mean.add(one);
  // each draw has the information Var[ x ] about ℓ; it is measured on the draws
  const models::Estimate found{likeliest_logit(mean.mean()), 1 / std::sqrt(draws * mean.variance())};

  lesson.equation("1.3.1", "∫₀¹ λˣ (1-λ)¹⁻ˣ dx = (1-2λ) / log((1-λ)/λ) = tanh(ℓ/2)/ℓ", "claim:grey-bernoulli")
      .exact("λ = 0.01", integrals[0], in_lambda[0], 1e-9)
      .exact("  0.1, 0.3, 0.6, 0.95", integrals, in_lambda, 1e-9)
      .exact("  by ℓ = log λ/(1-λ)", in_lambda, in_logit)
      .at_most("  the largest: λ = ½", integral(0, 1, [](double x) { return bernoulli_formula(0.5, x); }), 0.5, 1e-12)
      .exact("divided by it: ∫ p(x) dx", normalised, Numbers(lambdas.size(), 1.0), 1e-9)
      .p_value("draws, λ = 0.8: Kolmogorov",
               models::kolmogorov_p(x,
                                    [&](double x) {
                                      return (bernoulli_formula(lambda, x) - (1 - lambda)) /
                                             (l * std::exp(use.log_integral(l)));  // ∫₀ˣ p
                                    }))
      .sampled("  their mean", mean.estimate(), mean_of(l))
      .sampled("  the ℓ it finds", found, l)
      .at_most("  the Bernoulli's λ", mean.estimate(), lambda - 0.1);

  for (const double at_1 : {0.1, 0.8}) {  // λ¹ (1-λ)⁰
    const double area = (1 - 2 * at_1) / std::log((1 - at_1) / at_1);
    lesson.metric(fmt::format("formula_{}", at_1), at_1)
        .shown("02_grey", fmt::format("λ = {}: area {:.3f}", at_1, area), 1);
    lesson.metric(fmt::format("density_{}", at_1), at_1 / area)
        .shown("02_grey", fmt::format("λ = {}: area 1", at_1), 1);
  }
}

}  // namespace ch02
