// Ten classes of digits, few of them labelled: EM with a generative model fills in the other labels.
#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "autograd/autograd.hpp"
#include "chapters/01_generative_discriminative/chapter.hpp"
#include "models/naive_bayes.hpp"
#include "models/softmax_regression.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/random.hpp"
#include "models/training/parallel.hpp"

namespace ch01 {

Fit naive_bayes(double floor) {
  return [floor](const Matrix<double>& x, const Matrix<double>& weights) -> Generative {
    const auto model = models::fit_naive_bayes(x, weights, floor);
    return {[model](const Matrix<double>& x) { return model.log_joint(x); },
            0.5 * floor * model.variance.cwiseInverse().sum()};
  };
}

Fit discriminant(double ridge) {
  return [ridge](const Matrix<double>& x, const Matrix<double>& weights) -> Generative {
    const auto model = models::fit_gaussian_discriminant(x, weights, ridge);
    const Matrix<double> inverse =
        model.L.triangularView<Eigen::Lower>().solve(Matrix<double>::Identity(model.L.rows(), model.L.rows()));
    return {[model](const Matrix<double>& x) { return model.log_joint(x); },
            0.5 * ridge * inverse.squaredNorm()};  // tr Σ⁻¹ = ‖L⁻¹‖²
  };
}

SemiSupervised expectation_maximisation(const Labelled& labelled, const Matrix<double>& unlabelled, int classes,
                                        const Fit& fit, double w, double tolerance) {
  const Matrix<double> known = models::one_hot(labelled.y, classes);
  Matrix<double> x(labelled.count() + unlabelled.rows(), unlabelled.cols()), W(x.rows(), classes);
  x << labelled.x, unlabelled;
  W.topRows(labelled.count()) = w * known;

  SemiSupervised result{.labelled_only = fit(labelled.x, known), .model = {}, .objective = {}};
  result.model = result.labelled_only;
  const double total = w * labelled.count() + unlabelled.rows();
  for (int step = 0; step < 5000; ++step) {
    const Matrix<double> log_joint = result.model.log_joint(unlabelled);
    result.objective.push_back(w * result.model.log_joint(labelled.x).cwiseProduct(known).sum() +
                               models::log_evidence(log_joint).sum() - total * result.model.penalty);
    const auto n = result.objective.size();
    if (n > 2 && result.objective[n - 1] - result.objective[n - 2] < tolerance) break;
    W.bottomRows(unlabelled.rows()) = models::log_posterior(log_joint).array().exp();  // E
    result.model = fit(x, W);                                                          // M
  }
  return result;
}

namespace {

// `labels` images of a draw, as many of each class, and the others.
struct Split {
  Labelled labelled, others;
};
Split split(const Labelled& train, int labels, int classes, std::uint64_t seed, int draw) {
  std::vector<int> count(classes), chosen, others;
  for (const int i : models::Random(seed, models::Purpose::shuffle, draw).permutation(train.count()))
    (count[train.y[i]]++ < labels / classes ? chosen : others).push_back(i);
  return {rows(train, chosen), rows(train, others)};
}

}  // namespace

SemiCurve semi_curve(const Labelled& train, const Labelled& test, const std::vector<int>& labels, int draws,
                     const Fit& fit, std::uint64_t seed, const Ingredients& use) {
  Matrix<double> alone(draws, labels.size()), with_unlabelled = alone, deepest = alone;
  models::parallel_for(draws, models::core_count(), [&](int draw) {
    for (std::size_t s = 0; s < labels.size(); ++s) {
      const Split data = split(train, labels[s], 10, seed, draw);
      const double w = use.labelled_weight(labels[s]);
      const auto semi = expectation_maximisation(data.labelled, data.others.x, 10, fit, w, 1e-2);
      alone(draw, s) = models::error_rate(semi.labelled_only.log_joint(test.x), test.y);
      with_unlabelled(draw, s) = models::error_rate(semi.model.log_joint(test.x), test.y);
      deepest(draw, s) = 0;  // the first fit maximises another objective, that of the labelled points alone
      for (std::size_t i = 2; i < semi.objective.size(); ++i)
        deepest(draw, s) = std::min(deepest(draw, s), semi.objective[i] - semi.objective[i - 1]);
    }
  });
  return {labels, column_means(alone), column_means(with_unlabelled), column_means(alone - with_unlabelled),
          deepest.minCoeff() > -1e-6};
}

std::vector<Estimate> softmax_curve(const Labelled& train, const Labelled& test, const std::vector<int>& labels,
                                    int draws, std::uint64_t seed) {
  Matrix<double> errors(draws, labels.size());
  models::parallel_for(draws, models::core_count(), [&](int draw) {
    for (std::size_t s = 0; s < labels.size(); ++s) {
      const Labelled data = split(train, labels[s], 10, seed, draw).labelled;
      errors(draw, s) = models::error_rate(
          models::fit_softmax(data.x, data.y, 10, {.ridge = 0.1, .steps = 200}, seed)(test.x), test.y);
    }
  });
  return column_means(errors);
}

namespace {

// Three classes in the plane: 30 labelled points and 300 without labels.
struct Plane {
  Labelled labelled;
  Matrix<double> unlabelled;
};
Plane plane(std::uint64_t seed) {
  Labelled all{Matrix<double>(330, 2), {}};
  models::Random(seed, models::Purpose::data).fill_normal({all.x.data(), 660});
  for (int i = 0; i < 330; ++i) {
    all.y.push_back(i % 3);
    all.x.row(i) += Eigen::RowVector2d(i % 3 == 0 ? -2 : 1, i % 3 == 1 ? 2 : -1);
  }
  return {{all.x.topRows(30), {all.y.begin(), all.y.begin() + 30}}, all.x.bottomRows(300)};
}

// The slope of Σ_l log p(x, y) + Σ_u log p(x) under naive Bayes, by the tape, in log π, μ and log v: its largest
// component, divided by the number of points. 0 where the likelihood has its maximum.
double slope(const Plane& data, const models::NaiveBayes& at) {
  autograd::Parameters<double> theta;
  const auto logits = theta.add("logits", 1, 3), mu = theta.add("mu", 3, 2), log_v = theta.add("log_v", 1, 2);
  theta[logits] = at.log_prior, theta[mu] = at.mu, theta[log_v] = at.variance.array().log();

  const auto log_likelihood = [&](const autograd::Watched<double>& watched) {
    const auto precision = exp(-watched[log_v]);
    // log πₖ - ½ Σⱼ [ log vⱼ + (xⱼ² - 2 xⱼ μₖⱼ + μₖⱼ²) / vⱼ ], and a constant
    const auto log_joint = [&](const Matrix<double>& points) {
      const auto x = watched.tape().constant(points);
      const auto squares = matmul(square(x), transpose(precision)) -
                           2.0 * matmul(x, transpose(watched[mu] * precision)) +
                           transpose(sum(square(watched[mu]) * precision, autograd::By::row));
      return log_softmax(watched[logits]) - 0.5 * (sum(watched[log_v]) + squares);
    };
    return sum(pick(log_joint(data.labelled.x), data.labelled.y)) +
           sum(log_sum_exp(log_joint(data.unlabelled), autograd::By::row));
  };
  autograd::Buffer<double> gradient = autograd::Buffer<double>::Zero(theta.size());
  autograd::Tape tape;
  autograd::value_and_gradient(log_likelihood, theta, gradient, tape);
  return gradient.cwiseAbs().maxCoeff() / (data.labelled.count() + data.unlabelled.rows());
}

// EM's end is a maximum of the likelihood of all points, labelled and not: the slope there is 0.
void likelihood_of_all(lesson::Equation& equation, std::uint64_t seed, const Ingredients& use) {
  const Plane data = plane(seed);
  models::NaiveBayes last;
  const Fit fit = [&](const Matrix<double>& x, const Matrix<double>& weights) -> Generative {
    last = models::fit_naive_bayes(x, weights, 0);
    return {[model = last](const Matrix<double>& x) { return model.log_joint(x); }, 0};
  };
  const double w = use.labelled_weight(data.labelled.count());
  const auto semi = expectation_maximisation(data.labelled, data.unlabelled, 3, fit, w, 1e-12);
  equation.exact("3 classes: slope at EM's end", slope(data, last), 0, 1e-6)
      .increasing("  log-likelihood, step by step", std::span(semi.objective).subspan(1), 1e-9);
}

void print(lesson::Lesson& lesson, const std::string& title, const SemiCurve& curve, const std::string& series) {
  lesson.say(fmt::format("        {}: % of test digits wrong", title));
  lesson.say(fmt::format("        {:>7} {:>16} {:>16} {:>16}      z", "labels", "alone", "with unlabelled", "gain"));
  for (std::size_t s = 0; s < curve.labels.size(); ++s) {
    lesson.say(fmt::format("        {:>7} {} {} {}{:>+7.1f}", curve.labels[s], percent_column(curve.alone[s]),
                           percent_column(curve.with_unlabelled[s]), percent_column(curve.gain[s]),
                           curve.gain[s].mean / curve.gain[s].se));
  }
  lesson.metric(series + ", alone", 100 * curve.alone.back().mean).shown("01_semi", series + ", labelled only");
  lesson.metric(series + ", with others", 100 * curve.with_unlabelled.back().mean)
      .shown("01_semi", series + ", and unlabelled");
}

}  // namespace

SemiCurves semi_supervised(lesson::Lesson& lesson, const Labelled& train, const Labelled& test, int draws,
                           const Ingredients& use) {
  auto equation = lesson.equation("1.1", "max Σ_l log p(x, y) + Σ_u log p(x)", "claim:semi");
  likelihood_of_all(equation, lesson.seed(), use);

  const std::vector<int> labels{10, 20, 50, 100};
  SemiCurves curves{semi_curve(train, test, labels, draws, discriminant(0.01), lesson.seed(), use),
                    semi_curve(train, test, labels, draws, naive_bayes(0.01), lesson.seed(), use)};
  const auto gains_clearly = [&](const std::string& label, Estimate gain) {
    equation.at_least(label, gain.mean - 4 * gain.se, 0);
  };
  print(lesson, "normal discrimination", curves.discriminant, "normal");
  gains_clearly("20 labels: fewer errors", curves.discriminant.gain[1]);
  print(lesson, "naive Bayes", curves.naive_bayes, "naive Bayes");
  const Estimate loss = curves.naive_bayes.gain.back();
  gains_clearly("naive Bayes, 100: more errors", {-loss.mean, loss.se});
  equation.exact("objectives that fell", !curves.discriminant.never_fell + !curves.naive_bayes.never_fell, 0);
  return curves;
}

}  // namespace ch01
