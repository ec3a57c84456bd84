// The sigmoid belief net's sum, layer by layer, is the sum over all joint
// states; it is a distribution; draws follow it.
#include "models/sigmoid_belief_net.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "models/statistics/goodness_of_fit.hpp"
#include "tests/models/matrices.hpp"

namespace models {
namespace {

struct SmallBelief {
  Parameters<double> parameters;
  SigmoidBeliefNet<double> net;

  explicit SmallBelief(const std::vector<Index>& sizes) : net(parameters, sizes, 1) {
    Random(7).fill_normal(std::span(parameters.values().data(), std::size_t(parameters.size())));
  }
  Matrix<double> log_prob(const Matrix<double>& x) const {
    autograd::Tape tape;
    return net.log_prob(Watched<double>(tape, parameters), tape.constant(x)).value();
  }
  // log p(x, z) of one x with every joint state of the hidden units
  Matrix<double> log_joint(const Matrix<double>& x) const {
    const Matrix<double> z = binary_states<double>(net.hidden_units());
    autograd::Tape tape;
    return net
        .log_joint(Watched<double>(tape, parameters), tape.constant(Matrix<double>(x.replicate(z.rows(), 1))),
                   tape.constant(z))
        .value();
  }
};

double logistic(double logit) { return 1 / (1 + std::exp(-logit)); }

}  // namespace

TEST_SUITE("models/sigmoid_belief_net") {
  TEST_CASE("one hidden unit and one pixel, by hand: a mixture of two coins") {
    SmallBelief small({1, 1});
    named(small.parameters, "belief.0.W")(0, 0) = 1.5;
    named(small.parameters, "belief.0.b")(0, 0) = -0.5;
    named(small.parameters, "belief.top.b")(0, 0) = 0.25;
    const double q = logistic(0.25), p = q * logistic(1.0) + (1 - q) * logistic(-0.5);
    CHECK(small.log_prob(Matrix<double>::Ones(1, 1))(0, 0) == doctest::Approx(std::log(p)).epsilon(1e-14));
    CHECK(small.log_prob(Matrix<double>::Zero(1, 1))(0, 0) == doctest::Approx(std::log(1 - p)).epsilon(1e-14));
  }

  TEST_CASE("layer by layer is the sum over all joint states, and all images sum to 1") {
    for (const std::vector<Index>& sizes :
         {std::vector<Index>{5, 3}, std::vector<Index>{6, 4, 2}, std::vector<Index>{4, 3, 1, 3}}) {
      CAPTURE(sizes.size());
      const SmallBelief small(sizes);
      const Matrix<double> x = binary_states<double>(sizes[0]), log_p = small.log_prob(x);
      CHECK(log_p.array().exp().sum() == doctest::Approx(1).epsilon(1e-13));
      for (Index i = 0; i < x.rows(); ++i)
        CHECK(std::exp(log_p(i, 0)) == doctest::Approx(small.log_joint(x.row(i)).array().exp().sum()).epsilon(1e-13));
    }
  }

  TEST_CASE("the gradient is that of differences, in every parameter") {
    SmallBelief small({4, 3, 2});
    const Matrix<double> x = binary_states<double>(4).topRows(5);
    autograd::Buffer<double> gradient = autograd::Buffer<double>::Zero(small.parameters.size());
    autograd::Tape tape;
    autograd::value_and_gradient(
        [&](const Watched<double>& theta) { return sum(small.net.log_prob(theta, theta.tape().constant(x))); },
        small.parameters, gradient, tape);
    int moved = 0;
    for (Index i = 0; i < small.parameters.size(); ++i) {
      const double old = small.parameters.values()[i], h = 1e-5;
      small.parameters.values()[i] = old + h;
      const double above = small.log_prob(x).sum();
      small.parameters.values()[i] = old - h;
      const double below = small.log_prob(x).sum();
      small.parameters.values()[i] = old;
      CHECK(gradient[i] == doctest::Approx((above - below) / (2 * h)).epsilon(1e-6));
      moved += above != below;
    }
    CHECK(moved == small.parameters.count());  // 3·4 + 4 + 2·3 + 3 + 2, the padding apart
  }

  TEST_CASE("draws: every image as often as its probability says") {
    const SmallBelief small({3, 3, 2});
    const Matrix<double> states = binary_states<double>(3), log_p = small.log_prob(states);
    const Matrix<double> x = small.net.sample(small.parameters, 20'000, Random(5, Purpose::sampling));
    std::vector<int> counts(8);
    for (Index i = 0; i < x.rows(); ++i) ++counts[4 * x(i, 0) + 2 * x(i, 1) + x(i, 2)];
    std::vector<double> p(8);
    for (int s = 0; s < 8; ++s) p[s] = std::exp(log_p(s, 0));
    CHECK(chi_square_p(counts, p) > 6.3e-5);
    std::swap(counts[0], counts[7]);
    CHECK(chi_square_p(counts, p) < 6.3e-5);
  }

  TEST_CASE("it starts at independent pixels; what is refused") {
    SmallBelief small({2, 3});
    small.parameters.values().setZero();
    Matrix<double> p(1, 2);
    p << 0.2, 0.7;
    small.net.start_at(small.parameters, p);
    CHECK(small.log_prob(Matrix<double>::Ones(1, 2))(0, 0) == doctest::Approx(std::log(0.14)).epsilon(1e-14));
    Parameters<double> parameters;
    CHECK_THROWS_WITH_AS(SigmoidBeliefNet<double>(parameters, {4}, 1),
                         "SigmoidBeliefNet: expected pixels and one hidden layer or more, found 1 layers",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(SigmoidBeliefNet<double>(parameters, {4, 21}, 1),
                         "SigmoidBeliefNet: expected hidden layers of at most 20 units, found 21 in layer 1",
                         std::invalid_argument);
    CHECK_THROWS_AS(binary_states<double>(21), std::invalid_argument);
  }
}

}  // namespace models
