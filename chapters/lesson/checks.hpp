// What a lesson claims, and how it is judged. A check is kept with its two sides, its tolerance or its standard error,
// and the line that made it, so that it can be printed, written as JSON and found again.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "models/statistics/estimate.hpp"

namespace lesson {

// |z| = 4: a right estimate fails once in 16,000 seeds. P-values have the same level, and so have vectors, whose
// components share it.
inline constexpr double kLargestZ = 4.0;
inline constexpr double kSmallestP = 6.3e-5;

using models::Estimate;  // a mean and its standard error

struct Check {
  std::string slug{};              // "eq:expectation"
  std::string section{};           // of the notes: "1.6.1"
  std::string statement{};         // the equation as it is printed
  std::string label{};             // how this line tests it: "every subset (10 of 10)"
  std::string kind{};              // "exact", "sampled", "bound", "order" or "p-value"
  std::string relation = "=";      // what is claimed of the sides: "=", "<=" or ">="
  std::string expected = "holds";  // "fails" for an equation that the notes print wrongly
  double lhs = 0;
  double rhs = 0;
  std::optional<double> tolerance{};  // of exact, bound and order
  std::optional<double> se{};         // of sampled, and of a bound on an estimate
  std::optional<double> z{};
  bool holds = false;
  bool passed = false;   // what was seen is what was expected
  std::string reason{};  // why it does not hold
  std::string file{};    // "chapters/05_minibatch_sgd/demo.cpp"
  unsigned line = 0;
};

// The judges. They fill in everything but slug, section, statement, label, file and line. NaN and infinity never hold.

// |lhs - rhs| <= tolerance · max(1, |lhs|, |rhs|); of two vectors the component that comes out worst.
Check judge_exact(double lhs, double rhs, double tolerance);
Check judge_exact(std::span<const double> lhs, std::span<const double> rhs, double tolerance);

// |z| <= largest_z with z = (mean - exact) / se. A standard error of 0 has no z and fails even when both sides agree:
// what has no spread is to be checked exactly.
Check judge_sampled(Estimate estimate, double exact, double largest_z = kLargestZ);

// The component with the largest |z|, against bonferroni(components that vary). Components without spread (a constant
// pixel) must equal the exact value to 1e-12 and are then left out; that all are without spread fails.
Check judge_sampled(std::span<const double> means, std::span<const double> ses, std::span<const double> exact);

// lhs <= rhs + tolerance; an estimate may exceed it by largest_z standard errors.
Check judge_at_most(double lhs, double rhs, double tolerance);
Check judge_at_most(Estimate lhs, double rhs, double largest_z = kLargestZ);
Check judge_at_least(double lhs, double rhs, double tolerance);
Check judge_at_least(Estimate lhs, double rhs, double largest_z = kLargestZ);

// No value is smaller than the one before it by more than the tolerance. Keeps the pair with the deepest drop, as
// lhs <= rhs.
Check judge_increasing(std::span<const double> values, double tolerance);

// p >= 6.3e-5
Check judge_p_value(double p);

// Turns a judgement round: the equation is printed wrongly, and passes when its two finite sides really differ.
Check expect_failure(Check check, std::string_view reason);

// The |z| that the largest of so many components exceeds as rarely as one component exceeds 4: 5.3 for 650.
double bonferroni(std::size_t components);

// The file relative to the project: "chapters/05_minibatch_sgd/demo.cpp".
std::string project_path(std::string_view file);

}  // namespace lesson
