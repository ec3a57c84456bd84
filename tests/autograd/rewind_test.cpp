// After a rewind the next step uses the same memory, and a Var from before the rewind is refused.
#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;

TEST_SUITE("autograd") {
  TEST_CASE("rewind: a Var from before it is refused, and the message says what to do") {
    const char* text =
        "Var: this one was recorded before the tape was rewound, and its memory is gone; record it again after "
        "rewind()";
    using Error = std::invalid_argument;
    Tape tape;
    const auto y = tape.variable(1.0) * 2;
    const auto A = tape.variable(M::Ones(2, 2).eval());
    CHECK(y.value() == 2);
    tape.rewind();
    const auto x = tape.variable(1.0), z = x * 5;
    CHECK(z.value() == 5);
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
