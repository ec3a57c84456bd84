// Parameters in one buffer, and the gradients of functions of them.
#include "autograd/parameters/watched.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;
using autograd::Buffer;
using autograd::Matrix;
using autograd::Parameters;
using autograd::value_and_gradient;
using autograd::Watched;

TEST_SUITE("autograd") {
  TEST_CASE("gradient: a function of numbers and matrices has the right one") {
    const auto [value, slope] = value_and_gradient([](auto x) { return sin(x) * x; }, 2.0);
    CHECK(value == doctest::Approx(2 * std::sin(2.0)).epsilon(1e-15));
    CHECK(slope == doctest::Approx(std::sin(2.0) + 2 * std::cos(2.0)).epsilon(1e-15));
    const M A = sample(2, 3, -1, 1, 1);
    const auto [y, dA, da] = value_and_gradient([](auto A, auto a) { return sum(A * A) * a; }, A, 3);
    CHECK(y == doctest::Approx(3 * A.squaredNorm()));
    CHECK(dA.isApprox(6 * A, 1e-15));
    CHECK(da == doctest::Approx(A.squaredNorm()));
    const auto [z, dx, unused] = value_and_gradient([](auto x, auto) { return x * x; }, 2.0f, 1.0f);
    CHECK(dx == 4);
    CHECK(z == 4);
    CHECK(unused == 0);
  }

  TEST_CASE_TEMPLATE("parameters: views lie apart, on cache lines, and padding is zero", S, float, double) {
    Parameters<S> parameters;
    const auto w = parameters.add("w", 3, 5), b = parameters.add("b", 1, 5), s = parameters.add("s", 16, 4);
    CHECK(parameters.count() == 15 + 5 + 64);
    CHECK(parameters.size() >= parameters.count());
    CHECK(parameters.values().isZero(0));
    parameters[w].setConstant(1), parameters[b].setConstant(2), parameters[s].setConstant(3);
    CHECK(parameters.values().sum() == 15 + 2 * 5 + 3 * 64);  // no overlap, and zeros between
    for (const auto& entry : parameters.entries()) CHECK(entry.offset * sizeof(S) % 64 == 0);
    for (const auto slot : {w, b, s}) CHECK(reinterpret_cast<std::uintptr_t>(parameters[slot].data()) % 16 == 0);
    CHECK(parameters.entries()[1].name == "b");
    const auto more = parameters.add("more", 2, 2);  // moves the buffer, keeps the values
    CHECK(parameters[w] == Matrix<S>::Constant(3, 5, 1));
    CHECK(parameters[more].isZero(0));
    CHECK_THROWS_WITH_AS(parameters.add("b", 2, 2), "Parameters::add: the name 'b' is taken", std::invalid_argument);
    CHECK_THROWS_WITH_AS(parameters.add("e", 0, 2), "Parameters::add: 'e' is 0×2 (need at least 1×1)",
                         std::invalid_argument);
  }

  TEST_CASE_TEMPLATE("parameters: gradients land in the buffer, whatever it held before", S, float, double) {
    Parameters<S> parameters;
    const auto w = parameters.add("w", 3, 5), untouched = parameters.add("untouched", 2, 3),
               b = parameters.add("b", 1, 5);
    parameters[w] = sample(3, 5, -1, 1, 1).cast<S>();
    parameters[b] = sample(1, 5, -1, 1, 2).cast<S>();
    Buffer<S> gradient = Buffer<S>::Constant(parameters.size(), std::numeric_limits<S>::quiet_NaN());
    Tape tape;
    const auto loss = [&](const Watched<S>& p) { return sum(square(p[w] * p[b])); };
    for (int repeat = 0; repeat < 3; ++repeat) {
      const S value = value_and_gradient(loss, parameters, gradient, tape);
      const Matrix<S> product = parameters[w].array().rowwise() * parameters[b].row(0).array();
      CHECK(value == doctest::Approx(product.squaredNorm()));
      const Matrix<S> dw = 2 * (product.array().rowwise() * parameters[b].row(0).array());
      const Matrix<S> db = 2 * product.cwiseProduct(parameters[w]).colwise().sum();
      CHECK(parameters.view(gradient, w).isApprox(dw));
      CHECK(parameters.view(gradient, b).isApprox(db));
      CHECK(parameters.view(gradient, untouched).isZero(0));
      CHECK(gradient.sum() == doctest::Approx(dw.sum() + db.sum()));  // and the padding is zero
    }
  }

  TEST_CASE("parameters: a gradient lands where watch says, with no copy") {
    const M value = sample(2, 2, -1, 1, 1);
    M gradient = M::Constant(2, 2, 77);
    Tape tape;
    const auto x = autograd::watch(tape, autograd::ConstMatrixMap<double>(value.data(), 2, 2),
                                   autograd::MatrixMap<double>(gradient.data(), 2, 2));
    CHECK(x.value().data() == value.data());
    tape.backward(squared_norm(x));
    CHECK(gradient == M(2 * value));
    tape.backward(squared_norm(x) + sum(x));
    CHECK(gradient == M(2 * value + M::Ones(2, 2)));
  }

  TEST_CASE("parameters: as constants they need no gradient, and a buffer of another length is refused") {
    Parameters<double> parameters;
    const auto w = parameters.add("w", 2, 3);
    Tape tape;
    const Watched<double> constants(tape, parameters);
    CHECK_FALSE(sum(constants[w]).needs_gradient());
    CHECK(constants[w].value().data() == parameters[w].data());
    Buffer<double> wrong(3);
    CHECK_THROWS_WITH_AS(Watched<double>(tape, parameters, wrong),
                         "Watched: the gradient buffer holds 3 numbers, the parameters 8", std::invalid_argument);
  }
}
