// How far off one minibatch is: the spread of its gradient, which is a matrix as soon as there are two parameters.
#include <fmt/format.h>

#include "chapters/05_minibatch_sgd/proof.hpp"
#include "models/statistics/enumerate.hpp"

namespace ch05 {

using models::Order;

lesson::Equation spread(lesson::Lesson& lesson, const Example& example, const Ingredients& use) {
  const int N = example.N(), M = example.M;
  const Model model = normal(example.x, 0, 0, use.total);
  const Vector full = model.log_likelihood().gradient / N;
  const Statistic sum = gradient_estimate(model, one);
  const Statistic estimate = [N, scaled = gradient_estimate(model, use.factor)](Points points) -> Vector {
    return scaled(points) / N;
  };
  const Batches subsets = use.subsets(N, M), choices = models::tuples(N, M);
  auto equation = lesson.equation("1.6", "E[ (1/M) Σ_{j∈M} ∇log p(x_j) ] = (1/N) ∇log p(D)", "eq:minibatch-grad")
                      .exact(every_subset(subsets), numbers(expectation(subsets, estimate)), numbers(full))
                      .exact(every_choice(choices), numbers(expectation(choices, estimate)), numbers(full));

  // Cov = (S/M) (N-M)/(N-1): a matrix, since the two slopes of one point go together
  const auto theory = [&](int m, double correction) {
    return predicted_covariance(sum, N, m, 1.0 / m, correction, use.divisor(N));
  };
  const Matrix<double> seen = covariance(outcomes(subsets, estimate)), expected = theory(M, use.correction(N, M));
  equation.exact("Var of the slope in μ", seen(0, 0), expected(0, 0))
      .exact("Cov of the two slopes", seen(0, 1), expected(0, 1))
      .exact("Var of the slope in log σ²", seen(1, 1), expected(1, 1));
  std::vector<double> all_seen, all_expected;
  for (int m = 1; m <= N; ++m) {
    const Matrix<double> by_list = covariance(outcomes(use.subsets(N, m), estimate));
    const Matrix<double> by_theory = theory(m, use.correction(N, m));
    all_seen.insert(all_seen.end(), by_list.data(), by_list.data() + by_list.size());
    all_expected.insert(all_expected.end(), by_theory.data(), by_theory.data() + by_theory.size());
  }
  equation.exact(fmt::format("all, for M = 1 .. {}", N), all_seen, all_expected)
      .exact("all, with replacement", numbers(covariance(outcomes(choices, estimate))), numbers(theory(M, 1)));

  const Statistic products = [&](Points points) -> Vector {
    const Vector error = estimate(points) - full;
    return Eigen::Vector3d(error[0] * error[0], error[0] * error[1], error[1] * error[1]);
  };
  const models::RunningMeans drawn = sample(draws(N, M, Order::shuffled, lesson.seed()), products, example.draws);
  const Eigen::Vector3d cells(expected(0, 0), expected(0, 1), expected(1, 1));
  equation.sampled(fmt::format("{} drawn", lesson::thousands(example.draws)), numbers(drawn.mean()),
                   numbers(drawn.standard_error()), numbers(cells));

  // a shuffled epoch; its last batch is short unless M divides N, and then needs a factor of its own
  models::Minibatches batches(N, M, Order::shuffled, lesson.seed());
  const Vector epoch = epoch_average(model, batches, 0, use.last_factor) / N;
  equation.exact(fmt::format("an epoch, last batch of {}", N % M == 0 ? M : N % M), numbers(epoch), numbers(full));
  return equation;
}

}  // namespace ch05
