#pragma once
// One equation of the notes, and the checks made of it.

#include <functional>
#include <span>
#include <string_view>

#include "chapters/lesson/checks.hpp"
#include "chapters/lesson/where.hpp"

namespace lesson {

// A vector or matrix as the row of numbers that a check takes.
template <class M>
std::span<const double> numbers(const M& matrix) {
  return {matrix.data(), std::size_t(matrix.size())};
}

// Each call makes a check and hands it to the lesson, which prints a line and keeps it. How each one judges stands in
// lesson/checks.hpp. The label says how this line tests the equation.
class Equation {
 public:
  // `keep` gets every check, with its label and the line that made it.
  explicit Equation(std::function<void(Check)> keep) : keep_(std::move(keep)) {}

  Equation& exact(std::string_view label, double lhs, double rhs, double tolerance = 1e-12,
                  Where where = Where::current());
  Equation& exact(std::string_view label, std::span<const double> lhs, std::span<const double> rhs,
                  double tolerance = 1e-12, Where where = Where::current());

  Equation& sampled(std::string_view label, Estimate estimate, double exact, Where where = Where::current());
  Equation& sampled(std::string_view label, std::span<const double> means, std::span<const double> standard_errors,
                    std::span<const double> exact, Where where = Where::current());

  Equation& at_most(std::string_view label, double lhs, double rhs, double tolerance = 0,
                    Where where = Where::current());
  Equation& at_most(std::string_view label, Estimate lhs, double rhs, Where where = Where::current());
  Equation& at_least(std::string_view label, double lhs, double rhs, double tolerance = 0,
                     Where where = Where::current());
  Equation& at_least(std::string_view label, Estimate lhs, double rhs, Where where = Where::current());
  Equation& increasing(std::string_view label, std::span<const double> values, double tolerance = 0,
                       Where where = Where::current());
  Equation& p_value(std::string_view label, double p, Where where = Where::current());

  // The equation is wrong as the notes print it: passes when the sides really differ (by more than the tolerance, or
  // by more than 4 standard errors), and shows their ratio and the reason.
  Equation& fails(std::string_view label, double lhs, double rhs, std::string_view reason, double tolerance = 1e-12,
                  Where where = Where::current());
  Equation& fails(std::string_view label, Estimate lhs, double rhs, std::string_view reason,
                  Where where = Where::current());

 private:
  Equation& keep(Check check, std::string_view label, const Where& where);

  std::function<void(Check)> keep_;
};

}  // namespace lesson
