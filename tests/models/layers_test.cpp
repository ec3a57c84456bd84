#include "models/training/layers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "autograd/operations/reductions.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Tape;

TEST_SUITE("models") {
  TEST_CASE_TEMPLATE("layers: each activation is the function of its name, in value and derivative", S, float,
                     double) {
    using F = std::function<double(double)>;
    const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
    struct Activating {
      Activation activation;
      F f, derivative;
    };
    const Activating all[] = {
        {Activation::tanh, [](double x) { return std::tanh(x); },
         [](double x) { return 1 / std::pow(std::cosh(x), 2); }},
        {Activation::relu, [](double x) { return x > 0 ? x : 0; }, [](double x) { return x > 0 ? 1 : 0; }},
        {Activation::sigmoid, sigmoid, [=](double x) { return sigmoid(x) * sigmoid(-x); }},
        {Activation::softplus, [](double x) { return std::log(1 + std::exp(x)); }, sigmoid}};
    const Matrix<double> values = uniform_matrix(3, 7, -3, 3, 1);
    const double epsilon = 20 * std::numeric_limits<S>::epsilon();
    for (const auto& [activation, f, derivative] : all) {
      CAPTURE(int(activation));
      Tape tape;
      const auto x = tape.variable(values.cast<S>());
      const auto y = activate(activation, x);
      tape.backward(sum(y));
      for (Index i = 0; i < values.size(); ++i) {
        const double at = S(values.data()[i]);
        CHECK(y.value().data()[i] == doctest::Approx(f(at)).epsilon(epsilon));
        CHECK(x.grad().data()[i] == doctest::Approx(derivative(at)).epsilon(epsilon));
      }
    }
  }

  TEST_CASE("layers: a network applies its activation after each of its layers, and none without layers") {
    Parameters<double> parameters;
    const Mlp two(parameters, "two", {4, 3, 2}, Activation::softplus, 1);
    const Mlp none(parameters, "none", {4}, Activation::softplus, 1);
    for (double& b : parameters.values()) b += 0.1;
    const Matrix<double> x = uniform_matrix(5, 4, -1, 1, 2);
    Tape tape;
    const Watched<double> theta(tape, parameters);
    Matrix<double> expected = x;
    for (const Affine& layer : two.layers) {
      expected = ((expected * parameters[layer.W]).rowwise() + parameters[layer.b].row(0)).eval();
      expected = (1 + expected.array().exp()).log();
    }
    CHECK((two(theta, tape.constant(x)).value() - expected).cwiseAbs().maxCoeff() < 1e-14);
    CHECK(Matrix<double>(none(theta, tape.constant(x)).value()) == x);
  }
}
