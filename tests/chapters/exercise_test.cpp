#include "chapters/lesson/exercise/program.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "chapters/lesson/exercise/todo.hpp"
#include "tests/temporary_folder.hpp"

using namespace lesson;
namespace fs = std::filesystem;

namespace {

// One exercise, and a student whose answer to it can be chosen.
struct Student {
  TemporaryFolder home;
  fs::path chapters = home.path / "chapters";
  std::istringstream in;
  std::ostringstream out, err;
  std::function<void(Attempt&)> check;

  Student() {
    fs::create_directories(chapters / "05_minibatch_sgd" / "exercises");
    std::ofstream(chapters / "05_minibatch_sgd" / "exercises" / "exercise.cpp")
        << "#include <vector>\n// 5.20 another\n\n// 5.2  c\n";
  }

  int run(std::vector<const char*> words) {
    words.insert(words.begin(), "exercise_05");
    const Exercise scaled{.number = "5.2",
                          .slug = "eq:scaled",
                          .task = "the scaled sum",
                          .statement = "E[ c·Σ ] = ∇log p(D)",
                          .points = 2,
                          .minutes = 15,
                          .hints = {"Which sum?", "Compare the terms.", "Multiply by N/M."},
                          .check = check};
    return check_exercises(words.size(), words.data(), Classroom{"05_minibatch_sgd", chapters, in, out, err},
                           {scaled});
  }

  // The student's answer to a sum that is -31.656, with the mistakes that are listed for it.
  int answers(double value, std::vector<const char*> words = {"5.2"}) {
    check = [value](Attempt& attempt) {
      attempt.equal(value, -31.656, 1e-12,
                    {{-31.656 / 4, "M/N", "the sum runs over M points."}, {31.656, "-1", "a sign is wrong."}});
    };
    return run(words);
  }
};

}  // namespace

