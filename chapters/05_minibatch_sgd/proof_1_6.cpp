// Section 1.6: what is maximised, the two log-likelihoods, and what the notes first say of them.
#include <fmt/format.h>

#include <cmath>

#include "chapters/05_minibatch_sgd/proof.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch05 {

using autograd::value_and_gradient;
using models::Order;

namespace {

// KL(p̂ ‖ softmax θ) and its slope in θ, on a tape of its own.
Vector slope_of_divergence(const Vector& p_hat, const Vector& theta) {
  const Matrix<double> data = p_hat.transpose(), log_data = p_hat.array().log().matrix().transpose();
  const auto kl = [&](auto theta) {
    return dot(theta.tape().constant(data), theta.tape().constant(log_data) - log_softmax(theta));
  };
  return std::get<1>(value_and_gradient(kl, Matrix<double>(theta.transpose()))).transpose();
}

}  // namespace

void maximum_likelihood(lesson::Lesson& lesson, const Example& example, const Ingredients& use) {
  const std::vector<int> x{0, 0, 0, 0, 1, 1, 1, 2, 2, 3};  // ten observations: p̂ = (0.4, 0.3, 0.2, 0.1)
  const std::vector<double> data = models::empirical_distribution(x, 4);
  const Vector p_hat = Eigen::Map<const Vector>(data.data(), 4);
  const double N = static_cast<double>(x.size()), entropy = models::entropy(data);

  Matrix<double> values(20, 2), slopes(20, 4), other_slopes(20, 4);
  for (Index model = 0; model < 20; ++model) {
    Vector theta(4);
    models::Random(lesson.seed(), models::Purpose::data, static_cast<std::uint64_t>(model))
        .fill_normal({theta.data(), 4});
    const Vector p = theta.array().exp() / theta.array().exp().sum();
    const auto [value, slope] = categorical(x, theta, use.total).log_likelihood();
    values.row(model) << value / N, -entropy - use.divergence(data, numbers(p));
    slopes.row(model) = slope / N;
    other_slopes.row(model) = -slope_of_divergence(p_hat, theta);
  }
  const Vector lhs = values.col(0), rhs = values.col(1), zeros = Vector::Zero(4);
  const auto [top, top_slope] = categorical(x, p_hat.array().log(), use.total).log_likelihood();

  const Eigen::Map<const Vector> D(example.x.data(), example.N());
  const double spread = (D.array() - D.mean()).square().mean();
  const Vector normal_slope = normal(example.x, D.mean(), std::log(spread), use.total).log_likelihood().gradient;

  lesson.equation("1.6", "(1/N) log p_θ(D) = -H(p̂) - KL(p̂ ‖ p_θ)", "eq:ml-kl")
      .exact("20 models of 4 states", numbers(lhs), numbers(rhs))
      .exact("  their slopes in θ", numbers(slopes), numbers(other_slopes))
      .at_most("  none is above -H(p̂)", lhs.maxCoeff(), -entropy)
      .exact("p_θ = p̂ reaches -H(p̂)", top / N, -entropy)
      .exact("  and its slope is 0", numbers(top_slope), numbers(zeros))
      .exact("N(mean, variance of D): too", numbers(normal_slope), numbers(zeros).first(2));
}

void log_likelihoods(lesson::Lesson& lesson, const Example& example, const Ingredients& use) {
  const int N = example.N(), M = example.M;
  const Model model = normal_with_mean(example.x, 0, use.total);
  const LogLikelihood all = model.log_likelihood();
  const Batches subsets = models::subsets(N, M), choices = models::tuples(N, M);
  const Statistic by_tape = value_estimate(model, one), by_hand = [&](Points points) -> Vector {
    double sum = 0;
    for (const int j : points) sum += models::normal_log_density(example.x[static_cast<std::size_t>(j)], 0, 1);
    return Vector::Constant(1, sum);
  };

  lesson.equation("1.6", "log p(D) = Σ_{x∈D} log p(x)", "eq:loglik-d")
      .exact(fmt::format("{} points under N(x; 0, 1)", N), all.value, by_hand(model.all())[0]);

  lesson.equation("1.6", "log p(M) = Σ_{x∈M} log p(x)", "eq:loglik-m")
      .exact(every_subset(subsets), numbers(outcomes(subsets, by_tape)), numbers(outcomes(subsets, by_hand)))
      .exact(every_choice(choices), numbers(outcomes(choices, by_tape)), numbers(outcomes(choices, by_hand)));

  const Statistic printed = gradient_estimate(model, use.printed_factor);
  lesson.equation("1.6", "E[ ∇log p(M) ] = ∇log p(D), as printed in the notes", "eq:sgd-unbiased")
      .fails(every_subset(subsets), expectation(subsets, printed)[0], all.gradient[0], "N/M is missing")
      .fails(every_choice(choices), expectation(choices, printed)[0], all.gradient[0], "N/M is missing");
}

void minibatch_value(lesson::Lesson& lesson, const Example& example, const Ingredients& use) {
  const int N = example.N(), M = example.M;
  const Model model = normal_with_mean(example.x, 0, use.total);
  const double full = model.log_likelihood().value / N;
  const Batches subsets = use.subsets(N, M), choices = models::tuples(N, M);
  // (1/N) c Σ_{x∈M} log p(x), which for c = N/M is the mean over M
  const Statistic value = [N, scaled = value_estimate(model, use.factor)](Points points) -> Vector {
    return scaled(points) / N;
  };
  auto equation = lesson.equation("1.6", "E[ (1/M) log p(M) ] = (1/N) log p(D)", "eq:minibatch-value")
                      .exact(every_subset(subsets), expectation(subsets, value)[0], full)
                      .exact(every_choice(choices), expectation(choices, value)[0], full);
  // the standard error of R drawn ones is √(Var / R)
  const auto draw = [&](const char* how, const Batches& all, Order order, double correction) {
    const double spread =
        predicted_covariance(value_estimate(model, one), N, M, 1.0 / M, correction, use.divisor(N))(0, 0);
    const double mean = sample(draws(N, M, order, lesson.seed()), value, example.draws).mean()[0];
    equation.exact(fmt::format("variance, {}", how), covariance(outcomes(all, value))(0, 0), spread)
        .sampled(fmt::format("  {} drawn", lesson::thousands(example.draws)),
                 {mean, std::sqrt(spread / example.draws)}, full);
  };
  draw("without replacement", subsets, Order::shuffled, use.correction(N, M));
  draw("with replacement", choices, Order::with_replacement, 1);

  // Jensen: exp is convex, so that E[ exp v ] > exp E[ v ]
  const Statistic likelihood = [&](Points points) -> Vector { return value(points).array().exp(); };
  equation.at_least("but E[ exp · ] / exp E[ · ]", expectation(subsets, likelihood)[0] / std::exp(full), 1.01);
}

}  // namespace ch05
