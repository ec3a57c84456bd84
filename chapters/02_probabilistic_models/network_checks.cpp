// How close the networks come to the truth: on fresh points of the same kind, and where no data were.
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/normal.hpp"

namespace ch02 {

namespace {

const Numbers kOnData = steps_between(-kEdge, kEdge, 6001);  // where data were
const Numbers kBeyondData = [] {                             // at least 1 away from them, on both sides
  Numbers x = steps_between(kEdge + 1, kBeyond, 201);
  for (std::size_t i = 0; i < 201; ++i) x.push_back(-x[i]);
  return x;
}();

double average(const Numbers& values) {
  double sum = 0;
  for (const double one : values) sum += one;
  return sum / values.size();
}
double average(const Numbers& x, const std::function<double(double)>& f) {
  double sum = 0;
  for (const double one : x) sum += f(one);
  return sum / x.size();
}

// The share of fresh points with low < x < high whose y lies within 1.96
// deviations of the mean, and what p* says it is.
struct Coverage {
  models::Estimate counted;
  double exact;
};
Coverage coverage(const Regression& regression, const Measured& fresh, double low, double high,
                  const Ingredients& use) {
  const auto band = [&](const Matrix<double>& outputs, Index i) {
    const double half = 1.96 * use.deviation(outputs(i, 1));
    return std::pair(outputs(i, 0) - half, outputs(i, 0) + half);
  };
  models::RunningMean inside;
  const Matrix<double> of_fresh = regression.outputs(fresh.x);
  for (std::size_t i = 0; i < fresh.x.size(); ++i) {
    if (fresh.x[i] <= low || fresh.x[i] >= high) continue;
    const auto [from, to] = band(of_fresh, i);
    inside.add(from < fresh.y[i] && fresh.y[i] < to);
  }
  const Numbers x = steps_between(low, high, 2001);
  const Matrix<double> of_x = regression.outputs(x);
  double exact = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto [from, to] = band(of_x, i);
    const auto below = [&](double y) {
      return models::normal_distribution(y, true_mean(x[i]), std::pow(true_deviation(x[i]), 2));
    };
    exact += (below(to) - below(from)) / x.size();
  }
  return {inside.estimate(), exact};
}

}  // namespace

void check_classifier(lesson::Lesson& lesson, const Classifier& classifier, const NetworkSettings& settings) {
  const Labelled fresh = labelled(settings.fresh, lesson.seed(), 1);
  const Matrix<double> p = classifier.probabilities(fresh.x);
  models::RunningMean cost;
  for (std::size_t i = 0; i < fresh.x.size(); ++i) cost.add(-std::log(p(i, fresh.y[i])));
  const double kl = average(divergences(classifier, kOnData));
  const double H = average(kOnData, [](double x) { return models::entropy(true_classes(x)); });
  const double of_a_guess =
      average(kOnData, [](double x) { return models::kl_divergence(true_classes(x), Numbers(3, 1.0 / 3)); });

  lesson.equation("1.3.1", "p_θ(y|x) ≈ p*(y|x), Categorical(NN(x))", "eq:conditional")
      .at_most("mean KL(p* ‖ p_θ)", kl, 0.05)
      .at_least("  of a uniform guess", of_a_guess, 0.3)
      .sampled("E[ -log p_θ ] = H + KL", cost.estimate(), H + kl);

  // at x = 0 the truth is softmax(0, 2, 0)
  const Matrix<double> at_0 = classifier.probabilities(Numbers{0});
  const double total = 2 + std::exp(2);
  lesson.metric("network_0", at_0(0, 0)).shown("02_classifier", "class 0, the network", 0);
  lesson.metric("network_1", at_0(0, 1)).shown("02_classifier", "class 1, the network", 0);
  lesson.metric("truth_0", 1 / total).shown("02_classifier", "class 0, the truth", 0);
  lesson.metric("truth_1", std::exp(2) / total).shown("02_classifier", "class 1, the truth", 0);
  lesson.metric("classifier_beyond", divergences(classifier, Numbers{kBeyond})[0])
      .shown("02_beyond", "classifier", kBeyond);
}

