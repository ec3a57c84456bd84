#include "chapters/01_generative_discriminative/problems.hpp"

#include <cmath>
#include <memory>
#include <utility>

#include "models/data/binarise.hpp"
#include "models/gaussian_discriminant.hpp"
#include "models/statistics/cholesky.hpp"
#include "models/statistics/random.hpp"

namespace ch01 {

Labelled rows(const Labelled& data, const std::vector<int>& which) {
  Labelled out{Matrix<double>(which.size(), data.x.cols()), {}};
  for (std::size_t i = 0; i < which.size(); ++i) {
    out.x.row(i) = data.x.row(which[i]);
    out.y.push_back(data.y[which[i]]);
  }
  return out;
}

Labelled pixels(const models::Dataset& images) {
  return {models::as_matrix<double>(images), {images.labels.begin(), images.labels.end()}};
}

Labelled shrunk(const models::Dataset& images, int side) {
  const int height = images.height / side, width = images.width / side;
  Labelled out{Matrix<double>::Zero(images.count(), height * width), {images.labels.begin(), images.labels.end()}};
  const double share = 1.0 / (side * side * images.scale);
  for (int i = 0; i < images.count(); ++i) {
    const auto image = images.image(i);
    for (int row = 0; row < height * side; ++row) {
      for (int column = 0; column < width * side; ++column)
        out.x(i, row / side * width + column / side) += share * image[row * images.width + column];
    }
  }
  return out;
}

Labelled pair_of(const Labelled& data, int a, int b) {
  std::vector<int> members;
  for (int i = 0; i < data.count(); ++i)
    if (data.y[i] == a || data.y[i] == b) members.push_back(i);
  Labelled out = rows(data, members);
  for (int& y : out.y) y = y == b;
  return out;
}

double error_on(const Rule& rule, const Labelled& test) {
  const Vector log_odds = rule.log_odds(test.x);
  double wrong = 0;
  for (int i = 0; i < test.count(); ++i) wrong += (log_odds[i] > 0) != (test.y[i] == 1);
  return wrong / test.count();
}

namespace {

// The pool's points in the order of a draw: the two classes take turns as long as both last, then what is left.
std::vector<int> shuffled_in_turn(const std::vector<int>& y, std::uint64_t seed, std::uint64_t draw) {
  std::vector<int> classes[2];
  for (const int i : models::Random(seed, models::Purpose::shuffle, draw).permutation(y.size()))
    classes[y[i]].push_back(i);
  std::vector<int> order;
  for (std::size_t i = 0; i < std::max(classes[0].size(), classes[1].size()); ++i) {
    for (const auto& members : classes)
      if (i < members.size()) order.push_back(members[i]);
  }
  return order;
}

}  // namespace

Problem image_problem(std::string name, Labelled pool, Labelled test, int most, std::uint64_t seed) {
  const auto shared = std::make_shared<const std::pair<Labelled, Labelled>>(std::move(pool), std::move(test));
  return {std::move(name),
          [=](std::uint64_t draw, int m) {
            auto order = shuffled_in_turn(shared->first.y, seed, draw);
            order.resize(m);
            return rows(shared->first, order);
          },
          [=](std::uint64_t draw, const Rule& rule) {
            if (shared->second.count() > 0) return error_on(rule, shared->second);
            auto order = shuffled_in_turn(shared->first.y, seed, draw);
            order.erase(order.begin(), order.begin() + most);
            return error_on(rule, rows(shared->first, order));
          }};
}

double normal_distribution(double x) { return 0.5 * std::erfc(-x / std::sqrt(2)); }

Rule rule_of(const models::AffineScores& scores) {
  return {scores.W.col(1) - scores.W.col(0), scores.b[1] - scores.b[0]};
}

namespace {

// L with L Lᵀ = A.
Matrix<double> lower_factor(const Matrix<double>& A) {
  return models::cholesky_factor(A, "NormalClasses: expected a positive definite covariance");
}

// -μ over μ, a row each.
Matrix<double> means(const Vector& mu) {
  Matrix<double> both(2, mu.size());
  both << -mu.transpose(), mu.transpose();
  return both;
}

}  // namespace

double NormalClasses::error(const Rule& rule) const {
  const double centre = rule.w.dot(mu), spread = std::sqrt(rule.w.dot(sigma * rule.w));
  return 0.5 * normal_distribution(-(centre + rule.b) / spread) +
         0.5 * normal_distribution(-(centre - rule.b) / spread);
}

double NormalClasses::best_error() const {
  const models::GaussianDiscriminant truth{Eigen::RowVector2d::Constant(std::log(0.5)), means(mu),
                                           lower_factor(sigma)};
  return error(rule_of(truth.affine()));
}

double NormalClasses::naive_bayes_limit() const { return error({mu.cwiseQuotient(sigma.diagonal()), 0}); }

Labelled NormalClasses::sample(std::vector<int> y, const models::Random& random) const {
  Labelled data{Matrix<double>(y.size(), mu.size()), std::move(y)};
  random.fill_normal({data.x.data(), std::size_t(data.x.size())});
  data.x *= lower_factor(sigma).transpose();
  for (int i = 0; i < data.count(); ++i) data.x.row(i) += (data.y[i] == 1 ? 1 : -1) * mu.transpose();
  return data;
}

Problem normal_problem(std::string name, NormalClasses classes, std::uint64_t seed) {
  return {std::move(name),
          [=](std::uint64_t draw, int m) {
            std::vector<int> y(m);
            for (int i = 0; i < m; ++i) y[i] = i % 2;
            return classes.sample(std::move(y), models::Random(seed, models::Purpose::data, draw));
          },
          [=](std::uint64_t, const Rule& rule) { return classes.error(rule); }};
}

NormalClasses ten_pairs(double correlation) {
  NormalClasses classes{Vector::Zero(20), Matrix<double>::Identity(20, 20)};
  for (int j = 0; j < 20; j += 2) {
    classes.mu[j] = 1 / std::sqrt(10);
    classes.sigma(j, j + 1) = classes.sigma(j + 1, j) = correlation;
  }
  return classes;
}

}  // namespace ch01
