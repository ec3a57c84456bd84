// The maintainers' check must itself be able to fail, in each of its ways.
#include "chapters/lesson/exercise/maintainers.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "chapters/lesson/exercise/todo.hpp"

using namespace lesson;

namespace {

using CheckFunction = std::function<void(Attempt&)>;

// An answer that is 3 seed, and the mistakes that are listed for it.
CheckFunction times_three(std::vector<std::pair<double, std::string>> factors, double tolerance = 1e-12) {
  return [=](Attempt& attempt) {
    const double x = attempt.seed();
    std::vector<Mistake> mistakes;
    for (const auto& [factor, likely] : factors) mistakes.push_back({factor * x, "", likely});
    attempt.equal(3 * x, 3 * x, tolerance, mistakes);
  };
}

Exercise sound() {
  return {.number = "5.2",
          .slug = "eq:scaled",
          .task = "three times x",
          .statement = "y = 3 x",
          .points = 2,
          .minutes = 5,
          .hints = {"How often?", "Not twice.", "3 * x"},
          .check = times_three({{2, "twice."}, {-3, "the sign."}})};
}

// The one fault of the table with this exercise, "" if there is none.
std::string fault(const Exercise& exercise) {
  const std::vector<std::string> faults = faults_of_solution({exercise});
  REQUIRE(faults.size() <= 1);
  return faults.empty() ? "" : faults[0];
}
std::string fault_of_check(const CheckFunction& check) {
  Exercise exercise = sound();
  exercise.check = check;
  return fault(exercise);
}

}  // namespace

TEST_SUITE("chapters/maintainers") {
  TEST_CASE("a sound table has no fault") { CHECK(fault(sound()) == ""); }

  TEST_CASE("a reference answer that is wrong, or not there") {
    CHECK(fault_of_check([](Attempt& attempt) {
            attempt.equal(1.0 / attempt.seed(), 0.5, 1e-12);
          }).starts_with("5.2, seed 1: your side"));
    CHECK(fault_of_check([](Attempt&) { todo("later"); }) == "5.2, seed 1: later");
    CHECK(fault_of_check([](Attempt& attempt) { attempt.require(attempt.seed() != 5, "not on this one"); }) ==
          "5.2, seed 5: not on this one");
  }

  TEST_CASE("a listed mistake that passes") {
    CHECK(fault_of_check(times_three({{2, "twice."}, {3.001, "nearly."}}, 1e-2)) ==
          "5.2, seed 1: this check lets a listed mistake pass: nearly.");
    CHECK(fault_of_check([](Attempt& attempt) {
            const double x = attempt.seed();
            attempt.sampled({x, 1}, x, {{x + 2, "", "two too much."}});
          }) == "5.2, seed 1: this check lets a listed mistake pass: two too much.");
  }

  TEST_CASE("a listed mistake that reads another's question, or none") {
    CHECK(fault_of_check(times_three({{2, "twice."}, {2, "a sum of two."}}))
              .starts_with("5.2, seed 1: a student who makes the listed mistake 'a sum of two.' reads: your side"));
    // x² and 2 x are told apart on every instance but one
    CHECK(fault_of_check([](Attempt& attempt) {
            const double x = attempt.seed();
            attempt.equal(3 * x, 3 * x, 1e-12, {{2 * x, "", "twice."}, {x == 4 ? 2 * x : -x, "", "the sign."}});
          }).starts_with("5.2, seed 4: a student who makes the listed mistake 'the sign.' reads"));
    CHECK(fault_of_check(times_three({{std::nan(""), "0/0."}})).find("makes the listed mistake '0/0.' reads") !=
          std::string::npos);
    CHECK(fault_of_check([](Attempt& attempt) {
            const double x = attempt.seed();
            attempt.equal({x, x}, {x, x}, 1e-12, {{x + 1, "", "one number."}});
          }).ends_with("reads: expected 2 numbers, found 1"));
    CHECK(fault_of_check([](Attempt& attempt) {
            const double x = attempt.seed();
            attempt.sampled({x, 0.1}, x, {{x + 2, "", "two."}, {x + 2.1, "", "about two."}});
          }).find("makes the listed mistake 'about two.' reads") != std::string::npos);
  }

  TEST_CASE("no mistake at all") { CHECK(fault_of_check(times_three({})) == "5.2: lists no mistake"); }

  TEST_CASE("a constant that passes on every instance") {
    const CheckFunction constant = [](Attempt& attempt) {
      attempt.equal(20.0, 20.0, 1e-12, {{8.0, "", "N/M is missing."}});
    };
    CHECK(fault_of_check(constant) == "5.2: the right answers are the same on every instance, so a constant passes");
    Exercise by_nature = sound();
    by_nature.check = constant;
    by_nature.same_on_every_instance = true;
    CHECK(fault(by_nature) == "");
  }

  TEST_CASE("what the table lacks") {
    Exercise slug = sound(), task = sound(), statement = sound(), points = sound(), two_hints = sound(),
             same_hints = sound();
    slug.slug = "scaled";
    task.task = "";
    statement.statement = "y = 3 x\nfor any x";
    points.points = 0;
    two_hints.hints.pop_back();
    same_hints.hints[2] = same_hints.hints[1];
    CHECK(fault(slug) == "5.2: its slug is 'scaled', expected eq:..., claim:... or test:...");
    CHECK(fault(task) == "5.2: it does not say what there is to write");
    CHECK(fault(statement) == "5.2: its statement is not one line");
    CHECK(fault(points) == "5.2: its points or its minutes are below 1");
    CHECK(fault(two_hints) == "5.2: expected three hints, none like another");
    CHECK(fault(same_hints) == "5.2: expected three hints, none like another");
  }

  TEST_CASE("a skeleton with an answer in it") {
    Exercise untouched = sound(), wrong = sound();
    untouched.check = [](Attempt&) { todo("3 x"); };
    wrong.check = [](Attempt& attempt) { attempt.require(false, "not this"); };
    CHECK(faults_of_skeleton({untouched}).empty());
    CHECK(faults_of_skeleton({untouched, sound()}) ==
          std::vector<std::string>{"5.2: expected 'not attempted' of the untouched file, found: right"});
    CHECK(faults_of_skeleton({wrong}) ==
          std::vector<std::string>{"5.2: expected 'not attempted' of the untouched file, found: not this"});
  }
}
