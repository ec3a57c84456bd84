#include "chapters/05_minibatch_sgd/chapter.hpp"

#include "models/statistics/categorical.hpp"
#include "models/statistics/enumerate.hpp"

namespace ch05 {

Ingredients right() {
  return {.total = [](const Var<Matrix<double>>& log_probs) { return sum(log_probs); },
          .factor = n_over_m,
          .printed_factor = one,
          .last_factor = [](int N, int, int m) { return n_over_m(N, m); },
          .subsets = models::subsets,
          .correction = [](int N, int M) { return (N - M) / (N - 1.0); },
          .divisor = [](int N) -> double { return N; },
          .weight = [](double pi, int, int) { return 1 / pi; },
          .divergence = models::kl_divergence,
          .floor = [](double a, double h, double v) { return a * v / (h * (2 - a * h)); },
          .decreasing = [](double h, int t) { return 1 / (h * t); }};
}

namespace {

// y = Σ x, with a pullback that is 0.1 % too large.
Var<double> sum_with_wrong_derivative(const Var<Matrix<double>>& x) {
  return autograd::record<"sum">(
      [](auto& x) { return x.value().sum(); },
      [](auto& y, auto& x) { x.accumulate(Matrix<double>::Constant(x.rows(), x.cols(), 1.001 * y.grad())); }, x);
}

double swapped_divergence(std::span<const double> data, std::span<const double> model) {
  return models::kl_divergence(model, data);
}

}  // namespace

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"divergence", "KL(p_θ ‖ p̂) instead of KL(p̂ ‖ p_θ)", {"eq:ml-kl"},
       [](Ingredients& i) { i.divergence = swapped_divergence; }},
      {"total", "a mean over data points instead of their sum", {"eq:loglik-d", "eq:loglik-m"},
       [](Ingredients& i) { i.total = [](const Var<Matrix<double>>& x) { return mean(x); }; }},
      {"derivative", "a pullback that is 0.1 % too large", {"eq:grad-sum"},
       [](Ingredients& i) { i.total = sum_with_wrong_derivative; }},
      {"printed", "N/M where section 1.6 prints no factor", {"eq:sgd-unbiased"},
       [](Ingredients& i) { i.printed_factor = n_over_m; }},
      {"factor", "no N/M",
       {"eq:minibatch-value", "eq:scaled", "eq:expectation", "eq:coefficient", "eq:minibatch-grad"},
       [](Ingredients& i) { i.factor = one; }},
      {"average", "1/M instead of N/M",
       {"eq:minibatch-value", "eq:scaled", "eq:expectation", "eq:coefficient", "eq:minibatch-grad"},
       [](Ingredients& i) { i.factor = one_over_m; }},
      {"sampler", "neighbours in the file instead of random subsets",
       {"eq:minibatch-value", "eq:expectation", "eq:minibatch-grad"},
       [](Ingredients& i) { i.subsets = blocks; }},
      {"weights", "N/M instead of 1/π_j under a biased sampler", {"eq:coefficient", "eq:minibatch-grad"},
       [](Ingredients& i) { i.weight = [](double, int N, int M) { return n_over_m(N, M); }; }},
      {"correction", "no (N-M)/(N-1) without replacement",
       {"eq:minibatch-value", "eq:expectation", "eq:minibatch-grad"},
       [](Ingredients& i) { i.correction = [](int, int) { return 1.0; }; }},
      {"divisor", "S with 1/(N-1) instead of 1/N",
       {"eq:minibatch-value", "eq:expectation", "eq:minibatch-grad"},
       [](Ingredients& i) { i.divisor = [](int N) { return N - 1.0; }; }},
      {"last-batch", "a short last batch with the factor N/M of a whole one", {"eq:minibatch-grad"},
       [](Ingredients& i) { i.last_factor = [](int N, int M, int) { return n_over_m(N, M); }; }},
      {"floor", "a/2 instead of a/(2 - ah) in SGD's floor", {"eq:sgd-floor"},
       [](Ingredients& i) { i.floor = [](double a, double h, double v) { return a * v / (2 * h); }; }},
      {"steps", "steps that do not decrease", {"claim:decreasing-steps"},
       [](Ingredients& i) { i.decreasing = [](double, int) { return 0.1; }; }}};
  return all;
}
// clang-format on

}  // namespace ch05
