#include <fmt/format.h>

#include <cmath>

#include "autograd/autograd.hpp"
#include "chapters/07_deep_latent_variables/chapter.hpp"
#include "models/statistics/random.hpp"
#include "models/training/minimise.hpp"

namespace ch07 {

namespace {

constexpr Index kClasses = 10;
constexpr int kFine = 60;  // points of the quadrature that judges, in each of two dimensions

Matrix<double> of_class(const Matrix<double>& x, const std::vector<int>& labels, int label) {
  std::vector<Index> rows;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] == label) rows.push_back(i);
  return x(rows, Eigen::all);
}

// log p(x_i | y) of every image under every class: n×10.
Matrix<double> under_every_class(const Deep& deep, const Matrix<double>& x, const Quadrature& rule,
                                 const Ingredients& use) {
  Matrix<double> log_p(x.rows(), kClasses);
  for (Index y = 0; y < kClasses; ++y) log_p.col(y) = deep.log_prob(x, rule, use.context(y, kClasses));
  return log_p;
}

// A small model with random weights, of which all 2^9 images can be written out: Σ_x p(x | y) for each class.
Numbers sums_over_images(std::uint64_t seed, const Quadrature& rule, const Ingredients& use) {
  Deep small;
  small.model = std::make_unique<DeepLatentVariableModel<double>>(
      small.parameters,
      models::DeepLatentShape{
          .observed = 9, .latent = 2, .context = kClasses, .hidden = {5}, .likelihood = models::Likelihood::bernoulli},
      seed);
  models::Random(seed, models::Purpose::initialisation, 300)
      .fill_normal(std::span(small.parameters.values().data(), std::size_t(small.parameters.size())));
  const Matrix<double> p = under_every_class(small, models::binary_states<double>(9), rule, use).array().exp();
  const Eigen::VectorXd sums = p.colwise().sum();
  return {sums.begin(), sums.end()};
}

// The pixels' means in ancestral draws of one class, and what they are: E[x_j | y] = Σ_k w_k sigmoid f_j(z_k, y).
// Without pixels that are so seldom on or off that their standard error cannot be trusted.
struct PixelMeans {
  Numbers drawn, errors, exact;
};
PixelMeans pixel_means(const Deep& deep, Index label, int draws, const Quadrature& rule, std::uint64_t seed,
                       const Ingredients& use) {
  const Matrix<double> y = Matrix<double>::Identity(kClasses, kClasses).row(label);
  const models::Random random(seed, models::Purpose::sampling, 6);
  const Eigen::VectorXd drawn = deep.model->sample(deep.parameters, draws, random, y).x.colwise().mean();
  const Matrix<double> of_z = 1 / (1 + (-deep.decode(rule.points, use.context(label, kClasses)).array()).exp());
  const Eigen::VectorXd exact = of_z.transpose() * rule.weights.matrix();
  PixelMeans means;
  for (Index j = 0; j < drawn.size(); ++j)
    if (exact[j] * draws > 10 && (1 - exact[j]) * draws > 10) {
      means.drawn.push_back(drawn[j]), means.exact.push_back(exact[j]);
      means.errors.push_back(std::sqrt(drawn[j] * (1 - drawn[j]) / (draws - 1)));
    }
  return means;
}

}  // namespace

Deep train_digits(const Digits& digits, bool with_context, const DigitsSettings& settings, std::uint64_t seed,
                  const Ingredients& use) {
  Deep deep;
  deep.model = std::make_unique<DeepLatentVariableModel<double>>(
      deep.parameters,
      models::DeepLatentShape{.observed = digits.train.cols(),
                              .latent = 2,
                              .context = with_context ? kClasses : 0,
                              .hidden = {settings.hidden, settings.hidden},
                              .likelihood = models::Likelihood::bernoulli},
      seed);
  deep.parameters[deep.parameters.find("decoder.output.b")] =
      (digits.means.array() / (1 - digits.means.array())).log();
  const Quadrature rule = models::product_rule(models::gauss_hermite(settings.points), 2);

  std::vector<Matrix<double>> images;
  for (int y = 0; y < kClasses; ++y) images.push_back(of_class(digits.train, digits.train_labels, y));
  const double N = digits.train.rows();
  // -(1/N) Σ_i log p(x_i | y_i), class by class
  const auto loss = [&](const Watched<double>& theta) {
    Tape& tape = theta.tape();
    if (!with_context) return -autograd::mean(deep.model->log_prob(theta, tape.reference(digits.train), rule));
    Var<double> sum = tape.constant(0.0);
    for (int y = 0; y < kClasses; ++y)
      sum += autograd::sum(deep.model->log_prob(theta, tape.reference(images[y]), rule, use.context(y, kClasses)));
    return sum * (-1 / N);
  };
  deep.losses = models::minimise(deep.parameters, loss, settings.steps, 0.01);
  return deep;
}

Deep conditional(lesson::Lesson& lesson, const Digits& digits, const DigitsSettings& settings, int draws,
                 const Ingredients& use) {
  Deep deep = train_digits(digits, true, settings, lesson.seed(), use);
  const Deep alone = train_digits(digits, false, settings, lesson.seed(), use);
  const Quadrature fine = models::normal_prior(kFine, 2);

  const Matrix<double> log_p = under_every_class(deep, digits.test, fine, use);
  const Matrix<double> without = alone.log_prob(digits.test, fine);
  Matrix<double> told(digits.test.rows(), 1);
  double wrong = 0;
  for (Index i = 0; i < told.rows(); ++i) {
    told(i, 0) = log_p(i, digits.test_labels[i]);
    Index best;
    log_p.row(i).maxCoeff(&best);  // the classes are equally likely beforehand, nearly
    wrong += best != digits.test_labels[i];
  }
  const models::Estimate gain = models::estimate_of((told - without).reshaped());
  lesson.metric("conditional_test", told.mean()),
      lesson.metric("conditional_test_se", models::estimate_of(told.reshaped()).se);
  lesson.metric("unconditional_test", without.mean()),
      lesson.metric("unconditional_test_se", models::estimate_of(without.reshaped()).se);
  lesson.metric("conditional_gain", gain.mean), lesson.metric("conditional_gain_se", gain.se);
  lesson.metric("conditional_error", wrong / told.rows());
  const PixelMeans threes = pixel_means(deep, 3, draws, fine, lesson.seed(), use);
  const Numbers sums = sums_over_images(lesson.seed(), fine, use), ones(kClasses, 1);
  lesson.equation("1.7.2", "p(x, z | y) = p(z) p(x | z, y), y the class of a digit", "eq:factorised")
      .exact("3×3 pixels: Σ_x p(x|y) = 1", sums, ones, 1e-9)
      .sampled(fmt::format("{} threes: E[x|y]", lesson::thousands(draws)), threes.drawn, threes.errors, threes.exact)
      .at_least("log p(x|y) - log p(x)", gain, 1)
      .at_most("Bayes' rule on p(x|y): errors", wrong / told.rows(), 0.3);
  return deep;
}

}  // namespace ch07
