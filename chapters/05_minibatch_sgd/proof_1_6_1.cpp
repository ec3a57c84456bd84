// Sections 1.6.1 and 1.6.1.1: the proof line by line, and what its factor does.
#include <fmt/format.h>

#include "chapters/05_minibatch_sgd/proof.hpp"
#include "models/statistics/enumerate.hpp"

namespace ch05 {

using models::Order;

namespace {

// The variance of the drawn estimates, and how the error of their mean falls.
void draw_gradients(lesson::Equation equation, const Example& example, const Statistic& scaled, double full,
                    double spread, std::uint64_t seed) {
  const int N = example.N(), M = example.M;
  const Statistic estimate_and_square = [&](Points points) -> Vector {
    const double estimate = scaled(points)[0];
    return Eigen::Vector2d(estimate, (estimate - full) * (estimate - full));
  };
  const models::RunningMeans drawn = sample(draws(N, M, Order::shuffled, seed), estimate_and_square, example.draws);
  const Vector se = drawn.standard_error();
  const std::string count = lesson::thousands(example.draws);
  equation.sampled(count + " subsets drawn", {drawn.mean()[0], se[0]}, full)
      .sampled("  their variance", {drawn.mean()[1], se[1]}, spread);

  const std::vector<int> sizes{10, 100, 1000};
  const Vector all = outcomes(models::subsets(N, M), scaled).col(0);
  const std::vector<models::Estimate> errors = squared_errors(all, full, sizes, 400, seed);
  for (std::size_t i = 0; i < sizes.size(); ++i)
    equation.sampled(fmt::format("  means of {}: R·error²", sizes[i]),
                     {sizes[i] * errors[i].mean, sizes[i] * errors[i].se}, spread);
}

}  // namespace

void two_rules(lesson::Lesson& lesson, const Example& example, const Ingredients& use) {
  const int N = example.N(), M = example.M;
  const Model model = normal_with_mean(example.x, 0, use.total);
  const Vector slopes = outcomes(models::subsets(N, 1), gradient_estimate(model, one));
  const double full = model.log_likelihood().gradient[0];

  // log N(x; θ, 1) has the slope x - θ, and θ = 0
  const Vector by_hand = Eigen::Map<const Vector>(example.x.data(), N);
  lesson.equation("1.6.1", "∇ Σ_i log p(x_i) = Σ_i ∇log p(x_i)", "eq:grad-sum")
      .exact("each point: tape, by hand", numbers(slopes), numbers(by_hand))
      .exact(fmt::format("one tape, {} tapes", N), full, slopes.sum())
      .exact("one tape, by hand", full, by_hand.sum());

  const Batches subsets = models::subsets(N, M);
  const double c = use.factor(N, M);
  const Matrix<double> inside = outcomes(subsets, [&](Points m) { return model.log_likelihood(m, c).gradient; });
  const Matrix<double> outside = n_over_m(N, M) * outcomes(subsets, gradient_estimate(model, one));
  const double redefined = model.log_likelihood(subsets[0], c).value, defined = model.log_likelihood(subsets[0]).value;
  lesson.equation("1.6.1", "∇log p(M) = (N/M) Σ_{j∈M} ∇log p(x_j)", "eq:scaled")
      .exact(every_subset(subsets), numbers(inside), numbers(outside))
      .exact("this log p(M) / that of 1.6", redefined / defined, n_over_m(N, M));
}

void unbiasedness(lesson::Lesson& lesson, const Example& example, const Ingredients& use) {
  const int N = example.N(), M = example.M;
  const Model model = normal_with_mean(example.x, 0, use.total);
  const double full = model.log_likelihood().gradient[0];  // ∇log p(D)
  const Statistic sum = gradient_estimate(model, one), scaled = gradient_estimate(model, use.factor);
  const Batches points = models::subsets(N, 1), subsets = use.subsets(N, M), choices = models::tuples(N, M);
  const double one_point = expectation(points, sum)[0];  // E[ ∇log p(x) ] of one point x of D, all equally likely

  auto proof = lesson.equation("1.6.1", "E[ (N/M) Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D)", "eq:expectation")
                   .exact("E[ Σ_j ∇ ] = M E[ ∇ ]", expectation(choices, sum)[0], M * one_point)
                   .exact("  and for subsets", expectation(subsets, sum)[0], M * one_point)
                   .exact("(N/M) M E[ ∇ ] = N E[ ∇ ]", use.factor(N, M) * M * one_point, N * one_point)
                   .exact("N E[ ∇ ] = ∇log p(D)", N * one_point, full)
                   .exact("so: " + every_subset(subsets), expectation(subsets, scaled)[0], full)
                   .exact(every_choice(choices), expectation(choices, scaled)[0], full)
                   .exact("dependent: a circle's blocks", expectation(circular_blocks(N, M), scaled)[0], full);

  const auto theory = [&](double correction) {
    return predicted_covariance(sum, N, M, n_over_m(N, M), correction, use.divisor(N))(0, 0);
  };
  const double spread = theory(use.correction(N, M));
  proof.exact("variance, every subset", covariance(outcomes(subsets, scaled))(0, 0), spread)
      .exact("variance, with replacement", covariance(outcomes(choices, scaled))(0, 0), theory(1));
  draw_gradients(proof, example, scaled, full, spread, lesson.seed());
}

void coefficient(lesson::Lesson& lesson, const Example& example, const Ingredients& use) {
  const int N = example.N(), M = example.M;
  const Model model = normal_with_mean(example.x, 0, use.total);
  const Batches points = models::subsets(N, 1), subsets = models::subsets(N, M), neighbours = blocks(N, M);
  const Statistic sum = gradient_estimate(model, one), scaled = gradient_estimate(model, use.factor);
  const Statistic redefined = [&](Points m) -> Vector { return model.log_likelihood(m, use.factor(N, M)).gradient; };
  const Vector slopes = outcomes(points, sum);
  const double full = slopes.sum();

  // more points than the data set has, since the same one may come again
  Vector means(7);
  for (int m = 1; m <= 7; ++m) means[m - 1] = expectation(models::tuples(N, m), scaled)[0];
  const Vector wanted = Vector::Constant(7, full);

  // blocks of the file, which is sorted: the points at its ends stand in fewer of them
  const Vector pi = inclusion(neighbours, N);
  const Vector weights = pi.unaryExpr([&](double share) { return use.weight(share, N, M); });
  const double bias = (n_over_m(N, M) * pi.array() - 1).matrix().dot(slopes);

  lesson.equation("1.6.1.1", "E[ Σ ∇ ] = M E[ ∇ ], so E[ (N/M) Σ ∇ ] = N E[ ∇ ] = ∇log p(D)", "eq:coefficient")
      .exact("1.6      Σ", expectation(subsets, sum)[0], M * slopes.mean())
      .exact("1.6.1    ∇ of (N/M) Σ log p", expectation(subsets, redefined)[0], full)
      .exact("1.6.1.1  (N/M) Σ ∇", expectation(subsets, scaled)[0], full)
      .exact("M = 1 .. 7, with replacement", numbers(means), numbers(wanted))
      .exact("M = N without: variance", covariance(outcomes(models::subsets(N, N), scaled))(0, 0), 0)
      .exact("sorted blocks: the bias", expectation(neighbours, scaled)[0] - full, bias)
      .exact("  repaired: 1/π_j for N/M", expectation(neighbours, weighted_gradient(model, weights))[0], full);
}

}  // namespace ch05
