// The mixture of Bernoullis: its formula, its M step, its draws, and EM on real digits.
#include "models/bernoulli_mixture.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "models/data/binarise.hpp"
#include "models/statistics/classification.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "tests/models/files.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Index;
using autograd::Matrix;

namespace {

BernoulliMixture three_of_four_pixels() {
  BernoulliMixture model{Eigen::RowVectorXd(3), 2 * normal_matrix<float>(3, 4, 1)};
  model.log_prior << std::log(0.5), std::log(0.2), std::log(0.3);
  return model;
}

Matrix<float> every_image(int d) {
  const auto states = tuples(2, d);
  Matrix<float> all(states.size(), d);
  for (Index i = 0; i < all.rows(); ++i)
    for (Index j = 0; j < d; ++j) all(i, j) = states[i][j];
  return all;
}

BernoulliMixture fitted(const Matrix<float>& x, const Matrix<double>& W) {
  BernoulliCounts counts(W.cols(), x.cols());
  counts.add(x, W);
  return counts.fit();
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("bernoulli mixture: log p(x, z) pixel by pixel, and a distribution") {
    const BernoulliMixture model = three_of_four_pixels();
    const Matrix<float> x = every_image(4), p = model.means();
    const Matrix<double> log_joint = model.log_joint(x);
    for (Index i = 0; i < x.rows(); ++i) {
      for (Index k = 0; k < 3; ++k) {
        double product = std::exp(model.log_prior[k]);
        for (Index j = 0; j < 4; ++j) product *= x(i, j) == 1 ? p(k, j) : 1 - p(k, j);
        CHECK(std::exp(log_joint(i, k)) == doctest::Approx(product).epsilon(1e-5));
      }
    }
    CHECK(log_evidence(log_joint).array().exp().sum() == doctest::Approx(1).epsilon(1e-5));
  }

  TEST_CASE("bernoulli mixture: draws have the probabilities of the model") {
    const BernoulliMixture model = three_of_four_pixels();
    Matrix<float> x(20'000, 4);
    model.sample(x, Random(3));
    const Eigen::VectorXd p = log_evidence(model.log_joint(every_image(4))).array().exp();
    std::vector<int> counts(16);
    for (Index i = 0; i < x.rows(); ++i) ++counts[8 * x(i, 0) + 4 * x(i, 1) + 2 * x(i, 2) + x(i, 3)];
    const auto p_value = [&](const Eigen::VectorXd& p) {
      return chi_square_p(counts, std::span<const double>(p.data(), p.size()));
    };
    CHECK(p_value(p / p.sum()) > 6.3e-5);
    BernoulliMixture other = model;
    other.log_prior.setConstant(-std::log(3));  // the mixing weights left out
    const Eigen::VectorXd q = log_evidence(other.log_joint(every_image(4))).array().exp();
    CHECK(p_value(q / q.sum()) < 1e-9);
  }

  TEST_CASE("bernoulli mixture: the M step by hand, and in two parts") {
    Matrix<float> x(3, 2);
    x << 1, 0, 1, 1, 0, 1;
    Matrix<double> W(3, 2);
    W << 1, 0, 0.5, 0.5, 0, 1;
    const BernoulliMixture model = fitted(x, W);
    CHECK(std::exp(model.log_prior[0]) == doctest::Approx(2.5 / 5));
    CHECK(model.means()(0, 0) == doctest::Approx(2.5 / 3.5));
    CHECK(model.means()(1, 0) == doctest::Approx(1.5 / 3.5));
    BernoulliCounts parts(2, 2);
    parts.add(x.topRows(1), W.topRows(1));
    parts.add(x.bottomRows(2), W.bottomRows(2));
    CHECK(parts.fit().logits == model.logits);
    CHECK(error_of<std::invalid_argument>([&] { parts.add(x, W.topRows(2)); }) ==
          "BernoulliCounts: expected 2 columns of x, 2 of W and as many rows, found x of 3×2 and W of 2×2");
    CHECK(error_of<std::invalid_argument>([&] { model.log_joint(Matrix<float>(1, 3)); }) ==
          "BernoulliMixture: expected x with 2 columns, as logits has, found 3");
  }

  TEST_CASE("bernoulli mixture: on digits no step of EM lowers what it maximises, and two components beat one") {
    const Matrix<float> x = as_matrix<float>(slice(load_all_digits(TAPESTRY_DATA), 0, 300), {Binarisation::fixed, 1});
    const auto log_likelihood = [&](const BernoulliMixture& model) { return log_evidence(model.log_joint(x)).sum(); };
    const auto objective = [&](const BernoulliMixture& model) {
      const Eigen::ArrayXXd p = model.means().cast<double>();
      return log_likelihood(model) + model.log_prior.sum() + (p * (1 - p)).log().sum();
    };
    Matrix<double> W = uniform_matrix(300, 2, 0.1, 1, 5);
    W.array().colwise() /= W.rowwise().sum().array();
    BernoulliMixture model = fitted(x, W);
    double before = objective(model);
    for (int step = 0; step < 30; ++step) {
      model = fitted(x, log_posterior(model.log_joint(x)).array().exp());
      const double after = objective(model);
      CHECK(after > before - 1e-2);  // of 10,000 nats, in float
      before = after;
    }
    CHECK(log_likelihood(model) > log_likelihood(fitted(x, Matrix<double>::Ones(300, 1))) + 50);
  }
}
