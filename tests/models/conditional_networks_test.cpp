// Networks as the parameters of a distribution: the formula by hand, gradients, what does not fit.
#include "models/conditional_networks.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "autograd/autograd.hpp"
#include "models/statistics/normal.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Buffer;
using autograd::Tape;

namespace {

// tanh(x W + b) of the one hidden layer, by hand.
Matrix<double> features(Parameters<double>& theta, const Matrix<double>& x) {
  const Matrix<double> a = (x * named(theta, "net.0.W")).rowwise() + named(theta, "net.0.b").row(0);
  return a.array().tanh();
}

// The gradient of a loss in every parameter against central differences.
template <class Loss>
double worst_difference(Parameters<double>& theta, const Loss& loss) {
  Tape tape;
  Buffer<double> gradient = Buffer<double>::Zero(theta.size());
  autograd::value_and_gradient(loss, theta, gradient, tape);
  const auto value = [&] {
    Tape forward;
    return loss(Watched<double>(forward, theta)).value();
  };
  double worst = 0;
  for (const auto& entry : theta.entries())
    for (Index i = entry.offset; i < entry.offset + entry.rows * entry.cols; ++i) {
      const double kept = theta.values()[i], step = 1e-5;
      theta.values()[i] = kept + step;
      const double above = value();
      theta.values()[i] = kept - step;
      worst = std::max(worst, std::abs(gradient[i] - (above - value()) / (2 * step)));
      theta.values()[i] = kept;
    }
  return worst;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("conditional networks: a categorical distribution with the network's outputs as logits") {
    Parameters<double> theta;
    const CategoricalNetwork net(theta, "net", {2, 4}, 3, Activation::tanh, 1);
    named(theta, "net.logits.b") << 0.5, -1, 0.2;
    const Matrix<double> x = normal_matrix(5, 2, 1);
    const std::vector<int> labels{0, 2, 1, 1, 0};
    Tape tape;
    const Watched<double> watched(tape, theta);
    const auto log_probs = net.log_probs(watched, tape.constant(x));
    const auto log_prob = net.log_prob(watched, tape.constant(x), labels);
    const Matrix<double> logits =
        (features(theta, x) * named(theta, "net.logits.W")).rowwise() + named(theta, "net.logits.b").row(0);
    for (Index i = 0; i < 5; ++i) {
      const double sum = logits.row(i).array().exp().sum();
      for (Index k = 0; k < 3; ++k)
        CHECK(log_probs.value()(i, k) == doctest::Approx(logits(i, k) - std::log(sum)).epsilon(1e-14));
      CHECK(log_prob.value()(i, 0) == log_probs.value()(i, labels[i]));
    }
    const auto loss = [&](const Watched<double>& theta) {
      return -mean(net.log_prob(theta, theta.tape().constant(x), labels));
    };
    CHECK(worst_difference(theta, loss) < 1e-9);
    CHECK_THROWS_AS(net.log_prob(watched, tape.constant(x), std::vector{0, 1, 2, 3, 0}), std::out_of_range);
    CHECK_THROWS_AS(net.log_prob(watched, tape.constant(x), std::vector{0, 1}), std::invalid_argument);
  }

  TEST_CASE("conditional networks: a normal distribution, its mean and its variance both from the network") {
    Parameters<double> theta;
    const NormalNetwork net(theta, "net", {2, 4}, Activation::tanh, 2);
    named(theta, "net.log_variance.b") << -1.5;
    const Matrix<double> x = normal_matrix(5, 2, 3), y = normal_matrix(5, 1, 4);
    Tape tape;
    const Watched<double> watched(tape, theta);
    const auto log_prob = net.log_prob(watched, tape.constant(x), tape.constant(y));
    const auto [mu, log_var] = net(watched, tape.constant(x));
    const Matrix<double> h = features(theta, x), m = h * named(theta, "net.mean.W"),
                         v = (h * named(theta, "net.log_variance.W")).array() - 1.5;
    double spread = 0;
    for (Index i = 0; i < 5; ++i) {
      CHECK(mu.value()(i, 0) == doctest::Approx(m(i, 0)).epsilon(1e-14));
      CHECK(log_var.value()(i, 0) == doctest::Approx(v(i, 0)).epsilon(1e-14));
      CHECK(log_prob.value()(i, 0) ==
            doctest::Approx(normal_log_density(y(i, 0), m(i, 0), std::exp(v(i, 0)))).epsilon(1e-13));
      // with the second output read as log σ instead it is another number
      CHECK(std::abs(log_prob.value()(i, 0) - normal_log_density(y(i, 0), m(i, 0), std::exp(2 * v(i, 0)))) > 1e-3);
      spread = std::max(spread, std::abs(v(i, 0) - v(0, 0)));
    }
    CHECK(spread > 0.01);  // the variance is x's own
    const auto loss = [&](const Watched<double>& theta) {
      return -mean(net.log_prob(theta, theta.tape().constant(x), theta.tape().constant(y)));
    };
    CHECK(worst_difference(theta, loss) < 1e-8);
  }
}
