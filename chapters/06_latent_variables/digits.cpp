// Digits: in two dimensions, and as mixtures of Bernoullis on the ladder.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "chapters/06_latent_variables/chapter.hpp"
#include "models/data/binarise.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/estimate.hpp"

namespace ch06 {

using models::BernoulliCounts;
using models::BernoulliMixture;

Matrix<double> in_the_plane(const models::Dataset& digits) {
  const Matrix<double> x = models::as_matrix<double>(digits);
  const models::Pca pca = models::pca(x);
  return (x.rowwise() - pca.mean.row(0)) * pca.components.leftCols(2);
}

namespace {

// Images first .. first + count - 1, drawn black or white for this step.
Matrix<float> drawn(const models::Dataset& images, int first, int count, std::uint64_t seed, int step) {
  std::vector<int> rows(std::min(count, images.count() - first));
  std::iota(rows.begin(), rows.end(), first);
  Matrix<float> x(rows.size(), images.dimensions());
  models::fill_batch(images, rows, {models::Binarisation::dynamic, seed, std::uint64_t(step)}, x);
  return x;
}

// Each component begins at one image, softened by the two that nobody saw.
BernoulliMixture random_images(const models::Dataset& images, int K, std::uint64_t seed) {
  const std::vector<int> order = models::Random(seed, models::Purpose::initialisation, K).permutation(images.count());
  Matrix<float> x(K, images.dimensions());
  models::fill_batch(images, std::span(order).first(K), {models::Binarisation::dynamic, seed}, x);
  BernoulliCounts counts(K, images.dimensions());
  counts.add(x, Matrix<double>::Identity(K, K));
  return counts.fit();
}

}  // namespace

Vector log_prob(const BernoulliMixture& mixture, const Matrix<float>& x) {
  Vector all(x.rows());
  for (Index first = 0; first < x.rows(); first += 1000) {
    const Index count = std::min<Index>(1000, x.rows() - first);
    all.segment(first, count) = models::log_evidence(mixture.log_joint(x.middleRows(first, count)));
  }
  return all;
}

TrainedMixture train_bernoulli(const models::Dataset& images, const Matrix<float>& test, int K, int steps,
                               std::uint64_t seed, lesson::Progress* progress) {
  TrainedMixture trained{random_images(images, K, seed)};
  for (int step = 1; step <= steps; ++step) {
    BernoulliCounts counts(K, images.dimensions());
    for (int first = 0; first < images.count(); first += 1000) {
      const Matrix<float> x = drawn(images, first, 1000, seed, step);
      counts.add(x, models::log_posterior(trained.mixture.log_joint(x)).array().exp());  // E
      if (progress) progress->advance(x.rows());
    }
    trained.mixture = counts.fit();  // M
    trained.test.push_back(log_prob(trained.mixture, test).mean());
    if (!progress) continue;
    progress->show("log p(x)", trained.test.back());
    progress->end_round();
  }
  return trained;
}

namespace {

void add_rungs(lesson::Lesson& lesson, const Vector& log_p, int K) {
  const std::string model = fmt::format("mixture of {} Bernoullis", K);
  for (const Index count : {log_p.size(), std::min<Index>(1000, log_p.size() - 1)}) {
    const models::Estimate nats = models::estimate_of(log_p.head(count));
    lesson.say(fmt::format("  {}{}   ({} images)", lesson::pad_right(model, 28),
                           lesson::with_error(nats.mean, nats.se), lesson::thousands(count)));
    lesson.rung({model, "exact", nats, count, fmt::format("binarised once, seed {}", lesson.seed())});
  }
}

// Σ_x p(x) over all images of twelve pixels, of a mixture whose components are rows of the means.
double total_of_twelve(const BernoulliMixture& mixture) {
  const Index first = mixture.logits.cols() / 2;  // in the middle of the image
  const BernoulliMixture part{mixture.log_prior, mixture.logits.middleCols(first, 12)};
  const auto states = models::tuples(2, 12);
  Matrix<float> all(states.size(), 12);
  for (Index r = 0; r < all.rows(); ++r)
    for (Index j = 0; j < 12; ++j) all(r, j) = states[r][j];
  return log_prob(part, all).array().exp().sum();
}

}  // namespace

std::vector<TrainedMixture> ladder(lesson::Lesson& lesson, const models::TrainTest& data, const Matrix<float>& test,
                                   const std::vector<int>& components, int steps) {
  std::vector<TrainedMixture> all;
  auto equation = lesson.equation("1.7.1", "log p(x) = log Σ_k π_k Π_j p(x_j | z=k), of images", "eq:marginal");
  const TrainedMixture one = train_bernoulli(data.train, test, 1, 1, lesson.seed());
  // K = 1: independent pixels
  const Eigen::ArrayXd p = one.mixture.means().row(0).cast<double>(), on = test.cast<double>().colwise().mean();
  equation.exact("K = 1: independent pixels", one.test.back(), (on * p.log() + (1 - on) * (1 - p).log()).sum(), 1e-5);
  std::vector<Vector> log_p{log_prob(one.mixture, test)};
  for (const int K : components) {
    auto progress = lesson.progress("step", steps, data.train.count(), "images");
    all.push_back(train_bernoulli(data.train, test, K, steps, lesson.seed(), &progress));
    log_p.push_back(log_prob(all.back().mixture, test));
    equation.exact(fmt::format("K = {}: Σ over 12 pixels", K), total_of_twelve(all.back().mixture), 1, 1e-5)
        .at_least("  nats above fewer", models::estimate_of(log_p.back() - log_p[log_p.size() - 2]), 0);
  }
  lesson.say("\nRungs of the ladder, in nats a test image:");
  for (std::size_t i = 0; i < components.size(); ++i) add_rungs(lesson, log_p[i + 1], components[i]);
  return all;
}

}  // namespace ch06
