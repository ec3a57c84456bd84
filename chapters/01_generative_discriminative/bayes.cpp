// Bayes' rule makes a classifier: with four numbers, with two normal classes, and with ten classes of digits.
#include <fmt/format.h>

#include <cmath>

#include "chapters/01_generative_discriminative/chapter.hpp"
#include "models/softmax_regression.hpp"

namespace ch01 {
namespace {

// p(y = k | x) by Bayes' rule from log p(x | y = k) (n×K) and log π (1×K).
Matrix<double> posterior(const Matrix<double>& log_likelihood, const Eigen::RowVectorXd& log_prior,
                         const Ingredients& use) {
  Matrix<double> log_joint = log_likelihood;
  for (Index k = 0; k < log_prior.size(); ++k) log_joint.col(k).array() += use.prior(log_prior[k]);
  return models::log_posterior(log_joint).array().exp();
}

Matrix<double> softmax(const Matrix<double>& scores) { return models::log_posterior(scores).array().exp(); }

using lesson::numbers;

// log p(x | y = k) of a model: what is left of log p(x, y = k) without its prior.
Matrix<double> log_likelihood(const models::GaussianDiscriminant& model, const Matrix<double>& x) {
  return model.log_joint(x).rowwise() - model.log_prior;
}

// Of 100 images, 60 are ones and 40 sevens; 6 of the ones and 32 of the sevens have a bar at the top.
void four_numbers(lesson::Equation& equation, const Ingredients& use) {
  Matrix<double> bar(2, 2);  // a row: with a bar, without; a column: one, seven
  bar << 0.1, 0.8, 0.9, 0.2;
  const Eigen::RowVector2d prior(0.6, 0.4);
  const Matrix<double> p = posterior(bar.array().log(), prior.array().log(), use);
  equation.exact("p(seven | bar), by counting", p(0, 1), 32.0 / (6 + 32))
      .exact("p(seven | no bar), by counting", p(1, 1), 8.0 / (54 + 8));
}

// N(±Δ/2, 1) with a share π of class 1: log odds = Δ x + log π/(1-π).
void two_normals(lesson::Lesson& lesson, lesson::Equation& equation, const Ingredients& use) {
  const double delta = 2, share = 0.2;
  const models::GaussianDiscriminant model{Eigen::RowVector2d(std::log(1 - share), std::log(share)),
                                           Eigen::Vector2d(-delta / 2, delta / 2), Matrix<double>::Ones(1, 1)};
  const Matrix<double> x = Eigen::VectorXd::LinSpaced(41, -5, 5);
  const Matrix<double> p = posterior(log_likelihood(model, x), model.log_prior, use);
  const Vector line = delta * x.col(0).array() + std::log(share / (1 - share));
  const Matrix<double> right = 1 / (1 + (-line.array()).exp());
  const Matrix<double> of_one = p.col(1);
  equation.exact("N(±1, 1): sigmoid of a line", numbers(of_one), numbers(right));

  constexpr Index kOne = 24;  // x = 1
  const Matrix<double> joint = model.log_joint(x.row(kOne)).array().exp();
  lesson.metric("joint_0", joint(0, 0)).shown("01_bayes", "p(y = 0) p(x | y = 0)", 1);
  lesson.metric("joint_1", joint(0, 1)).shown("01_bayes", "p(y = 1) p(x | y = 1)", 1);
  lesson.metric("posterior_1", of_one(kOne, 0)).shown("01_bayes", "p(y = 1 | x)", 1);
  lesson.metric("without_prior", 1 / (1 + std::exp(-delta))).shown("01_bayes", "the same with the prior left out", 1);
}

}  // namespace

void bayes_rule(lesson::Lesson& lesson, const Labelled& train, const Labelled& test, const Ingredients& use) {
  auto equation = lesson.equation("1.1", "p(y | x) = p(y) p(x | y) / Σ_y' p(y') p(x | y')", "claim:bayes");
  four_numbers(equation, use);
  two_normals(lesson, equation, use);

  const int K = 10;
  const auto model = models::fit_gaussian_discriminant(train.x, models::one_hot(train.y, K), 1e-3);
  const Matrix<double> by_bayes = posterior(log_likelihood(model, test.x), model.log_prior, use);
  equation.exact("digits: softmax(xW + b)", numbers(by_bayes), numbers(softmax(use.affine(model)(test.x))));

  const double generative = models::error_rate(by_bayes, test.y);
  const double discriminative =
      models::error_rate(models::fit_softmax(train.x, train.y, K, {.ridge = 0.1, .steps = lesson.quick() ? 100 : 1000},
                                             lesson.seed())(test.x),
                         test.y);
  const auto percent = [&](double error) {
    return lesson::with_error(100 * error, 100 * std::sqrt(error * (1 - error) / test.count()));
  };
  lesson.say(fmt::format("        of {} test digits wrong: {} % by Bayes' rule, {} % by softmax regression",
                         test.count(), percent(generative), percent(discriminative)));
}

}  // namespace ch01
