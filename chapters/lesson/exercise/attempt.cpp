// How an answer is judged, and what a student reads when it is wrong.
#include "chapters/lesson/exercise/attempt.hpp"

#include <fmt/format.h>

#include <cmath>

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

// What a number that is none comes from.
std::string guess_at(double yours) {
  if (std::isnan(yours)) return "NaN comes from 0/0, 0 · ∞, ∞ - ∞, or the log or root of a negative number.";
  if (std::isinf(yours)) return "∞ comes from an exp of a large number, a log of 0, or a division by 0.";
  return "";
}

void judge_equal(const std::vector<double>& yours, const std::vector<double>& right, double tolerance,
                 const std::vector<Mistake>& mistakes) {
  if (yours.size() != right.size())
    throw WrongAnswer(fmt::format("expected {} numbers, found {}", right.size(), yours.size()));
  const Check check = judge_exact(yours, right, tolerance);
  if (check.holds) return;

  const Mistake* made = nullptr;
  for (const Mistake& mistake : mistakes)
    if (made == nullptr && same(yours, mistake.found.values, kSameMistake)) made = &mistake;
  std::string report = fmt::format("your side {:>10}    other side {:>10}", number(check.lhs), number(check.rhs));
  report += ratio_text(check.lhs, check.rhs, made != nullptr ? made->ratio : "");
  if (check.reason.starts_with("component")) report += "    " + check.reason.substr(0, check.reason.find(':'));
  if (made != nullptr) report += likely_text(*made);
  throw WrongAnswer(report, guess_at(check.lhs));
}

void judge_estimate(Estimate yours, double right, const std::vector<Mistake>& mistakes) {
  const Check check = judge_sampled(yours, right);
  if (check.holds) return;

  std::string report = fmt::format("your side {}    other side {}", with_error(yours.mean, yours.se), number(right));
  if (check.z) report += fmt::format("    z {:+.1f}", *check.z);
  if (!check.z) report += "    " + check.reason;
  for (const Mistake& mistake : mistakes) {
    if (!judge_sampled(yours, mistake.found.values.at(0)).holds) continue;
    report += ratio_text(yours.mean, right, mistake.ratio) + likely_text(mistake);
    break;
  }
  throw WrongAnswer(report, guess_at(yours.mean));
}

// A student who makes this very mistake must be told that it is wrong, and must read this mistake's question.
template <class Judge>
void require_own_message(const Mistake& mistake, const Judge& judge_mistake) {
  try {
    judge_mistake();
  } catch (const WrongAnswer& wrong) {
    if (std::string_view(wrong.what()).ends_with(likely_text(mistake))) return;
    throw std::logic_error(
        fmt::format("a student who makes the listed mistake '{}' reads: {}", mistake.likely, wrong.what()));
  }
  throw std::logic_error("this check lets a listed mistake pass: " + mistake.likely);
}

}  // namespace

void Attempt::equal(const Answer& yours, const Answer& right, double tolerance, const std::vector<Mistake>& mistakes) {
  right_answers_.insert(right_answers_.end(), right.values.begin(), right.values.end());
  if (try_mistakes_) {
    for (const Mistake& mistake : mistakes)
      require_own_message(mistake, [&] { judge_equal(mistake.found.values, right.values, tolerance, mistakes); });
    mistakes_tried_ += mistakes.size();
  }
  judge_equal(yours.values, right.values, tolerance, mistakes);
}

void Attempt::sampled(Estimate yours, double right, const std::vector<Mistake>& mistakes) {
  right_answers_.push_back(right);
  if (try_mistakes_) {
    for (const Mistake& mistake : mistakes)
      require_own_message(mistake, [&] { judge_estimate({mistake.found.values.at(0), yours.se}, right, mistakes); });
    mistakes_tried_ += mistakes.size();
  }
  judge_estimate(yours, right, mistakes);
}

void Attempt::require(bool holds, std::string_view otherwise) {
  if (!holds) throw WrongAnswer(std::string(otherwise));
}

}  // namespace lesson