TEST_SUITE("chapters/exercise") {
  TEST_CASE("a right answer") {
    Student student;
    CHECK(student.answers(-31.656) == 0);
    CHECK(student.out.str() == "5.2   right           eq:scaled   E[ c·Σ ] = ∇log p(D)\n");
  }

  TEST_CASE("a listed mistake is recognised") {
    Student student;
    CHECK(student.answers(-7.914) == 1);
    CHECK(student.out.str() ==
          R"(5.2   not yet         eq:scaled   E[ c·Σ ] = ∇log p(D)
      your side  -7.914000    other side -31.656000    ratio 0.2500 = M/N
      likely: the sum runs over M points.
      edit chapters/05_minibatch_sgd/exercises/exercise.cpp, line 4        (hint: chapters/grade 05 --hint 5.2)
)");
  }

  TEST_CASE("another mistake shows both sides and no guess; NaN is wrong") {
    Student off, nan;
    CHECK(off.answers(-31.6) == 1);
    CHECK(off.out.str().find("ratio 0.9982\n") != std::string::npos);
    CHECK(off.out.str().find("likely") == std::string::npos);
    CHECK(nan.answers(std::nan("")) == 1);
    CHECK(nan.out.str().find("your side        nan") != std::string::npos);
  }

  TEST_CASE("an untouched exercise is not attempted, and says where it stands") {
    Student student;
    const unsigned next_line = Where::current().line + 1;
    student.check = [](Attempt&) { todo("the sum, scaled"); };
    CHECK(student.run({"5.2"}) == 77);
    CHECK(student.out.str().find("5.2   not attempted   eq:scaled") == 0);
    CHECK(student.out.str().find("to do: the sum, scaled\n") != std::string::npos);
    CHECK(student.out.str().find("exercise.cpp, line " + std::to_string(next_line) + " ") != std::string::npos);
  }

  TEST_CASE("an answer that throws is wrong, not lost") {
    Student student;
    student.check = [](Attempt&) { throw std::out_of_range("index 3 of 3"); };
    CHECK(student.run({"5.2"}) == 1);
    CHECK(student.out.str().find("it threw: index 3 of 3") != std::string::npos);
  }

  TEST_CASE("vectors: the worst component, or a wrong number of them") {
    const auto report = [](const Answer& yours) -> std::string {
      Attempt attempt(1, false);
      try {
        attempt.equal(yours, {1, 2, 3}, 1e-12, {{{3, 2, 1}, "", "the order is reversed."}});
      } catch (const WrongAnswer& wrong) {
        return wrong.what();
      }
      return "right";
    };
    CHECK(report({1, 2, 3}) == "right");
    CHECK(report({1, 4, 3}) == "your side   4.000000    other side   2.000000    ratio 2.0000    component 2 of 3");
    CHECK(report({3, 2, 1}).ends_with("likely: the order is reversed."));
    CHECK(report({1, 2}) == "expected 3 numbers, found 2");
  }

  TEST_CASE("a sampled answer") {
    const auto report = [](Estimate yours) -> std::string {
      Attempt attempt(1, false);
      try {
        attempt.sampled(yours, 20, {{8, "M/N", "N/M is missing."}});
      } catch (const WrongAnswer& wrong) {
        return wrong.what();
      }
      return "right";
    };
    CHECK(report({20.1, 0.1}) == "right");
    CHECK(
        report({8.02, 0.05}) ==
        "your side 8.020 ± 0.050    other side 20.000000    z -239.6    ratio 0.4010 = M/N\nlikely: N/M is missing.");
    CHECK(report({20, 0}).find("no spread") != std::string::npos);
  }

  TEST_CASE("a guess at what is no number, and at what fills the memory; a listed mistake knows better") {
    Student student;
    CHECK(student.answers(std::nan("")) == 1);
    CHECK(student.out.str().find("\n      likely: NaN comes from 0/0, 0 · ∞, ∞ - ∞, ") != std::string::npos);
    student.out.str("");
    CHECK(student.answers(INFINITY) == 1);
    CHECK(student.out.str().find("\n      likely: ∞ comes from an exp of a large number") != std::string::npos);
    student.out.str("");
    student.check = [](Attempt&) { throw std::bad_alloc(); };
    CHECK(student.run({"5.2"}) == 1);
    CHECK(student.out.str().find("\n      likely: it asks for more memory") != std::string::npos);
    student.out.str("");
    student.check = [](Attempt&) {
      throw WrongAnswer("NaN for one point\nlikely: 0 · log 0.", "NaN comes from 0/0.");
    };
    CHECK(student.run({"5.2"}) == 1);
    CHECK(student.out.str().find("NaN comes from") == std::string::npos);
  }

  TEST_CASE("every instance must be right") {
    Student student;
    student.check = [](Attempt& attempt) { attempt.require(attempt.seed() != 9, "wrong on this one"); };
    CHECK(student.run({"5.2"}) == 0);
    CHECK(student.run({"5.2", "--seed", "7"}) == 1);
    CHECK(student.out.str().find("(on the instance of --seed 9)") != std::string::npos);
  }

  TEST_CASE("with the solution, a check that lets a listed mistake pass is found out") {
    Student good, blind;
    CHECK(good.answers(-31.656, {"5.2", "--solution"}) == 0);
    blind.check = [](Attempt& attempt) { attempt.equal(1.0, 1.0, 1e-2, {{1.001, "", "off by a little."}}); };
    CHECK(blind.run({"5.2", "--solution"}) == 1);
    CHECK(blind.out.str().find("this check lets a listed mistake pass: off by a little.") != std::string::npos);
    CHECK(blind.run({"5.2"}) == 0);
  }

  TEST_CASE("a verdict bears the word that was read and the exercise's number, and the report stands alone") {
    Student student;
    student.in.str("open sesame\n");
    const fs::path verdict = student.home / "verdict";
    const int descriptor = open(verdict.c_str(), O_CREAT | O_WRONLY, 0600);
    const std::string fd = std::to_string(descriptor), answers = student.home / "ann.cpp";
    std::ofstream(answers) << "\n\n\n\n// 5.2\n";
    CHECK(student.answers(7, {"5.2", "--verdict", fd.c_str(), "--answers", answers.c_str()}) == 1);
    close(descriptor);
    std::stringstream written;
    written << std::ifstream(verdict).rdbuf();
    CHECK(written.str() == "open sesame 5.2 wrong\n");
    CHECK(student.out.str().find("your side   7.000000") == 0);
    CHECK(student.out.str().find("\nedit " + answers + ", line 5 ") != std::string::npos);
    // a word is there once
    CHECK(student.answers(7, {"5.2", "--verdict", fd.c_str()}) == 2);
    CHECK(student.err.str() == "--verdict: expected a word on standard input, found none\n");
    student.in.clear();
    student.in.str("open sesame\n");
    student.err.str("");
    CHECK(student.answers(7, {"5.2", "--verdict", "999"}) == 2);
    CHECK(student.err.str() == "--verdict: file descriptor 999 cannot be written to\n");
  }

  TEST_CASE("all exercises, the table and the hints") {
    Student student;
    CHECK(student.answers(-31.656, {}) == 0);
    CHECK(student.out.str().ends_with("1 of 1 right, 2 of 2 points\n"));
    CHECK(student.run({"--list"}) == 0);
    CHECK(student.out.str().find("5.2         2       15   eq:scaled") != std::string::npos);
    CHECK(student.run({"--hint", "5.2"}) == 0);
    CHECK(student.out.str().ends_with("Which sum?\n(hint 1 of 3; more: chapters/grade 05 --hint 5.2 --level 2)\n"));
    CHECK(student.run({"--hint", "5.2", "--level", "3"}) == 0);
    CHECK(student.out.str().ends_with("Multiply by N/M.\n"));
    CHECK(student.run({"5.9"}) == 2);
    CHECK(student.err.str() == "there is no exercise '5.9' (known: 5.2)\n");
    CHECK(student.run({"--hint", "5.2", "--level", "4"}) == 2);
  }
}
