// Sections 1.6, 1.6.1 and 1.6.1.1 on a few points: what is maximised, the two log-likelihoods, what the notes first
// say of them, the proof line by line, and what its factor does.
#include <fmt/format.h>

#include <cmath>
#include <span>

#include "chapters/05_minibatch_sgd/chapter.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch05 {

using autograd::value_and_gradient;
using models::Order;

namespace {

std::string every(const char* what, const Batches& all) {
  const std::string count = lesson::thousands(all.size());
  return fmt::format("every {} ({} of {})", what, count, count);
}

// KL(p̂ ‖ softmax θ) and its slope in θ, on a tape of its own.
Vector slope_of_divergence(const Vector& p_hat, const Vector& theta) {
  const Matrix<double> data = p_hat.transpose(), log_data = p_hat.array().log().matrix().transpose();
  const auto kl = [&](auto theta) {
    return dot(theta.tape().constant(data), theta.tape().constant(log_data) - log_softmax(theta));
  };
  return std::get<1>(value_and_gradient(kl, Matrix<double>(theta.transpose()))).transpose();
}

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

std::string every_subset(const Batches& all) { return every("subset", all); }
std::string every_choice(const Batches& all) {
  return every(all[0].size() == 2 ? "ordered pair" : "ordered list", all);
}

// 1.6

void maximum_likelihood(lesson::Lesson& lesson, const Example& example, const Ingredients& use) {
  const std::vector<int> x{0, 0, 0, 0, 1, 1, 1, 2, 2, 3};  // ten observations: p̂ = (0.4, 0.3, 0.2, 0.1)
  const std::vector<double> data = models::empirical_distribution(x, 4);
  const Vector p_hat = Eigen::Map<const Vector>(data.data(), 4);
  const double N = x.size(), entropy = models::entropy(data);

  Matrix<double> values(20, 2), slopes(20, 4), other_slopes(20, 4);
  for (Index model = 0; model < 20; ++model) {
    Vector theta(4);
    models::Random(lesson.seed(), models::Purpose::data, model).fill_normal({theta.data(), 4});
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
    for (const int j : points) sum += models::normal_log_density(example.x[j], 0, 1);
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

// 1.6.1 and 1.6.1.1

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

  const auto error_of_means = [&](const char* series, const Batches& all, Factor c) {
    const int R = 1000;
    const Vector estimates = outcomes(all, gradient_estimate(model, c)).col(0);
    const double square = squared_errors(estimates, full, std::span(&R, 1), 400, lesson.seed())[0].mean;
    lesson.metric(fmt::format("error_{}", series), std::sqrt(square)).shown("05_error", series, R);
  };
  error_of_means("with replacement", choices, use.factor);
  error_of_means("without replacement", subsets, use.factor);
  error_of_means("without replacement, N/M forgotten", subsets, one);
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
      .exact("  repaired: 1/π_j, not N/M", expectation(neighbours, weighted_gradient(model, weights))[0], full);
}

}  // namespace ch05
