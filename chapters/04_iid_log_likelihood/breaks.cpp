#include "chapters/04_iid_log_likelihood/chapter.hpp"

#include <cmath>
#include <limits>
#include <set>

#include "models/autoregression.hpp"
#include "models/statistics/categorical.hpp"

namespace ch04 {
namespace {

double sum_over(std::span<const double> x) { return on_the_tape(x, Normal{}).value; }

double sum_over_set(std::span<const double> x) {
  const std::set<double> values(x.begin(), x.end());
  return sum_over(std::vector<double>(values.begin(), values.end()));
}

double mean_over(std::span<const double> x) { return sum_over(x) / x.size(); }

// The gradient in μ is 0.1 % too large.
LogLikelihood with_wrong_derivative(const Statistics& statistics, const Normal& normal) {
  LogLikelihood l = in_closed_form(statistics, normal);
  l.gradient[0] *= 1.001;
  return l;
}

// Without the terms of pixels that are 0.
double only_ones(std::span<const double> means, std::span<const double> theta) {
  double log_p = 0;
  for (std::size_t j = 0; j < means.size(); ++j) log_p += means[j] * std::log(theta[j]);
  return log_p;
}

}  // namespace

Ingredients right() {
  return {.log_p = sum_over,
          .closed_form = in_closed_form,
          .log_smallest_float = log_smallest<float>,
          .log_smallest_double = log_smallest<double>,
          .naive = naive(),
          .pairwise = pairwise(),
          .compensated = compensated(),
          .information = [](double rho) { return models::Autoregression(0, 1, rho).neighbour_information(); },
          .inflation = [](double rho, int n) { return models::Autoregression(0, 1, rho).inflation(n); },
          .pixels = pixels_in_closed_form,
          .divergence = models::kl_divergence};
}

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"set", "equal points counted once", {"eq:dataset"},
       [](Ingredients& i) { i.log_p = sum_over_set; }},
      {"mean", "a mean over the points instead of their sum", {"eq:dataset"},
       [](Ingredients& i) { i.log_p = mean_over; }},
      {"order", "the first point left out, whichever it is", {"eq:dataset"},
       [](Ingredients& i) { i.log_p = [](std::span<const double> x) { return sum_over(x.subspan(1)); }; }},
      {"derivative", "a derivative that is 0.1 % too large", {"eq:iid"},
       [](Ingredients& i) { i.closed_form = with_wrong_derivative; }},
      {"smallest", "the smallest number of full precision instead of the smallest one", {"eq:iid"},
       [](Ingredients& i) { i.log_smallest_double = [] { return std::log(std::numeric_limits<double>::min()); }; }},
      {"compensation", "plain sums instead of compensated ones", {"eq:iid", "eq:dataset"},
       [](Ingredients& i) { i.compensated = naive(); }},
      {"information", "ρ instead of ρ² in the price of independence", {"eq:iid"},
       [](Ingredients& i) { i.information = [](double rho) { return -0.5 * std::log(1 - rho); }; }},
      {"error-bar", "the standard error of independent points", {"eq:iid"},
       [](Ingredients& i) { i.inflation = [](double, int) { return 1.0; }; }},
      {"pixels", "only the pixels that are 1", {"eq:iid"},
       [](Ingredients& i) { i.pixels = only_ones; }},
      {"divergence", "KL(p_θ ‖ p̂) instead of KL(p̂ ‖ p_θ)", {"eq:ml-kl", "eq:iid"},
       [](Ingredients& i) {
         i.divergence = [](std::span<const double> p, std::span<const double> q) {
           return models::kl_divergence(q, p);
         };
       }}};
  return all;
}
// clang-format on

}  // namespace ch04
