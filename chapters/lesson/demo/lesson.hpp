// What all demos share: options, checks that print themselves, a verdict, figures, progress.
//
//   int main(int argc, char** argv) {
//     lesson::Lesson lesson("05_minibatch_sgd", "A minibatch gradient is unbiased", "1.6, 1.6.1, 1.6.1.1");
//     int draws = 100'000;
//     lesson.option("--draws", draws, "minibatches to draw", lesson::at_least(2)).when_quick(10'000);
//     return lesson.run(argc, argv, [&] {
//       lesson.equation("1.6.1", "E[ (N/M) Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D)", "eq:expectation")
//           .exact("every subset (10 of 10)", mean_over_subsets, full_gradient)
//           .sampled("100,000 draws", {mean, se}, full_gradient);
//     });
//   }
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chapters/lesson/checks.hpp"
#include "chapters/lesson/demo/equation.hpp"
#include "chapters/lesson/demo/print.hpp"
#include "chapters/lesson/demo/progress.hpp"
#include "chapters/lesson/demo/results.hpp"
#include "chapters/lesson/demo/shown.hpp"
#include "chapters/lesson/numbers.hpp"
#include "chapters/lesson/options.hpp"
#include "plots/output.hpp"

namespace lesson {

class Lesson {
 public:
  // The folder's name, the title, and the notes' sections it treats.
  Lesson(std::string name, std::string title, std::string sections);
  // The same, printing elsewhere than on stdout and stderr.
  Lesson(std::string name, std::string title, std::string sections, std::ostream& out, std::ostream& err);
  ~Lesson();
  Lesson(const Lesson&) = delete;
  Lesson& operator=(const Lesson&) = delete;

  // From here on nothing is printed, drawn or written: of the ranks of a training
  // (models/training/ranks.hpp) one reports.
  void be_silent();
  // The sentence that run() ended with, "" if there is none.
  const std::string& error() const { return error_; }

  // Declares an option of this chapter; the default is the variable's value. See lesson/options.hpp for the kinds:
  // numbers with a Range, flags, texts, texts with a list of known values, enums with names.
  template <class T, class... Rest>
  Option& option(std::string_view name, T& value, std::string_view help, Rest... rest) {
    return options_.add(name, value, help, std::move(rest)...);
  }
  template <class Enum>
  Option& option(std::string_view name, Enum& value, std::string_view help,
                 std::initializer_list<std::pair<const char*, std::type_identity_t<Enum>>> known) {
    return options_.add(name, value, help, known);
  }

  // Reads the options, prints the title, runs the body, prints the verdict and writes the JSON.
  // Returns the exit status: 0 every check passed, 1 one did not or the body threw, 2 a wrong
  // command line, 128 + the signal when interrupted (Ctrl-C: 130).
  int run(int argc, const char* const* argv, const std::function<void()>& body);

  // Begins an equation: prints its section, statement and slug. An equation that is never checked fails the lesson.
  Equation equation(std::string_view section, std::string_view statement, std::string_view slug);

  // A line of text.
  void say(std::string_view line = {});
  // A number for the JSON (not printed), and where figures show it, once they are drawn:
  //   lesson.metric("test_elbo", e.elbo).shown("11_elbo", "test");           // its last point
  //   lesson.metric("highest", 0.4).shown("02_densities", "N(0, 1²)", 0);    // at x = 0
  // A run whose checks hold looks for the numbers in the figures that it drew, and fails where it does not find one.
  Metric metric(std::string_view name, double value);
  // A model's place on the ladder of likelihoods, for the JSON (not printed): chapters/ladder takes it from there into
  // chapters/ladder.csv.
  void rung(Rung rung);

  // The common options.
  std::uint64_t seed() const { return seed_; }
  bool quick() const { return quick_; }
  // Where figures go: plots::save(elbo, lesson.figures(), "11_elbo").
  const plots::Output& figures() const { return output_; }
  // A file or folder of chapters/data ("mnist"), wherever the program was started; throws when it is not there.
  std::string data(std::string_view name) const;

  Progress progress(std::string_view round, std::int64_t rounds, std::int64_t items_per_round,
                    std::string_view items) const {
    return Progress(round, rounds, items_per_round, items, silent_ ? Screen::nowhere() : Screen::standard_error());
  }

  const std::vector<Check>& checks() const { return checks_; }

 private:
  void declare_common_options();
  void keep(std::size_t heading, Check check);
  void print(const std::string& text);
  int finish(double seconds);
  void open_figures();
  std::string figures_text() const;

  std::string name_, title_, sections_, error_;
  bool silent_ = false;
  std::ostream* out_;
  std::ostream* err_;
  Paint paint_;
  Options options_;
  std::uint64_t seed_ = 1;
  bool quick_ = false, no_plots_ = false;
  std::string figures_ = "figures", format_ = "png", data_, json_;
  plots::Output output_;
  std::filesystem::file_time_type started_;
  std::vector<Heading> headings_;
  std::vector<Check> checks_;
  std::vector<std::pair<std::string, double>> metrics_;
  std::vector<Rung> rungs_;
  std::vector<Shown> shown_;
};

}  // namespace lesson