void check_regression(lesson::Lesson& lesson, const Networks& networks, const NetworkSettings& settings,
                      const Ingredients& use) {
  const Measured fresh = measured(settings.fresh, lesson.seed(), 1);
  const Matrix<double> outputs = networks.regression.outputs(fresh.x);
  models::RunningMean cost;
  for (std::size_t i = 0; i < fresh.x.size(); ++i)
    cost.add(-models::normal_log_density(fresh.y[i], outputs(i, 0), std::exp(outputs(i, 1))));
  const auto variance = [](double x) { return std::pow(true_deviation(x), 2); };
  const double H = average(kOnData, [&](double x) { return models::normal_entropy(variance(x)); });
  const double kl = average(divergences(networks.regression, kOnData));
  const double kl_common = average(divergences(networks.common_variance, kOnData));
  // what no common variance can do without, even with the right mean: ½ log E[ σ² ] - ½ E[ log σ² ]
  const double price = 0.5 * std::log(average(kOnData, variance)) -
                       0.5 * average(kOnData, [&](double x) { return std::log(variance(x)); });

  // with a common variance the least squared error is the largest likelihood
  const Matrix<double> common = networks.common_variance.outputs(fresh.x);
  Numbers log_p, squares;
  for (int i = 0; i < 100; ++i) {
    const double sigma2 = std::exp(common(i, 1)), error = fresh.y[i] - common(i, 0);
    log_p.push_back(models::normal_log_density(fresh.y[i], common(i, 0), sigma2) + 0.5 * std::log(sigma2));
    squares.push_back(-0.5 * models::kLog2Pi - error * error / (2 * sigma2));
  }

  auto equation = lesson.equation("1.3.1", "p_θ(y|x) ≈ p*(y|x), Normal(NN(x))", "eq:conditional");
  equation.at_most("mean KL(p* ‖ p_θ)", kl, 0.05)
      .sampled("E[ -log p_θ ] = H + KL", cost.estimate(), H + kl)
      .at_least("common σ: KL ≥ its price", kl_common, price)
      .at_most("  and hardly more", kl_common, price + 0.05)
      .exact("  -½ error²/σ² + const", log_p, squares);
  for (const auto& [low, high] : {std::pair(-3.0, -1.0), {-1.0, 1.0}, {1.0, 3.0}}) {
    const Coverage own = coverage(networks.regression, fresh, low, high, use);
    equation.exact(fmt::format("±1.96σ(x), {} < x < {}", low, high), own.exact, 0.95, 0.03)
        .sampled("  fresh points", own.counted, own.exact);
  }
  equation.at_least("  common σ: -3 < x < -1", coverage(networks.common_variance, fresh, -3, -1, use).exact, 0.99)
      .at_most("  common σ: 1 < x < 3", coverage(networks.common_variance, fresh, 1, 3, use).exact, 0.9);

  const Numbers origin{0};
  const double y = measured(400, lesson.seed(), 0).y.back();
  for (const auto& [figure, mean] : {std::pair{"02_regression", networks.regression.outputs(origin)(0, 0)},
                                     {"02_common_variance", networks.common_variance.outputs(origin)(0, 0)}}) {
    lesson.metric(fmt::format("mean_of_{}", figure), mean).shown(figure, "the network: mean, and 95 % of y", 0);
    // N(sin 0, (0.05 + ½ · ½)²)
    lesson.metric("true_edge", 1.96 * 0.3).shown(figure, "the truth: 95 % of y", 0);
    lesson.metric("last_data_point", y).shown(figure, "400 of the data points");
  }
  lesson.metric("regression_beyond", divergences(networks.regression, Numbers{kBeyond})[0])
      .shown("02_beyond", "regression with its own variance", kBeyond);
}

void check_beyond(lesson::Lesson& lesson, const Networks& networks) {
  lesson.equation("1.3.1", "p_θ(y|x) ≈ p*(y|x) \"for any x\", as printed: 4 < |x| < 6", "eq:conditional")
      .fails("classifier: KL(p* ‖ p_θ)", average(divergences(networks.classifier, kBeyondData)), 0,
             "no data were there", 0.1)
      .fails("regression: KL(p* ‖ p_θ)", average(divergences(networks.regression, kBeyondData)), 0,
             "no data were there", 0.1);
}

}  // namespace ch02
