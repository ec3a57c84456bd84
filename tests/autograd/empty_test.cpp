// Matrices without elements, and matrices of one element. Broadcasting rules easily get these shapes wrong.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;

TEST_SUITE("autograd") {
  TEST_CASE("empty: elementwise operations, with everything that broadcasts") {
    Tape tape;
    const auto none = tape.variable(M(0, 3)), row = tape.variable(M::Ones(1, 3).eval());
    const auto one = tape.variable(M::Ones(1, 1).eval()), empty_column = tape.variable(M(0, 1));
    const auto s = tape.variable(2.0);
    const auto y = tanh(none * row + one - s) / pow(none, 2) + where(M(0, 3), none, s) + empty_column * row;
    CHECK(y.rows() == 0);
    CHECK(y.cols() == 3);
    const auto total = sum(y) + sum(sum(none, By::row)) + squared_norm(none) + dot(none, none);
    CHECK(total.value() == 0);
    tape.backward(total + s);
    CHECK(M(row.grad()) == M::Zero(1, 3));
    CHECK(M(one.grad()) == M::Zero(1, 1));
    CHECK(s.grad() == 1);
    CHECK(none.grad().rows() == 0);
    CHECK(none.grad().cols() == 3);
  }

  TEST_CASE("empty: sums over nothing are zeros, and pass no gradient") {
    Tape tape;
    const auto none = tape.variable(M(0, 3)), thin = tape.variable(M(3, 0));
    CHECK(M(sum(none, By::column).value()) == M::Zero(1, 3));
    CHECK(sum(none, By::row).rows() == 0);
    CHECK(M(sum(thin, By::row).value()) == M::Zero(3, 1));
    CHECK(sum(thin, By::column).cols() == 0);
    tape.backward(sum(sum(none, By::column)) + sum(sum(thin, By::row)));
    CHECK(thin.grad().rows() == 3);
  }

  TEST_CASE("empty: products and stacks") {
    Tape tape;
    const auto thin = tape.variable(M(3, 0)), flat = tape.variable(M(0, 20)),
               bias = tape.variable(M::Ones(1, 20).eval());
    const auto product = matmul(thin, flat);
    CHECK(M(product.value()) == M::Zero(3, 20));
    CHECK(M(affine(thin, flat, bias).value()) == M::Ones(3, 20));
    tape.backward(sum(affine(thin, flat, bias) * product + affine(thin, flat, bias)));
    CHECK(M(bias.grad()) == M::Constant(1, 20, 3));
    CHECK(flat.grad().cols() == 20);
    const auto a = tape.variable(M::Ones(2, 20).eval());
    const auto stacked = hstack(a, tape.constant(M(2, 0)));
    tape.backward(sum(stacked) + sum(rows(a, 2, 0)) + sum(columns(a, 0, 0)));
    CHECK(M(a.grad()) == M::Ones(2, 20));
    CHECK(transpose(thin).cols() == 3);
    CHECK(reshape(thin, 0, 7).cols() == 7);
    CHECK(pick(tape.constant(M(0, 4)), {}).rows() == 0);
    const auto identity = cholesky(tape.variable(M(0, 0)));
    CHECK(log_det(identity).value() == 0);
  }

  TEST_CASE("empty: a matrix of one element beside rows, columns and numbers") {
    Tape tape;
    const auto one = tape.variable(M::Constant(1, 1, 3)), row = tape.variable(M::Ones(1, 4).eval());
    const auto column = tape.variable(M::Ones(5, 1).eval());
    const auto s = tape.variable(2.0);
    const auto y = (one * row) * (column * one) * s;  // 9 · 2 in 5×4
    CHECK(M(y.value()) == M::Constant(5, 4, 18));
    tape.backward(sum(y));
    CHECK(one.grad()(0, 0) == 20 * 2 * 3 * 2);
    CHECK(M(row.grad()) == M::Constant(1, 4, 5 * 18));
    CHECK(M(column.grad()) == M::Constant(5, 1, 4 * 18));
    CHECK(s.grad() == 20 * 9);
    const auto alone = one + one * one - 1;
    CHECK(alone.rows() == 1);
    tape.backward(at(alone, 0, 0));
    CHECK(one.grad()(0, 0) == 7);
    const auto chosen = where(M::Ones(2, 3), one, 0.0);  // a single one is repeated to the condition's shape
    CHECK(M(chosen.value()) == M::Constant(2, 3, 3));
    tape.backward(sum(chosen));
    CHECK(one.grad()(0, 0) == 6);
  }
}
