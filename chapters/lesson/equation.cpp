#include <utility>

#include "chapters/lesson.hpp"

namespace lesson {

Equation& Equation::keep(Check check, std::string_view label, const Where& where) {
  Lesson::Heading& heading = lesson_->headings_.at(index_);
  check.slug = heading.slug;
  check.section = heading.section;
  check.statement = heading.statement;
  check.label = label;
  check.file = project_path(where.file);
  check.line = where.line;
  ++heading.checks;
  heading.passed = heading.passed && check.passed;
  heading.printed_wrongly = heading.printed_wrongly || check.expected == "fails";
  lesson_->print(check);
  lesson_->checks_.push_back(std::move(check));
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
