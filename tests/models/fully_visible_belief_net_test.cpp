#include "models/fully_visible_belief_net.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "autograd/autograd.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/estimate.hpp"

namespace models {
namespace {

using autograd::Buffer;

constexpr Index kPixels = 7;

struct Small {
  Parameters<double> parameters;
  FullyVisibleBeliefNet<double> net;

  explicit Small(Matrix<double> mask = earlier_pixels<double>(kPixels)) : net(parameters, std::move(mask)) {
    Random(3).fill_normal(std::span(parameters.values().data(), std::size_t(parameters.size())));
  }
  Matrix<double> log_prob(const Matrix<double>& x) const {
    autograd::Tape tape;
    return net.log_prob(Watched<double>(tape, parameters), tape.constant(x)).value();
  }
};

Matrix<double> all_images() {
  const auto states = tuples(2, kPixels);
  Matrix<double> x(states.size(), kPixels);
  for (Index r = 0; r < x.rows(); ++r)
    for (Index i = 0; i < kPixels; ++i) x(r, i) = states[r][i];
  return x;
}

double total(const Matrix<double>& log_p) { return log_p.array().exp().sum(); }

}  // namespace

TEST_SUITE("models/fully_visible_belief_net") {
  TEST_CASE("log p(x) is the sum over pixels, and sums to 1 over all images") {
    const Small small;
    const Matrix<double> x = all_images(), log_p = small.log_prob(x);
    CHECK(total(log_p) == doctest::Approx(1).epsilon(1e-13));
    const auto W = small.parameters[small.parameters.find("belief.W")];
    const auto b = small.parameters[small.parameters.find("belief.b")];
    for (const Index r : {0, 37, 101}) {
      double sum = 0;
      for (Index i = 0; i < kPixels; ++i) {
        double logit = b(0, i);
        for (Index j = 0; j < i; ++j) logit += x(r, j) * W(j, i);
        sum += std::log(1 / (1 + std::exp(x(r, i) == 1 ? -logit : logit)));
      }
      CHECK(log_p(r, 0) == doctest::Approx(sum).epsilon(1e-13));
    }
  }

  TEST_CASE(
      "any order of the pixels gives a distribution; a pixel that sees itself does not, nor do two of each other") {
    Matrix<double> reversed = earlier_pixels<double>(kPixels).transpose(), itself = earlier_pixels<double>(kPixels);
    CHECK(total(Small(reversed).log_prob(all_images())) == doctest::Approx(1).epsilon(1e-13));
    itself(2, 2) = 1;
    CHECK(std::abs(total(Small(itself).log_prob(all_images())) - 1) > 0.05);
    Matrix<double> each_other = earlier_pixels<double>(kPixels);
    each_other(4, 1) = 1;
    CHECK(std::abs(total(Small(each_other).log_prob(all_images())) - 1) > 0.005);
  }

  TEST_CASE("gradients, and none where the mask is 0") {
    Small small;
    const Matrix<double> x = all_images();
    Buffer<double> gradient = Buffer<double>::Zero(small.parameters.size());
    autograd::Tape tape;
    const auto loss = [&](const Watched<double>& theta) {
      return sum(small.net.log_prob(theta, theta.tape().constant(x)));
    };
    const auto value = [&] { return small.log_prob(x).sum(); };
    autograd::value_and_gradient(loss, small.parameters, gradient, tape);
    const auto W = small.parameters.find("belief.W");
    for (Index j = 0; j < kPixels; ++j)
      for (Index i = 0; i < kPixels; ++i) {
        double& w = small.parameters[W](j, i);
        const double slope = small.parameters.view(gradient, W)(j, i), old = w, h = 1e-5;
        w = old + h;
        const double above = value();
        w = old - h;
        const double below = value();
        w = old;
        CHECK(slope == doctest::Approx((above - below) / (2 * h)).epsilon(1e-6));
        if (j >= i) CHECK(slope == 0);
      }
  }

  TEST_CASE("it starts at independent pixels; counts its weights: 307,720 for 28×28") {
    Small small;
    small.parameters.values().setZero();
    CHECK(small.log_prob(all_images()).isApproxToConstant(-kPixels * std::log(2.0), 1e-14));
    const Matrix<double> p = Matrix<double>::Constant(1, kPixels, 0.2);
    small.net.start_at(small.parameters, p);
    CHECK(small.log_prob(Matrix<double>::Ones(1, kPixels))(0, 0) == doctest::Approx(kPixels * std::log(0.2)));
    Parameters<float> parameters;
    CHECK(FullyVisibleBeliefNet<float>(parameters, earlier_pixels<float>(784)).weights() == 307'720);
  }

  TEST_CASE("draws: every image as often as its probability says; what is given stays") {
    const Small small;
    const Matrix<double> p = small.log_prob(all_images()).array().exp();
    constexpr Index kDraws = 40'000;
    Matrix<double> x(kDraws, kPixels);
    small.net.sample(small.parameters, x, 0, Random(11));
    Eigen::VectorXd count = Eigen::VectorXd::Zero(p.rows());
    for (Index r = 0; r < kDraws; ++r) {
      Index state = 0;
      for (Index i = 0; i < kPixels; ++i) state = 2 * state + Index(x(r, i));
      ++count[state];
    }
    // Pearson's χ² over the images that are expected five times or more: mean and variance as of so many squares
    double chi_square = 0, cells = 0;
    for (Index s = 0; s < p.rows(); ++s)
      if (const double expected = kDraws * p(s, 0); expected >= 5)
        chi_square += (count[s] - expected) * (count[s] - expected) / expected, ++cells;
    CHECK(cells > 40);
    CHECK(std::abs(chi_square - cells) < 4 * std::sqrt(2 * cells));

    Matrix<double> half = Matrix<double>::Zero(kDraws, kPixels);
    half.leftCols(3).setOnes();
    small.net.sample(small.parameters, half, 3, Random(12));
    CHECK((half.leftCols(3).array() == 1).all());
    const auto W = small.parameters[small.parameters.find("belief.W")];
    const auto b = small.parameters[small.parameters.find("belief.b")];
    const double q = 1 / (1 + std::exp(-b(0, 3) - W(0, 3) - W(1, 3) - W(2, 3)));
    CHECK(std::abs(half.col(3).mean() - q) < 4 * std::sqrt(q * (1 - q) / kDraws));
  }

  TEST_CASE("a mask that is not square") {
    Parameters<double> parameters;
    CHECK_THROWS_WITH_AS(FullyVisibleBeliefNet<double>(parameters, Matrix<double>::Ones(3, 4)),
                         "FullyVisibleBeliefNet: expected a square mask, found 3×4", std::invalid_argument);
  }
}

}  // namespace models
