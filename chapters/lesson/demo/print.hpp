#pragma once
// How a lesson looks: the title, a line an equation, a line a check, the verdict.

#include <span>
#include <string>
#include <string_view>

#include "chapters/lesson/checks.hpp"

namespace lesson {

// An equation as it is announced, and how its checks have gone so far.
struct Heading {
  std::string section{}, statement{}, slug{};
  int checks = 0;
  bool passed = true;
  bool printed_wrongly = false;  // in the notes
};

// Colours, on a terminal that shows them only.
struct Paint {
  bool on = false;
  std::string operator()(std::string_view text, int colour) const;
};

// "05 · A minibatch gradient is unbiased                 notes 1.6, 1.6.1"; the folder's name begins with the number.
std::string title_line(std::string_view folder, std::string_view title, std::string_view sections, Paint paint);

// What stands in the two columns of numbers: "     left side   right side".
std::string columns_line(Paint paint);

// "1.6.1   E[ (N/M) Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D)                eq:expectation"
std::string equation_line(const Heading& heading, Paint paint);

// "        every subset (10 of 10)         20.000000   20.000000   |Δ| 0.0e+00   holds"
std::string check_line(const Check& check, Paint paint);

// A line for so many columns: broken between words, what follows indented as the columns' labels are. Colours take no
// room. 0 columns: as it is.
std::string wrapped(std::string_view line, int columns);

// "14 equations: 13 hold, 1 printed wrongly in the notes and shown so"; passed: no equation failed. One that was never
// checked has failed, unless the lesson was interrupted: then those that were not checked are named, also the slugs of
// `owed` that were not announced yet.
struct Verdict {
  std::string line;
  bool passed;
};
Verdict verdict(std::span<const Heading> headings, bool interrupted, Paint paint,
                std::span<const std::string> owed = {});

}  // namespace lesson
