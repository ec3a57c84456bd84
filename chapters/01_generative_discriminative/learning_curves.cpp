// The error of both kinds of model by the number of points they learn from.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "chapters/01_generative_discriminative/chapter.hpp"
#include "models/naive_bayes.hpp"
#include "models/training/parallel.hpp"

namespace ch01 {

std::string percent_column(models::Estimate e) {
  return lesson::pad_left(lesson::with_error(100 * e.mean, 100 * e.se), 16);
}

namespace {

Rule naive_bayes_rule(const Labelled& data, double floor) {
  return rule_of(models::fit_naive_bayes(data.x, models::one_hot(data.y, 2), floor).affine());
}

}  // namespace

std::vector<Estimate> column_means(const Matrix<double>& of_draws) {
  std::vector<Estimate> out;
  for (Index s = 0; s < of_draws.cols(); ++s) {
    models::RunningMean mean;
    for (Index draw = 0; draw < of_draws.rows(); ++draw) mean.add(of_draws(draw, s));
    out.push_back(mean.estimate());
  }
  return out;
}

LearningCurves learning_curves(const Problem& problem, const Sizes& sizes, const Ingredients& use) {
  Matrix<double> generative(sizes.draws, sizes.m.size()), discriminative = generative;
  models::parallel_for(sizes.draws, models::core_count(), [&](int draw) {
    for (std::size_t s = 0; s < sizes.m.size(); ++s) {
      const Labelled data = problem.training(draw, sizes.m[s]);
      const Rule bayes = naive_bayes_rule(data, sizes.floor);
      const Rule logistic =
          models::fit_logistic_regression(data.x, data.y, {.ridge = sizes.ridge, .tolerance = 1e-10});
      generative(draw, s) = use.error(problem, draw, bayes, data);
      discriminative(draw, s) = use.error(problem, draw, logistic, data);
    }
  });
  return {sizes.m, generative, discriminative};
}

namespace {

// Where numbers go from below 0 to above, for the last time.
double crossing(const std::vector<int>& m, const Eigen::RowVectorXd& gain) {
  for (Index s = gain.size() - 1; s > 0; --s) {
    if (gain[s] <= 0 || gain[s - 1] > 0) continue;
    const double share = -gain[s - 1] / (gain[s] - gain[s - 1]);
    return std::exp(std::lerp(std::log(m[s - 1]), std::log(m[s]), share));
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Estimate crossover(const LearningCurves& curves) {
  const Matrix<double> all = curves.difference();
  const double R = all.rows();
  const Eigen::RowVectorXd sum = all.colwise().sum();
  models::RunningMean without_one;
  for (Index draw = 0; draw < all.rows(); ++draw) without_one.add(crossing(curves.m, (sum - all.row(draw)) / (R - 1)));
  return {crossing(curves.m, sum / R), (R - 1) * std::sqrt(without_one.variance() / R)};
}

namespace {

void print(lesson::Lesson& lesson, const std::string& title, const LearningCurves& curves, const std::string& figure) {
  lesson.say(fmt::format("        {}: % of wrong answers, {} draws", title, curves.generative.rows()));
  lesson.say(
      fmt::format("        {:>7} {:>16} {:>16} {:>16}      z", "points", "naive Bayes", "logistic", "difference"));
  const auto generative = column_means(curves.generative), discriminative = column_means(curves.discriminative),
             difference = column_means(curves.difference());
  for (std::size_t s = 0; s < curves.m.size(); ++s) {
    lesson.say(fmt::format("        {:>7} {} {} {}{:>+7.1f}", lesson::thousands(curves.m[s]),
                           percent_column(generative[s]), percent_column(discriminative[s]),
                           percent_column(difference[s]), difference[s].mean / difference[s].se));
  }
  lesson.metric(figure + "_generative", 100 * generative.back().mean).shown(figure, "naive Bayes (generative)");
  lesson.metric(figure + "_discriminative", 100 * discriminative.back().mean)
      .shown(figure, "logistic regression (discriminative)");
  const Estimate at = crossover(curves);
  lesson.say(std::isnan(at.mean)
                 ? "        the curves do not cross"
                 : fmt::format("        the curves cross at {} points", lesson::with_error(at.mean, at.se)));
}

// With m points: the one error is above the other by more than four standard errors.
void logistic_is_worse(lesson::Equation& equation, const LearningCurves& curves, int m, bool worse = true) {
  const auto s = std::ranges::find(curves.m, m) - curves.m.begin();
  const Estimate difference = column_means(curves.difference())[s];
  const double sign = worse ? -1 : 1;
  equation.at_least(fmt::format("{} points: {} worse", lesson::thousands(m), worse ? "logistic" : "naive"),
                    sign * difference.mean - 4 * difference.se, 0);
}
void naive_bayes_is_worse(lesson::Equation& equation, const LearningCurves& curves, int m) {
  logistic_is_worse(equation, curves, m, false);
}

// Of e(m) = limit + a/m + ..., the limit without the term in 1/m: 2 e(2m) - e(m), with the last two sizes.
Estimate limit(const Matrix<double>& errors) {
  return column_means(2 * errors.rightCols(1) - errors.col(errors.cols() - 2))[0];
}

// Normal classes, whose best error is known.
void on_normal_classes(lesson::Lesson& lesson, lesson::Equation& equation, const Effort& effort,
                       const Ingredients& use, Comparison& all) {
  const Sizes sizes{.m = {10, 20, 50, 100, 200, 500, 1000, 2000}, .draws = effort.draws, .ridge = 0.01};

  const NormalClasses independent = ten_pairs(0), correlated = ten_pairs(0.4);
  all.right = learning_curves(normal_problem("right", independent, lesson.seed()), sizes, use);
  print(lesson, "the generative model is right", all.right, "01_right");
  logistic_is_worse(equation, all.right, 50);
  equation.sampled("naive Bayes, at the end", limit(all.right.generative), independent.best_error())
      .sampled("logistic, at the end", limit(all.right.discriminative), independent.best_error());

  all.wrong = learning_curves(normal_problem("wrong", correlated, lesson.seed()), sizes, use);
  print(lesson, "the generative model is wrong", all.wrong, "01_wrong");
  logistic_is_worse(equation, all.wrong, 50);
  naive_bayes_is_worse(equation, all.wrong, 2000);
  equation.sampled("naive Bayes, at the end", limit(all.wrong.generative), correlated.naive_bayes_limit())
      .sampled("logistic, at the end", limit(all.wrong.discriminative), correlated.best_error());
}

// Two digits, of both data sets.
void on_images(lesson::Lesson& lesson, lesson::Equation& equation, const Images& images, const Effort& effort,
               const Ingredients& use, Comparison& all) {
  const auto learn_digits = [&](int a, int b, const std::string& figure) {
    const Problem problem = image_problem("digits", pair_of(images.digits, a, b), {}, 250, lesson.seed());
    const auto curves = learning_curves(
        problem, {.m = {10, 20, 50, 100, 250}, .draws = effort.draws, .floor = 0.01, .ridge = effort.ridge}, use);
    print(lesson, fmt::format("8×8 digits, {} or {}", a, b), curves, figure);
    naive_bayes_is_worse(equation, curves, 250);
    return curves;
  };
  all.digits = learn_digits(images.a, images.b, "01_digits");
  all.five_or_nine = learn_digits(5, 9, "01_5_or_9");

  const auto mnist = image_problem("mnist", pair_of(images.mnist_train, images.a, images.b),
                                   pair_of(images.mnist_test, images.a, images.b), 0, lesson.seed());
  std::vector<int> m{10, 20, 50, 100, 250, 1000, 5000};
  std::erase_if(m, [&](int size) { return size > effort.most; });
  all.mnist = learning_curves(mnist, {.m = m, .draws = effort.draws, .floor = 0.01, .ridge = effort.ridge}, use);
  print(lesson, fmt::format("MNIST at 7×7, {} or {}", images.a, images.b), all.mnist, "01_mnist");
  naive_bayes_is_worse(equation, all.mnist, m.back());
}

}  // namespace

Comparison asymptotic(lesson::Lesson& lesson, const Images& images, const Effort& effort, const Ingredients& use) {
  auto equation = lesson.equation("1.1", "few data: generative ahead; many, model wrong: behind", "claim:asymptotic");
  Comparison all;
  on_normal_classes(lesson, equation, effort, use, all);
  on_images(lesson, equation, images, effort, use, all);
  return all;
}

std::vector<PairGain> all_pairs(const Labelled& digits, int draws, std::uint64_t seed) {
  std::vector<PairGain> pairs;
  for (int a = 0; a < 10; ++a) {
    for (int b = a + 1; b < 10; ++b) {
      const Problem problem = image_problem("pair", pair_of(digits, a, b), {}, 250, seed);
      const auto curves = learning_curves(problem, {.m = {10, 250}, .draws = draws, .floor = 0.01}, right());
      const auto gain = column_means(curves.difference());
      pairs.push_back({a, b, gain[0], gain[1]});
    }
  }
  return pairs;
}

}  // namespace ch01
