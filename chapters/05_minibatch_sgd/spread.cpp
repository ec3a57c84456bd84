// How far off one minibatch is: the spread of its gradient, which is a matrix as soon as there are two parameters; and
// the same for the 7,850 parameters of softmax regression.
#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "chapters/05_minibatch_sgd/chapter.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/random.hpp"

namespace ch05 {

using models::Order;
using models::RunningMeans;

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

namespace {

// The images of each class, by number.
std::vector<std::vector<int>> by_class(const models::Dataset& images) {
  std::vector<std::vector<int>> members(images.classes());
  for (int i = 0; i < images.count(); ++i) members[images.labels[i]].push_back(i);
  return members;
}

// The weight of the class-balanced bias is the difference between a class's share and an even one. Where shares are as
// good as even, there is hardly any bias to show.
bool is_uneven(const Vector& share) { return (share * share.size()).maxCoeff() > 1.02; }

}  // namespace

models::Dataset whole_minibatches(const models::Dataset& all, int M) {
  if (all.count() == 0) throw std::invalid_argument(all.name + ": expected images, found none");
  if (M > all.count())
    throw std::invalid_argument(
        fmt::format("--images: expected at most the {} images of {}, found {}", all.count(), all.name, M));
  models::Dataset images = slice(all, 0, all.count() - all.count() % M);
  std::map<int, int> sizes;  // by label
  for (const int label : images.labels) ++sizes[label];
  if (sizes.size() < 2)
    throw std::invalid_argument(fmt::format("{}: expected images of two labels or more, found only label {}",
                                            images.name, sizes.begin()->first));
  int number = 0;
  std::map<int, int> numbers;
  for (const auto& [label, size] : sizes) {
    if (size < 2)
      throw std::invalid_argument(fmt::format("{}: expected two images or more of each label, found {} of label {}",
                                              images.name, size, label));
    numbers[label] = number++;
  }
  for (auto& label : images.labels) label = numbers[label];
  return images;
}

namespace {

// ∇log p(x) of every image, a tape each: mean and variance over each class.
std::vector<RunningMeans> gradients_by_class(const lesson::Lesson& lesson, const models::Dataset& images,
                                             const Model& model) {
  std::vector<RunningMeans> gradients(images.classes(), RunningMeans(model.parameters()));
  auto progress = lesson.progress("gradients", 1, images.count(), "images");
  for (const int& i : model.all()) {
    gradients[images.labels[i]].add(model.log_likelihood({&i, 1}).gradient);
    progress.advance(1);
  }
  return gradients;
}

// A way to draw an image: a class by its probability, then any image of it, which counts with its class's weight.
struct Way {
  Vector probability, weight;
};

// What theory says of the mean of n images drawn this way: what it is on average, and its standard error.
//   mean = Σ_c P_c w_c E_c[g]      se² = ( Σ_c P_c w_c² E_c[g²] - mean² ) / n      E_c over the images of class c
struct Theory {
  Vector mean, se;
};
Theory theory(const Way& way, const std::vector<RunningMeans>& gradients, double n) {
  const Index parameters = gradients[0].mean().size();
  Vector mean = Vector::Zero(parameters), square = Vector::Zero(parameters);
  for (std::size_t c = 0; c < gradients.size(); ++c) {
    const double count = gradients[c].count();
    const double p = way.probability[c], w = way.weight[c];
    const Vector g = gradients[c].mean(), variance = gradients[c].variance() * ((count - 1) / count);
    mean += p * w * g;
    square += p * w * w * (g.array().square().matrix() + variance);
  }
  return {mean, ((square.array() - mean.array().square()).max(0) / n).sqrt()};
}

// M images a draw: every class equally likely, then every image of it.
Sampler balanced_draws(const std::vector<std::vector<int>>& members, int M, std::uint64_t seed) {
  return [&members, seed, points = std::vector<int>(M)](std::uint64_t draw) mutable -> Points {
    const models::Random random(seed, models::Purpose::replacement, draw);
    for (std::size_t j = 0; j < points.size(); ++j) {
      const auto& of_class = members[random.below(members.size(), 2 * j)];
      points[j] = of_class[random.below(of_class.size(), 2 * j + 1)];
    }
    return points;
  };
}

// (1/N) c Σ_{j∈M} ∇log p(x_j), averaged over the first minibatches of a sampler.
Vector average(const lesson::Lesson& lesson, const Model& model, const Sampler& sampler, int minibatches, Factor c) {
  const Statistic estimate = gradient_estimate(model, c);
  Vector sum = Vector::Zero(model.parameters());
  auto progress = lesson.progress("minibatches", 1, minibatches, "minibatches");
  for (int r = 0; r < minibatches; ++r) {
    sum += estimate(sampler(r));
    progress.advance(1);
  }
  return sum / minibatches / model.count();
}

// z of each parameter that varies.
std::vector<double> z_scores(const Vector& mean, const Vector& se, const Vector& exact) {
  std::vector<double> z;
  for (Index i = 0; i < mean.size(); ++i)
    if (se[i] > 0) z.push_back((mean[i] - exact[i]) / se[i]);
  return z;
}

}  // namespace

ZScores check_real_model(lesson::Lesson& lesson, lesson::Equation equation, const models::Dataset& whole, int M,
                         int minibatches, const Ingredients& use) {
  const models::Dataset images = whole_minibatches(whole, M);
  const int N = images.count(), K = images.classes();
  const auto members = by_class(images);
  const Model model = softmax_regression(images, lesson.seed(), use.total);
  const std::vector<RunningMeans> gradients = gradients_by_class(lesson, images, model);

  // With every class equally likely, an image of class c stands in a minibatch π = M/(K n_c) times on average: the
  // weight 1/π takes the place of the factor N/M.
  Vector sizes(K);  // n_c
  for (Index c = 0; c < K; ++c) sizes[c] = members[c].size();
  const Vector ones = Vector::Ones(K), even = ones / K, share = sizes / N;
  const Vector weight = sizes.unaryExpr([&](double n) { return use.weight(M / (K * n), N, M) / n_over_m(N, M); });
  // The standard errors are the theory's. Some pixels are inked in a single image: a sample that misses it would take
  // their gradient for a constant.
  const double n = 1.0 * minibatches * M;
  const Theory by_image = theory({share, ones}, gradients, n), by_class = theory({even, ones}, gradients, n),
               weighted = theory({even, weight}, gradients, n);
  const Vector& full = by_image.mean;  // (1/N) ∇log p(D), from a tape for each image

  models::Minibatches batches(N, M, models::Order::shuffled, lesson.seed());
  const Vector epoch = epoch_average(model, batches, 0, use.last_factor) / N;
  const auto draw = [&](const Model& model, const Sampler& sampler) {
    return average(lesson, model, sampler, minibatches, use.factor);
  };
  const Vector drawn = draw(model, draws(N, M, models::Order::with_replacement, lesson.seed()));
  const Vector drawn_by_class = draw(model, balanced_draws(members, M, lesson.seed()));
  const Model reweighted = softmax_regression(images, lesson.seed(), use.total, {weight.begin(), weight.end()});
  const Vector drawn_weighted = draw(reweighted, balanced_draws(members, M, lesson.seed() + 1));

  equation.exact(fmt::format("an epoch of {} × {} images", N / M, M), numbers(epoch), numbers(full))
      .sampled(fmt::format("{} drawn, worst", lesson::thousands(minibatches)), numbers(drawn), numbers(by_image.se),
               numbers(full))
      .sampled("class-balanced, worst", numbers(drawn_by_class), numbers(by_class.se), numbers(by_class.mean));
  const Vector bias = by_class.mean - full;
  if (is_uneven(share)) {
    equation.at_least("  its bias / the gradient", bias.norm() / full.norm(), 0.01);
  } else {
    Vector expected = Vector::Zero(full.size());
    for (Index c = 0; c < K; ++c) expected += (even[c] - share[c]) * gradients[c].mean();
    equation.exact("  its bias, shares are even", numbers(bias), numbers(expected));
  }
  equation.exact("  weighted", numbers(weighted.mean), numbers(full))
      .sampled("  weighted, worst", numbers(drawn_weighted), numbers(weighted.se), numbers(full));
  return {z_scores(drawn, by_image.se, full), z_scores(drawn_by_class, by_class.se, full)};
}

}  // namespace ch05
