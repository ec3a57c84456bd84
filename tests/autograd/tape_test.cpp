// The tape: nodes used more than once, long chains, repeated sweeps, nodes without a gradient, and errors.
#include "autograd/core/tape.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <optional>
#include <span>
#include <stdexcept>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;

namespace {

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
template <class T>
concept Sweepable = requires(Tape& tape, Var<T> y) { tape.backward(y); };

// Operands of two element types do not compile, nor does the gradient of a matrix.
using F = autograd::Matrix<float>;
static_assert(Addable<Var<double>, Var<double>> && Addable<Var<M>, Var<double>> && Addable<Var<M>, M>);
static_assert(Addable<Var<float>, int> && Addable<Var<float>, double> && Addable<int, Var<F>>);
static_assert(!Addable<Var<float>, Var<double>> && !Addable<Var<F>, Var<M>> && !Addable<Var<F>, Var<double>>);
static_assert(!Addable<Var<M>, F> && !Addable<F, Var<M>> && !Addable<Var<double>, F>);
static_assert(!Addable<Var<M>, const char*>);
static_assert(Sweepable<double> && Sweepable<float> && !Sweepable<M>);

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("tape: a node that is used again gets the sum") {
    Tape tape;
    const auto x = tape.variable(3.0);
    const auto y = x * x;  // both operands are one node
    const auto z = y * x + sin(y) - y / y;
    tape.backward(z);
    CHECK(x.grad() == doctest::Approx(3 * 9 + 2 * 3 * std::cos(9.0)).epsilon(1e-14));
    const auto A = tape.variable(sample(3, 3, -1, 1, 1));
    const auto left = exp(A), right = transpose(left);  // two paths from A to the sum
    tape.backward(sum(left * right));
    const M e = A.value().array().exp();
    CHECK((A.grad() - M(2 * e.transpose().cwiseProduct(e))).norm() < 1e-14);
  }

