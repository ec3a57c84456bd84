// How an answer is judged, and what a student reads when it is wrong.
#include <fmt/format.h>

#include <cmath>

#include "chapters/lesson/exercise.hpp"
#include "chapters/lesson/numbers.hpp"

namespace lesson {
namespace {

// An answer is taken for a listed mistake when it agrees to this: the student's way of summing may differ from ours.
constexpr double kSameMistake = 1e-6;

bool same(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  return a.size() == b.size() && judge_exact(a, b, tolerance).holds;
}

std::string ratio_text(double yours, double right, const std::string& name) {
  if (right == 0 || !std::isfinite(yours / right)) return "";
  return fmt::format("    ratio {:.4f}{}", yours / right, name.empty() ? "" : " = " + name);
}

std::string likely_text(const Mistake& mistake) { return "\nlikely: " + mistake.likely; }

// With the reference answers: a mistake that the check cannot tell from them is an error of the check.
void require_rejected(bool rejected, const Mistake& mistake) {
  if (!rejected) throw std::logic_error("this check lets a listed mistake pass: " + mistake.likely);
}

}  // namespace

void Attempt::equal(const Answer& yours, const Answer& right, double tolerance, const std::vector<Mistake>& mistakes) {
  if (try_mistakes_)
    for (const Mistake& mistake : mistakes)
      require_rejected(!same(mistake.found.values, right.values, tolerance), mistake);
  if (yours.values.size() != right.values.size())
    throw WrongAnswer(fmt::format("expected {} numbers, found {}", right.values.size(), yours.values.size()));
  const Check check = judge_exact(yours.values, right.values, tolerance);
  if (check.holds) return;

  const Mistake* made = nullptr;
  for (const Mistake& mistake : mistakes)
    if (made == nullptr && same(yours.values, mistake.found.values, kSameMistake)) made = &mistake;
  std::string report = fmt::format("your side {:>10}    other side {:>10}", number(check.lhs), number(check.rhs));
  report += ratio_text(check.lhs, check.rhs, made != nullptr ? made->ratio : "");
  if (check.reason.starts_with("component")) report += "    " + check.reason.substr(0, check.reason.find(':'));
  if (made != nullptr) report += likely_text(*made);
  throw WrongAnswer(report);
}

void Attempt::sampled(Estimate yours, double right, const std::vector<Mistake>& mistakes) {
  const auto agrees_with = [&](double value) { return judge_sampled(yours, value).holds; };
  if (try_mistakes_)
    for (const Mistake& mistake : mistakes) require_rejected(!agrees_with(mistake.found.values.at(0)), mistake);
  const Check check = judge_sampled(yours, right);
  if (check.holds) return;

  std::string report = fmt::format("your side {}    other side {}", with_error(yours.mean, yours.se), number(right));
  if (check.z) report += fmt::format("    z {:+.1f}", *check.z);
  if (!check.z) report += "    " + check.reason;
  for (const Mistake& mistake : mistakes) {
    if (!agrees_with(mistake.found.values.at(0))) continue;
    report += ratio_text(yours.mean, right, mistake.ratio) + likely_text(mistake);
    break;
  }
  throw WrongAnswer(report);
}

void Attempt::require(bool holds, std::string_view otherwise) {
  if (!holds) throw WrongAnswer(std::string(otherwise));
}

}  // namespace lesson
