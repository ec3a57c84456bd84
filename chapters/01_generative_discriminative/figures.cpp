#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "chapters/01_generative_discriminative/chapter.hpp"
#include "models/naive_bayes.hpp"
#include "models/statistics/random.hpp"
#include "plots/figure.hpp"

namespace ch01 {
namespace {

using Numbers = std::vector<double>;

// n values from low to high.
Numbers grid(double low, double high, int n) {
  Numbers x(n);
  for (int i = 0; i < n; ++i) x[i] = low + (high - low) * i / (n - 1);
  return x;
}

Numbers of(const Numbers& x, const std::function<double(double)>& f) {
  Numbers y;
  for (const double at : x) y.push_back(f(at));
  return y;
}

double density(double x, double mean) {
  return std::exp(-0.5 * (x - mean) * (x - mean)) / std::sqrt(2 * std::numbers::pi);
}

// Errors in percent, with a band of one standard error.
void add_errors(plots::Curves& figure, const std::string& label, const Numbers& x, const std::vector<Estimate>& errors,
                plots::Style style = plots::Style::line) {
  Numbers mean, se;
  for (const Estimate& e : errors) mean.push_back(100 * e.mean), se.push_back(100 * e.se);
  figure.band(label, x, mean, se, style);
}

}  // namespace

void plot_bayes(const plots::Output& output) {
  const Numbers x = grid(-5, 5, 401);
  const double share = 0.2;
  plots::Curves figure{.title = "Bayes' rule with two normal classes, a fifth of the points in class 1",
                       .x_label = "x",
                       .y_label = "density, or probability"};
  figure.line("p(y = 0) p(x | y = 0)", x, of(x, [&](double x) { return (1 - share) * density(x, -1); }));
  figure.line("p(y = 1) p(x | y = 1)", x, of(x, [&](double x) { return share * density(x, 1); }));
  const auto posterior = [](double x, double share) { return 1 / (1 + (1 - share) / share * std::exp(-2 * x)); };
  figure.line("p(y = 1 | x)", x, of(x, [&](double x) { return posterior(x, share); }));
  figure.line("the same with the prior left out", x, of(x, [&](double x) { return posterior(x, 0.5); }),
              plots::Style::dashed);
  figure.horizontal("one half: where the answer changes", 0.5);
  plots::save(figure, output, "01_bayes");
}

void plot_boundaries(const plots::Output& output) {
  // two classes with correlated features: naive Bayes cannot see the correlation, the other two can
  NormalClasses classes{Eigen::Vector2d(0.8, 0), Matrix<double>(2, 2)};
  classes.sigma << 1, 0.8, 0.8, 1;
  const Labelled data = normal_problem("plane", classes, 5).training(0, 200);
  plots::Scatter figure{.title = "Three classifiers of the same 200 points",
                        .x_label = "first feature",
                        .y_label = "second feature, alike in both classes",
                        .class_names = {"class 0", "class 1"},
                        .same_scale = true,
                        .x_range = plots::Range{-4, 4},
                        .y_range = plots::Range{-3, 3}};
  const Vector first = data.x.col(0), second = data.x.col(1);
  figure.points(std::span(first.data(), 200), std::span(second.data(), 200), data.y);
  const auto add = [&](const char* label, const Rule& rule) {
    const Numbers y = grid(-3, 3, 2);
    figure.curve(label, of(y, [&](double y) { return -(rule.b + rule.w[1] * y) / rule.w[0]; }), y);
  };
  const Matrix<double> known = models::one_hot(data.y, 2);
  add("naive Bayes", rule_of(models::fit_naive_bayes(data.x, known, 0).affine()));
  add("normal discrimination", rule_of(models::fit_gaussian_discriminant(data.x, known, 0).affine()));
  add("logistic regression", models::fit_logistic_regression(data.x, data.y));
  plots::save(figure, output, "01_boundaries");
}

void plot_samples(const Labelled& train, std::uint64_t seed, const plots::Output& output) {
  const int K = 10, d = train.x.cols();
  const Matrix<double> known = models::one_hot(train.y, K);
  const auto naive = models::fit_naive_bayes(train.x, known, 1e-4);
  const auto full = models::fit_gaussian_discriminant(train.x, known, 1e-4);
  Matrix<double> noise(K, d);
  models::Random(seed, models::Purpose::sampling).fill_normal({noise.data(), std::size_t(noise.size())});
  const Matrix<double> naive_samples = naive.mu + noise * naive.variance.cwiseSqrt().asDiagonal();
  const Matrix<double> full_samples = full.mu + noise * full.L.transpose();

  plots::ImageGrid figure{.title = "What two generative models take the digits to be",
                          .image_height = 8,
                          .image_width = 8,
                          .row_labels = {"means", "naive Bayes", "full covariance"},
                          .ink_on_paper = true};
  for (const Matrix<double>& images : {naive.mu, naive_samples, full_samples})
    for (int k = 0; k < K; ++k) figure.image({images.row(k).data(), std::size_t(d)});
  plots::save(figure, output, "01_samples");
}

void plot_learning(const Comparison& all, const plots::Output& output) {
  const auto draw = [&](const LearningCurves& curves, const std::string& title, const std::string& name,
                        std::optional<std::pair<double, double>> limits) {
    plots::Curves figure{.title = title,
                         .x_label = "points to learn from",
                         .y_label = "wrong answers, % (band: one standard error)",
                         .log_x = true};
    const Numbers m(curves.m.begin(), curves.m.end());
    add_errors(figure, "naive Bayes (generative)", m, column_means(curves.generative));
    add_errors(figure, "logistic regression (discriminative)", m, column_means(curves.discriminative));
    if (limits) {
      figure.horizontal("the best there is", 100 * limits->first);
      if (limits->second > limits->first) figure.horizontal("the limit of naive Bayes", 100 * limits->second);
    }
    plots::save(figure, output, name);
  };
  const NormalClasses right = ten_pairs(0), wrong = ten_pairs(0.4);
  draw(all.right, "Normal classes, independent features: naive Bayes is right", "01_right",
       std::pair{right.best_error(), right.naive_bayes_limit()});
  draw(all.wrong, "Normal classes, correlated features: naive Bayes is wrong", "01_wrong",
       std::pair{wrong.best_error(), wrong.naive_bayes_limit()});
  draw(all.digits, "A pair of the 8×8 digits", "01_digits", {});
  draw(all.five_or_nine, "8×8 digits, 5 or 9: the one pair of 45 that crosses", "01_5_or_9", {});
  draw(all.mnist, "The same pair of MNIST, at 7×7 pixels", "01_mnist", {});
}

void plot_pairs(const std::vector<PairGain>& pairs, const plots::Output& output) {
  plots::Scatter figure{.title = "All 45 pairs of the 8×8 digits",
                        .x_label = "naive Bayes minus logistic, from 10 images (percentage points)",
                        .y_label = "the same from 250 images (percentage points)",
                        .class_names = {"a pair of digits"}};
  Numbers few, many;
  for (const PairGain& p : pairs) few.push_back(100 * p.few.mean), many.push_back(100 * p.many.mean);
  figure.points(few, many, std::vector<int>(pairs.size()));
  const double low = std::ranges::min(few), high = std::ranges::max(few);
  figure.curve("equal, 250 images", Numbers{low, high}, Numbers{0, 0});
  figure.curve("equal, 10 images", Numbers{0, 0}, Numbers{std::ranges::min(many), std::ranges::max(many)});
  plots::save(figure, output, "01_pairs");
}

void plot_efficiency(const plots::Output& output) {
  const Numbers delta = grid(0, 6, 121);
  plots::Curves figure{.title = "Two prices, where the normal model is right",
                       .x_label = "Δ, the distance of the class means in standard deviations",
                       .y_label = "share",
                       .y_range = plots::Range{0, 1.05}};
  figure.line("efficiency of logistic regression, a point (Efron)", delta, of(delta, efron));
  figure.line("worth of an unlabelled point, in labelled ones", delta,
              of(delta, [](double delta) { return worth(delta, right()); }));
  plots::save(figure, output, "01_efficiency");
}

void plot_semi(const SemiCurves& curves, const std::vector<Estimate>& softmax, const plots::Output& output) {
  const Numbers labels(curves.discriminant.labels.begin(), curves.discriminant.labels.end());
  plots::Curves figure{.title = "8×8 digits: a few labelled images, the other images without labels",
                       .x_label = "labelled images",
                       .y_label = "wrong answers, % (band: one standard error)",
                       .log_x = true};
  add_errors(figure, "naive Bayes, labelled only", labels, curves.naive_bayes.alone, plots::Style::dashed);
  add_errors(figure, "naive Bayes, and unlabelled", labels, curves.naive_bayes.with_unlabelled);
  add_errors(figure, "normal, labelled only", labels, curves.discriminant.alone, plots::Style::dashed);
  add_errors(figure, "normal, and unlabelled", labels, curves.discriminant.with_unlabelled);
  add_errors(figure, "softmax regression, labelled only", labels, softmax, plots::Style::dashed);
  plots::save(figure, output, "01_semi");
}

void plot_hurts(int draws, std::uint64_t seed, const plots::Output& output) {
  const double c = 3, critical = critical_share(c, right());
  Numbers share{0.01, 0.1, critical};
  for (const double beyond : {0.0003, 0.001, 0.003, 0.006, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2})
    share.push_back(critical + beyond);
  for (const double further : {0.5, 0.6, 0.7, 0.8, 0.9, 1.0}) share.push_back(further);
  plots::Curves figure{.title = "Clusters that have nothing to do with the class",
                       .x_label = "λ, the share of points without a label",
                       .y_label = "wrong answers, %",
                       .y_range = plots::Range{10, 55}};
  figure.line("endless data", share, of(share, [&](double at) {
                return 100 * (at == critical ? normal_distribution(-1) : cluster_error(best_means(at, c), c));
              }));
  const Numbers sampled{0.05, 0.15, 0.2, 0.25, 0.3, 0.4, 0.6, 0.8};
  for (const int N : {200, 2000}) {
    std::vector<Estimate> errors;
    for (const double at : sampled) errors.push_back(column_means(drawn_errors(at, c, N, draws, seed, right()))[0]);
    add_errors(figure, fmt::format("{} points, mean of {} draws", lesson::thousands(N), draws), sampled, errors,
               plots::Style::points);
  }
  figure.vertical(fmt::format("λ_c = {:.4f}", critical), critical);
  plots::save(figure, output, "01_hurts");
}

}  // namespace ch01