  TEST_CASE("tape: a chain of a million operations has the right gradient") {
    Tape tape;
    const auto x = tape.variable(1.0);
    Var<double> y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y * (1 + 1e-6);
    tape.backward(y);
    CHECK(x.grad() == doctest::Approx(std::exp(1e6 * std::log1p(1e-6))).epsilon(1e-9));
    const auto A = tape.variable(M::Ones(2, 2).eval());
    Var<M> B = A;
    for (int i = 0; i < 100'000; ++i) B += 1e-5;
    tape.backward(sum(B));
    CHECK(M(A.grad()) == M::Ones(2, 2));
    CHECK(B.value()(1, 1) == doctest::Approx(2));
  }

  TEST_CASE("tape: a second sweep gives its own gradient, not a sum") {
    Tape tape;
    const auto x = tape.variable(2.0);
    const auto A = tape.variable(M::Constant(2, 2, 3));
    const auto y = square(x);
    const auto h = x * A;
    const auto z = sum(h * h);
    for (int repeat = 0; repeat < 3; ++repeat) {
      tape.backward(z);
      CHECK(x.grad() == 2 * 2 * 36);
      CHECK(M(A.grad()) == M::Constant(2, 2, 2 * 6 * 2));
      CHECK(M(h.grad()) == M::Constant(2, 2, 12));
      CHECK(y.grad() == 0);
      tape.backward(y);  // the gradients of the sweep from z are gone
      CHECK(x.grad() == 4);
      CHECK(y.grad() == 1);
      CHECK(z.grad() == 0);
      CHECK(M(A.grad()) == M::Zero(2, 2));
      CHECK(M(h.grad()) == M::Zero(2, 2));
    }
  }

  TEST_CASE("tape: backward from the middle of a tape leaves what is later at 0") {
    Tape tape;
    const auto x = tape.variable(2.0);
    const auto y = x * x;
    const auto later = exp(y) * x;
    tape.backward(y);
    CHECK(x.grad() == 4);
    CHECK(later.grad() == 0);
    tape.backward(x);
    CHECK(x.grad() == 1);
    CHECK(y.grad() == 0);
  }

  TEST_CASE("tape: branches that do not lead to y, and constants, get no gradient") {
    Tape tape;
    const auto x = tape.variable(0.0), unused = tape.variable(5.0);
    const auto U = tape.variable(M::Ones(2, 3).eval());
    const auto U2 = tape.variable(M::Ones(2, 3).eval());
    const auto dead = log(x) + sqrt(x) * sum(U);  // infinite derivatives at 0: sweeping it would give NaN
    const auto c = tape.constant(3.0);
    const auto C = tape.constant(M::Constant(2, 3, 4));
    const auto constant_alone = exp(c) * sum(C * C);
    const auto one = tape.variable(1.0);
    const auto y = 2 * x + c * x + c * one + sum(C * U2);
    tape.backward(y);
    CHECK(x.grad() == 5);
    CHECK(one.grad() == 3);
    CHECK(M(U2.grad()) == M(C.value()));
    CHECK(unused.grad() == 0);
    CHECK(dead.grad() == 0);
    CHECK(M(U.grad()) == M::Zero(2, 3));
    CHECK(c.grad() == 0);
    CHECK(M(C.grad()) == M::Zero(2, 3));
    CHECK_FALSE(c.needs_gradient());
    CHECK_FALSE(constant_alone.needs_gradient());
    CHECK(constant_alone.value() == doctest::Approx(std::exp(3) * 96));
    CHECK(dead.needs_gradient());
    for (int repeat = 0; repeat < 2; ++repeat) {
      tape.backward(constant_alone);
      CHECK(x.grad() == 0);
      CHECK(c.grad() == 0);
      CHECK(constant_alone.grad() == 0);
    }
  }

  TEST_CASE("tape: Vars of two tapes, and empty Vars, are refused") {
    const char* two =
        "Var: the operands live on two different tapes; record everything of one computation on one tape";
    const char* empty = "Var: this one is empty; make it with tape.variable(x) or tape.constant(x)";
    Tape tape, other;
    const auto x = tape.variable(1.0), y = other.variable(2.0);
    const auto A = tape.variable(M::Ones(2, 2).eval()), B = other.variable(M::Ones(2, 2).eval());
    const auto row = other.variable(M::Ones(1, 2).eval());
    using Error = std::invalid_argument;
    CHECK_THROWS_WITH_AS(x + y, two, Error);
    CHECK_THROWS_WITH_AS(y + x, two, Error);
    CHECK_THROWS_WITH_AS(A + B, two, Error);
    CHECK_THROWS_WITH_AS(A * row, two, Error);
    CHECK_THROWS_WITH_AS(x * B, two, Error);
    CHECK_THROWS_WITH_AS(matmul(A, B), two, Error);
    CHECK_THROWS_WITH_AS(sum(std::vector{x, y}), two, Error);
    CHECK_THROWS_WITH_AS(tape.backward(y), two, Error);
    const Var<double> none;
    const Var<M> no_matrix;
    CHECK_THROWS_WITH_AS(none.value(), empty, Error);
    CHECK_THROWS_WITH_AS(x + none, empty, Error);
    CHECK_THROWS_WITH_AS(none * 2, empty, Error);
    CHECK_THROWS_WITH_AS(sum(no_matrix), empty, Error);
    CHECK_THROWS_WITH_AS(no_matrix + A, empty, Error);
    CHECK_THROWS_WITH_AS(tape.backward(none), empty, Error);
  }

  TEST_CASE("tape: after an operation that throws the tape can be used further") {
    for (const bool traced : {false, true}) {
      Tape tape;
      std::optional<Trace> trace;
      if (traced) trace.emplace(tape);
      const auto A = tape.variable(M(-M::Identity(2, 2)));
      CHECK_THROWS_AS(cholesky(A), std::domain_error);
      const auto y = sum(A * A);
      tape.backward(y);
      CHECK(M(A.grad()) == M(-2 * M::Identity(2, 2)));
    }
  }

  TEST_CASE("tape: a variable can be made from an int, an array or an expression") {
    Tape tape;
    static_assert(std::same_as<decltype(tape.variable(2)), Var<double>>);
    static_assert(std::same_as<decltype(tape.variable(2.0f)), Var<float>>);
    const Eigen::ArrayXXd a = Eigen::ArrayXXd::Random(3, 4);
    const auto A = tape.variable(2 * a), column = tape.variable(a.col(1).head(2)), row = tape.variable(a.row(0));
    CHECK(M(A.value()) == M(2 * a));
    CHECK(column.rows() == 2);
    CHECK(column.value()(1, 0) == a(1, 1));
    CHECK(row.cols() == 4);
    tape.backward(sum(A) + sum(column));
    CHECK(M(column.grad()) == M::Ones(2, 1));
  }

  TEST_CASE("tape: looking at a gradient changes no later one") {
    Tape tape;
    const auto x = tape.variable(M::Zero(2, 2).eval());
    const auto y = sqrt(x);  // an infinite derivative at 0: sweeping it would give NaN
    const auto z = sum(x);
    CHECK(M(y.grad()) == M::Zero(2, 2));
    tape.backward(z);
    CHECK(M(x.grad()) == M::Ones(2, 2));
  }

  TEST_CASE("tape: an operation of no operands at all is refused") {
    CHECK_THROWS_AS(autograd::record<"none">([](auto& x) { return double(x.size()); }, [](auto&, auto&) {},
                                             std::span<const Var<double>>()),
                    std::invalid_argument);
  }
}
