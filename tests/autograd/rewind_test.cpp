// mark and rewind: gradients add up block after block in the memory of one.
#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;

TEST_SUITE("autograd") {
  TEST_CASE("rewind: a variable's gradients add up over blocks, and memory stays flat") {
    Tape tape;
    const M data = sample(50, 3, -1, 1, 1);
    const auto w = tape.variable(sample(3, 1, -1, 1, 2));
    const auto s = tape.variable(0.5);
    const auto mark = tape.mark();
    std::size_t capacity = 0, used = 0;
    for (Index block = 0; block < 10; ++block) {
      tape.rewind(mark);
      const M x = data.middleRows(5 * block, 5);
      tape.backward(s * squared_norm(matmul(tape.constant(x), w)));
      if (block == 0) capacity = tape.arena().capacity(), used = tape.arena().used();
    }
    CHECK(tape.arena().capacity() == capacity);
    CHECK(tape.arena().used() == used);
    const M x_w = data * M(w.value());
    CHECK((w.grad() - M(2 * 0.5 * data.transpose() * x_w)).norm() < 1e-13);
    CHECK(s.grad() == doctest::Approx(x_w.squaredNorm()).epsilon(1e-13));
  }

  TEST_CASE("rewind: what was computed before the mark passes each block's gradient on once") {
    Tape tape;
    const auto x = tape.variable(M::Constant(2, 2, 0.5));
    const auto t = tape.variable(2.0);
    const auto h = tanh(x * t);  // shared by all blocks, as is u
    const auto u = t * t;
    const auto mark = tape.mark();
    double expected_t = 0;
    M expected = M::Zero(2, 2);
    for (int block = 1; block <= 4; ++block) {
      tape.rewind(mark);
      const auto junk =
          tape.variable(M::Constant(7, 11, 1e9 * block));  // overwrites what a freed adjoint would lie in
      tape.backward(sum(h * h) * block + u * block + 0 * sum(junk));
      const double hv = std::tanh(1.0), slope = block * 2 * hv * (1 - hv * hv);
      expected += M::Constant(2, 2, slope * 2);
      expected_t += 4 * slope * 0.5 + block * 2 * 2;
      CHECK((x.grad() - expected).norm() < 1e-12);
      CHECK(t.grad() == doctest::Approx(expected_t).epsilon(1e-13));
    }
  }

  TEST_CASE("rewind: marks nest, and a mark can be used many times") {
    Tape tape;
    const auto x = tape.variable(1.0);
    const auto outer = tape.mark();
    for (int i = 0; i < 3; ++i) {
      const auto y = x * 2;
      const auto inner = tape.mark();
      for (int j = 0; j < 2; ++j) {
        tape.backward(y * 3);
        tape.rewind(inner);
      }
      CHECK(y.value() == 2);
      tape.rewind(outer);
    }
    CHECK(x.grad() == 3 * 2 * 6);
  }

  TEST_CASE("rewind: a Var from before it is refused, with advice") {
    const char* text =
        "Var: this one was recorded before the tape was rewound, and its memory is gone; record it again after "
        "rewind()";
    using Error = std::invalid_argument;
    Tape tape;
    const auto x = tape.variable(1.0);
    const auto mark = tape.mark();
    const auto y = x * 2;
    const auto A = tape.variable(M::Ones(2, 2).eval());
    CHECK((x + y).value() == 3);
    tape.rewind(mark);
    const auto z = x * 5;
    CHECK(z.value() == 5);  // x is older than the mark
    CHECK_THROWS_WITH_AS(y.value(), text, Error);
    CHECK_THROWS_WITH_AS(A.rows(), text, Error);
    CHECK_THROWS_WITH_AS(x + y, text, Error);
    CHECK_THROWS_WITH_AS(sum(A), text, Error);
    CHECK_THROWS_WITH_AS(sum(std::vector{x, y}), text, Error);
    CHECK_THROWS_WITH_AS(tape.backward(y), text, Error);
    tape.rewind();
    CHECK_THROWS_WITH_AS(x.value(), text, Error);
    CHECK_THROWS_WITH_AS(z.grad(), text, Error);
  }

  TEST_CASE("rewind: a mark whose place is gone is refused") {
    const char* text = "Tape::rewind: the tape was already rewound to before this mark";
    using Error = std::invalid_argument;
    Tape tape, other;
    const auto first = tape.mark();
    const auto second = tape.mark();
    tape.rewind(first);
    CHECK_THROWS_WITH_AS(tape.rewind(second), text, Error);
    const auto third = tape.mark();  // as deep as the second
    CHECK_THROWS_WITH_AS(tape.rewind(second), text, Error);
    tape.rewind(third);
    tape.rewind();
    CHECK_THROWS_WITH_AS(tape.rewind(first), text, Error);
    const auto again = tape.mark();  // as deep as the first
    CHECK_THROWS_WITH_AS(tape.rewind(first), text, Error);
    tape.rewind(again);
    other.mark();
    CHECK_THROWS_WITH_AS(other.rewind(again), text, Error);
  }

  TEST_CASE("rewind: the zeros of a constant's gradient stay zeros") {
    Tape tape;
    const auto c = tape.constant(M::Ones(3, 3).eval());
    const auto mark = tape.mark();
    CHECK(M(c.grad()) == M::Zero(3, 3));
    tape.rewind(mark);
    const auto other = tape.variable(M::Constant(8, 8, 7));
    CHECK(M(c.grad()) == M::Zero(3, 3));
    CHECK(M(other.value()) == M::Constant(8, 8, 7));
  }

  TEST_CASE("rewind: the same steps get the same memory") {
    Tape tape;
    const double* first = nullptr;
    std::size_t capacity = 0;
    for (int step = 0; step < 5; ++step) {
      tape.rewind();
      const auto A = tape.variable(M::Ones(100, 100).eval());
      Var<M> B = A;
      for (int i = 0; i < 20; ++i) B = B * A;
      tape.backward(sum(B));
      if (step == 0) first = A.value().data(), capacity = tape.arena().capacity();
      CHECK(A.value().data() == first);
      CHECK(A.grad()(0, 0) == 21);
      CHECK(tape.arena().capacity() == capacity);
    }
  }
}
