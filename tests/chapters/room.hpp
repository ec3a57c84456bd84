// A lesson whose output is kept, and one to check.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "chapters/lesson/demo/lesson.hpp"
#include "tests/temporary_folder.hpp"

namespace lesson {

namespace fs = std::filesystem;

// A lesson whose output is kept.
struct Room {
  std::ostringstream out, err;
  Lesson lesson{"05_minibatch_sgd", "A minibatch gradient is unbiased", "1.6, 1.6.1", out, err};
  int run(std::vector<const char*> words, const std::function<void(Lesson&)>& body) {
    words.insert(words.begin(), "05_minibatch_sgd");
    return lesson.run(words.size(), words.data(), [&] { body(lesson); });
  }
  // The slugs of the equations that did not pass, in a run without a message of error.
  std::set<std::string> failing() const {
    CAPTURE(err.str());
    CHECK(err.str().empty());
    std::set<std::string> slugs;
    for (const Check& check : lesson.checks())
      if (!check.passed) slugs.insert(check.slug);
    return slugs;
  }
  // the output without the last line's time
  std::string text() const { return out.str().substr(0, out.str().rfind("   ")); }
  std::string last_line() const { return text().substr(text().rfind('\n') + 1); }
};

inline void unbiased(Lesson& lesson) {
  lesson.equation("1.6.1", "E[ (N/M) Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D)", "eq:expectation")
      .exact("every subset (10 of 10)", 20, 20)
      .exact("every ordered pair (25 of 25)", 20, 20)
      .sampled("100,000 draws", {20.0131, 0.0347}, 20)
      .p_value("chi-square", 0.42);
  lesson.equation("1.6", "E[ Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D), as printed in the notes", "eq:sgd-unbiased")
      .fails("every subset (10 of 10)", 8, 20, "N/M is missing");
}

}  // namespace lesson
