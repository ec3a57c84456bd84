#pragma once
// One run of an exercise: how an answer is judged.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chapters/lesson/checks.hpp"

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
// none), and a question that leads on. No two of a list may be found by the same numbers: the first would
// answer for both.
struct Mistake {
  Answer found;
  std::string ratio;
  std::string likely;
};

// The answer is wrong; `what()` is the report without number and slug. `guess` is what a student reads as
// "likely" when the report has no better one.
struct WrongAnswer : std::runtime_error {
  using std::runtime_error::runtime_error;
  WrongAnswer(const std::string& report, std::string guess) : std::runtime_error(report), guess(std::move(guess)) {}
  std::string guess{};
};

// One run of one exercise on one random instance. The first check that does not hold ends the run.
//
// With the reference answers the checks check themselves (`try_mistakes`): each listed mistake is given as if a
// student had found it, and one that passes, or that reads another mistake's question, throws std::logic_error.
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

}  // namespace lesson
