// Chapter 00's checks hold, each mistake fails the check that it concerns and no other, and the numbers of its text
// are so.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "chapters/00_tape/chapter.hpp"
#include "chapters/00_tape/functions.hpp"
#include "tests/chapters/room.hpp"

namespace ch00 {

namespace {

using Slugs = std::set<std::string>;

template <class Body>
Slugs failing_in(const Body& body, const char* seed = "1") {
  lesson::Room room;
  room.run({"--no-plots", "--quick", "--seed", seed}, body);
  return room.failing();
}

// The checks that take no time. Returns the slugs of the equations that do not pass.
Slugs failing(const Ingredients& use, const char* seed = "1") {
  return failing_in(
      [&](lesson::Lesson& lesson) {
        worked_example(lesson, use);
        reuse(lesson, use);
        gradient_check(lesson, use);
        kink(lesson, use);
        branch_not_taken(lesson, use);
        cheap_gradient(lesson, use);
        moons(lesson, two_moons(20, 0.1, lesson.seed()));
      },
      seed);
}
Slugs failing_chains(const Ingredients& use) {
  return failing_in([&](lesson::Lesson& lesson) {
    long_chain(lesson, use);
    checkpointing(lesson, use);
  });
}

}  // namespace

TEST_SUITE("chapters/00_tape") {
  TEST_CASE("everything holds, whatever the seed") {
    for (const char* seed : {"1", "2", "3"}) CHECK(failing(right(), seed) == Slugs{});
    CHECK(failing_chains(right()) == Slugs{});
  }

  TEST_CASE("every mistake is noticed by the check that it concerns, by no other, and every check notices one") {
    Slugs noticed;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      const Ingredients use = broken(one.name);
      CHECK((one.name == "halves" ? failing_chains(use) : failing(use)) == Slugs(one.slugs.begin(), one.slugs.end()));
      noticed.insert(one.slugs.begin(), one.slugs.end());
    }
    CHECK(noticed == Slugs{"claim:cheap-gradient", "claim:kink", "claim:where", "eq:chain", "test:checkpointing",
                           "test:gradcheck"});
    CHECK_THROWS_WITH(broken("nothing"), "there is no break 'nothing'");
  }

  TEST_CASE("the tiny tape can be swept again, and from any record") {
    tiny::Tape tape;
    const tiny::Var x = tape.variable(2), y = tape.variable(3), product = x * y, f = product - sin(x);
    for (int again = 0; again < 2; ++again) {
      tape.backward(f);
      CHECK(x.grad() == 3 - std::cos(2.0));
      CHECK(y.grad() == 2);
    }
    tape.backward(product);
    CHECK(x.grad() == 3);
    CHECK(f.grad() == 0);
  }

  TEST_CASE("every operation of the tiny tape has the engine's value and slopes") {
    const auto all = [](auto x, auto y) {
      return 2.0 * (x + y) + (0.5 - x * y) + (1.0 + sin(x - y)) * log(y) + exp(0.3 * x) * tanh(y);
    };
    const auto [value, dx, dy] = autograd::value_and_gradient(all, 0.8, 1.7);
    tiny::Tape tape;
    const tiny::Var x = tape.variable(0.8), y = tape.variable(1.7), f = all(x, y);
    tape.backward(f);
    CHECK(f.value() == doctest::Approx(value).epsilon(1e-15));
    CHECK(x.grad() == doctest::Approx(dx).epsilon(1e-15));
    CHECK(y.grad() == doctest::Approx(dy).epsilon(1e-15));
  }

  TEST_CASE("the numbers of the text: 46,368 paths and 46 shares; 3.00 and 2.75; 64,837 records") {
    tiny::Tape tape;
    const tiny::Var x = tape.variable(1), y = tape.variable(1), last = fibonacci(x, y, 25);
    std::int64_t paths = 0;
    CHECK(over_paths(tape, last.number, y.number, paths) == 46'368);
    CHECK(paths == 46'368);
    CHECK(work_of_sweep(product, 1000).ratio() == 3);
    CHECK(work_of_sweep(rosenbrock, 1000).ratio() == doctest::Approx(2.7499).epsilon(1e-4));
    // by the formula of exercise 0.4, with 5 operations a point for the loss, and 337 leaves
    CHECK(records_of_scalars(two_moons(100, 0.1, 1), network({2, 16, 16, 1}, 1)) == 337 + 100 * 640 + 100 * 5);
  }

  TEST_CASE("a counter sees leaves, operations, pullbacks and shares") {
    Tape tape;
    const Counter counter(tape);
    const Var<double> x = tape.variable(2.0), c = tape.constant(3.0), f = x * c + x;
    tape.backward(f);
    CHECK(counter.leaves == 2);
    CHECK(counter.operations == 2);
    CHECK(counter.pullbacks == 2);
    CHECK(counter.shares == 4);
  }

  TEST_CASE("the network learns the moons, and its gradient is that of the differences") {
    const Moons data = two_moons(100, 0.1, 1);
    CHECK(data.sign.sum() == 0);
    Network theta = network({2, 16, 16, 1}, 1);
    const auto loss = [&](auto... vars) { return moons_loss(data, {vars...}); };
    CHECK(autograd::gradcheck(loss, theta[0], theta[1], theta[2], theta[3], theta[4], theta[5]).passed);
    const std::vector<double> losses = train(theta, data, 300, 0.5);
    CHECK(losses.back() < 0.3 * losses.front());
    CHECK(accuracy(theta, data) > 0.9);
    // a network that is turned round finds no point
    theta.back() *= -1, theta[4] *= -1;
    CHECK(accuracy(theta, data) < 0.1);
  }

  TEST_CASE("checkpointing: plans that reach, with the repeats and checkpoints that they may use") {
    for (int c = 1; c <= 4; ++c) {
      for (int r = 1; r <= 4; ++r) {
        CAPTURE(c);
        CAPTURE(r);
        const int length = reach(c, r);
        const Reversal reversal = reverse_chain(length, c, r, binomial_split, 0.1, 0.1);
        CHECK(reversal.reversed == length);
        CHECK(reversal.repeats == r);
        CHECK(reversal.checkpoints == std::min(c, length));
        CHECK(fewest_repeats(length, c) == r);
        CHECK(fewest_repeats(length + 1, c) == r + 1);
      }
    }
    const Reversal film = reverse_chain(20, 3, 3, binomial_split, 0.1, 0.1, true);
    CHECK(film.time() == 65);
    std::int64_t taken = 0;
    for (const Reversal::Move& move : film.moves) taken += std::abs(move.to - move.from);
    CHECK(taken == 65);
    for (const Reversal::Kept& kept : film.kept) CHECK(kept.from < kept.to);
  }

  TEST_CASE("the picture has a box a record, with its numbers") {
    tiny::Tape tape;
    const tiny::Var x = tape.variable(2), y = tape.variable(3);
    tape.backward(x * y);
    const std::string svg = picture(tape, {"x", "y", "x y"});
    for (const char* word : {"value 6.0000", "adjoint 3.0000", "slope 3", "+= 2", "</svg>"})
      CHECK(svg.find(word) != std::string::npos);
    const auto boxes = [&](std::string_view tag) {
      int count = 0;
      for (std::size_t at = svg.find(tag); at != std::string::npos; at = svg.find(tag, at + 1)) ++count;
      return count;
    };
    CHECK(boxes("<rect") == 4);  // and the background
    CHECK(boxes("<path d='M 0 0") == 2);
    CHECK(boxes("marker-end") == 4);
  }
}

}  // namespace ch00
