#include "chapters/lesson/demo/equation.hpp"

#include <utility>

namespace lesson {

Equation& Equation::keep(Check check, std::string_view label, const Where& where) {
  check.label = label;
  check.file = project_path(where.file);
  check.line = where.line;
  keep_(std::move(check));
  return *this;
}

Equation& Equation::exact(std::string_view label, double lhs, double rhs, double tolerance, Where where) {
  return keep(judge_exact(lhs, rhs, tolerance), label, where);
}

Equation& Equation::exact(std::string_view label, std::span<const double> lhs, std::span<const double> rhs,
                          double tolerance, Where where) {
  return keep(judge_exact(lhs, rhs, tolerance), label, where);
}

Equation& Equation::sampled(std::string_view label, Estimate estimate, double exact, Where where) {
  return keep(judge_sampled(estimate, exact), label, where);
}

Equation& Equation::sampled(std::string_view label, std::span<const double> means,
                            std::span<const double> standard_errors, std::span<const double> exact, Where where) {
  return keep(judge_sampled(means, standard_errors, exact), label, where);
}

Equation& Equation::at_most(std::string_view label, double lhs, double rhs, double tolerance, Where where) {
  return keep(judge_at_most(lhs, rhs, tolerance), label, where);
}

Equation& Equation::at_most(std::string_view label, Estimate lhs, double rhs, Where where) {
  return keep(judge_at_most(lhs, rhs), label, where);
}

Equation& Equation::at_least(std::string_view label, double lhs, double rhs, double tolerance, Where where) {
  return keep(judge_at_least(lhs, rhs, tolerance), label, where);
}

Equation& Equation::at_least(std::string_view label, Estimate lhs, double rhs, Where where) {
  return keep(judge_at_least(lhs, rhs), label, where);
}

Equation& Equation::increasing(std::string_view label, std::span<const double> values, double tolerance, Where where) {
  return keep(judge_increasing(values, tolerance), label, where);
}

Equation& Equation::p_value(std::string_view label, double p, Where where) {
  return keep(judge_p_value(p), label, where);
}

Equation& Equation::fails(std::string_view label, double lhs, double rhs, std::string_view reason, double tolerance,
                          Where where) {
  return keep(expect_failure(judge_exact(lhs, rhs, tolerance), reason), label, where);
}

Equation& Equation::fails(std::string_view label, Estimate lhs, double rhs, std::string_view reason, Where where) {
  return keep(expect_failure(judge_sampled(lhs, rhs), reason), label, where);
}

}  // namespace lesson
