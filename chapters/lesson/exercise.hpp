// What a chapter's check.cpp is made of: a table of exercises, each with the function that checks the student's answer.
//
//   int main(int argc, char** argv) {
//     return lesson::check_exercises(argc, argv, "05_minibatch_sgd", {{
//         .number = "5.2", .slug = "eq:scaled", .statement = "E[ c · Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D)",
//         .points = 2, .minutes = 15,
//         .hints = {"Which sum is it to stand for?", "Compare the numbers of terms.", "Multiply by N / M."},
//         .check = [](lesson::Attempt& attempt) {
//           const Instance drawn = draw(attempt.seed());
//           const double full = ...;
//           attempt.equal(ch05::scaled_gradient(drawn), full, 1e-12,
//                         {{full * m / n, "M/N", "the sum runs over M points but stands for N. What makes up for
//                         it?"}});
//         }}});
//   }
//
// The program's exit status is meson's: 0 right, 1 wrong, 77 not attempted (a skipped test).
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chapters/lesson/checks.hpp"
#include "chapters/lesson/todo.hpp"

namespace lesson {

// One number or several: a scalar answer is a vector of one component.
struct Answer {
  Answer(double value) : values{value} {}                              // NOLINT: an answer reads as its number
  Answer(std::initializer_list<double> numbers) : values(numbers) {}   // NOLINT
  Answer(std::vector<double> numbers) : values(std::move(numbers)) {}  // NOLINT
  Answer(std::span<const double> numbers) : values(numbers.begin(), numbers.end()) {}  // NOLINT
  std::vector<double> values;
};

// A typical wrong answer: what a student who made this mistake finds, a name for its ratio to the right answer ("" for
// none), and a question that leads on. No two of a list may be found by the same numbers: the first would answer for
// both.
struct Mistake {
  Answer found;
  std::string ratio;
  std::string likely;
};

// The answer is wrong; `what()` is the report without number and slug.
struct WrongAnswer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One run of one exercise on one random instance. The first check that does not hold ends the run.
//
// With the reference answers the checks check themselves (`try_mistakes`): each listed mistake is given as if a student
// had found it, and one that passes, or that reads another mistake's question, throws std::logic_error.
class Attempt {
 public:
  Attempt(std::uint64_t seed, bool try_mistakes) : seed_(seed), try_mistakes_(try_mistakes) {}

  // Of the instance: the same seed gives the same numbers. Each exercise is run on several.
  std::uint64_t seed() const { return seed_; }

  // Your side equals the other one, in the sense of lesson::judge_exact.
  void equal(const Answer& yours, const Answer& right, double tolerance, const std::vector<Mistake>& mistakes = {});

  // An estimate within 4 standard errors.
  void sampled(Estimate yours, double right, const std::vector<Mistake>& mistakes = {});

  // Anything else that must be so: require(samples.size() == n, "asked for 100 samples, got 99").
  void require(bool holds, std::string_view otherwise);

  // Of this run, for the maintainers: the other sides so far, and how many mistakes were tried.
  const std::vector<double>& right_answers() const { return right_answers_; }
  int mistakes_tried() const { return mistakes_tried_; }

 private:
  std::uint64_t seed_;
  bool try_mistakes_;
  std::vector<double> right_answers_;
  int mistakes_tried_ = 0;
};

struct Exercise {
  std::string number;     // "5.2"
  std::string slug;       // "eq:scaled"
  std::string statement;  // one line
  int points = 1;
  int minutes = 10;
  std::vector<std::string> hints;  // three: what to think of, where to look, nearly the answer
  std::function<void(Attempt&)> check;
  bool same_on_every_instance = false;  // the right answer is one constant, by the nature of the question
};

inline constexpr int kRight = 0, kWrong = 1, kUsage = 2, kNotAttempted = 77;

// The check program's main:
//   exercise_05                      every exercise of chapter 05
//   exercise_05 5.2 --seed 7         one, on the instances of another seed
//   exercise_05 --list               the table: points, minutes
//   exercise_05 --hint 5.2 --level 2
//   exercise_05 --maintainers        every exercise is untouched; solution_05: see lesson/maintainers.hpp
// With --solution the answers are the reference ones, and the listed mistakes are tried on the checks as well.
// An exercise begins in the student's file with a comment that starts with its number: the reports name that line.
//
// For chapters/grade, `exercise_05 5.2 --verdict FILE` reads a word from standard input, prints the report alone and
// writes the word and "right", "wrong" or "not attempted" to FILE. An answer that ends the program, or prints "right",
// knows no such word.
int check_exercises(int argc, const char* const* argv, const std::string& chapter,
                    const std::vector<Exercise>& exercises);

// The same, reading and printing elsewhere, and with chapters/ in another place: for tests.
struct Classroom {
  std::string chapter;
  std::string chapters_folder;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};
int check_exercises(int argc, const char* const* argv, const Classroom& room, const std::vector<Exercise>& exercises);

}  // namespace lesson
