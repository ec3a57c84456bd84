// How a lesson looks: the title, a line an equation, a line a check, the verdict.
#include <fmt/format.h>

#include <cmath>
#include <ostream>

#include "chapters/lesson.hpp"

namespace lesson {
namespace {

// Columns of a check's line: label and left side share the first, so that a long estimate can reach into the label's
// room.
constexpr int kIndent = 8, kLeftWidth = 40, kRightWidth = 13, kErrorWidth = 11, kLineWidth = 92;
constexpr int kRed = 31, kGreen = 32, kYellow = 33, kFaint = 2;

std::string left_text(const Check& check) {
  if (check.kind == "p-value") return fmt::format("p {:.3g}", check.lhs);
  return check.se ? with_error(check.lhs, *check.se) : number(check.lhs);
}

std::string right_text(const Check& check) {
  const char* sign = check.relation == "<=" ? "≤ " : check.relation == ">=" ? "≥ " : "";
  return sign + (check.kind == "p-value" ? fmt::format("{:g}", check.rhs) : number(check.rhs));
}

std::string error_text(const Check& check) {
  if (check.expected == "fails" && check.rhs != 0) {
    const double ratio = check.lhs / check.rhs;
    return "ratio " + (check.se ? fmt::format("{:.3f}", ratio) : fraction(ratio));
  }
  if (check.z && std::abs(*check.z) < 1000) return fmt::format("z {:+6.2f}", *check.z);
  if (check.z) return fmt::format("z {:+.1e}", *check.z);
  if (check.kind == "exact") return fmt::format("|Δ| {:.1e}", std::abs(check.lhs - check.rhs));
  if (check.kind == "bound" || check.kind == "order") return fmt::format("Δ {:+.1e}", check.lhs - check.rhs);
  return "";
}

std::string verdict_text(const Check& check) {
  if (check.expected == "fails" && check.passed) return "does not hold: " + check.reason;
  if (check.passed) return "holds";
  return check.holds ? "FAILED: it holds, though it should not" : "FAILED: " + check.reason;
}

// The text on the left and the other one at the end of the line; the second is painted after it was measured.
std::string apart(const std::string& left, const std::string& right, const std::string& painted_right) {
  const int gap = std::max(3, kLineWidth - display_width(left) - display_width(right));
  return left + pad_right("", gap) + painted_right;
}

}  // namespace

std::string Lesson::painted(std::string_view text, int colour) const {
  return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string(text);
}

void Lesson::print_title() {
  const std::string notes = sections_.empty() ? "" : "notes " + sections_;
  *out_ << apart(fmt::format("{} · {}", name_.substr(0, 2), title_), notes, painted(notes, kFaint)) << "\n\n"
        << std::flush;
}

Equation Lesson::equation(std::string_view section, std::string_view statement, std::string_view slug) {
  headings_.push_back({std::string(section), std::string(statement), std::string(slug)});
  const std::string left = fmt::format("{} {}", pad_right(section, kIndent - 1), statement);
  *out_ << apart(left, std::string(slug), painted(slug, kFaint)) << '\n' << std::flush;
  return Equation(*this, headings_.size() - 1);
}

void Lesson::say(std::string_view line) { *out_ << line << '\n' << std::flush; }

void Lesson::print(const Check& check) {
  std::string left = left_text(check);
  const std::string label = pad_right("", kIndent).append(check.label);
  const int room = kIndent + kLeftWidth - display_width(label);
  if (room >= display_width(left) + 2) {
    left = pad_left(left, room);
  } else {  // a label that leaves no room stands on a line of its own, so that the columns stay
    left = fmt::format("\n{}", pad_left(left, kIndent + kLeftWidth));
  }
  const int colour = !check.passed ? kRed : check.expected == "fails" ? kYellow : kGreen;
  *out_ << fmt::format("{}{} {}   {}   {}\n", label, left, pad_left(right_text(check), kRightWidth - 1),
                       pad_right(error_text(check), kErrorWidth), painted(verdict_text(check), colour))
        << std::flush;
}

bool Lesson::print_verdict(double seconds) {
  std::size_t hold = 0, wrong = 0;
  bool only_equations = true;
  std::vector<std::string> failed;
  for (const Heading& heading : headings_) {
    only_equations = only_equations && heading.slug.starts_with("eq:");
    const bool left_open = heading.checks == 0;
    if (left_open && interrupted()) continue;
    if (left_open || !heading.passed)
      failed.push_back(heading.slug + (left_open ? " (never checked)" : ""));
    else
      ++(heading.printed_wrongly ? wrong : hold);
  }
  if (headings_.empty() && !interrupted()) failed.push_back("nothing was checked");

  const char* what = only_equations ? "equation" : headings_.size() == 1 ? "claim" : "equations and claim";
  std::string line = fmt::format("{} {}{}: {} hold{}", headings_.size(), what, headings_.size() == 1 ? "" : "s", hold,
                                 hold == 1 ? "s" : "");
  if (wrong > 0) line += fmt::format(", {} printed wrongly in the notes and shown so", wrong);
  if (!failed.empty()) line += painted(fmt::format(", {} FAILED: {}", failed.size(), joined(failed)), kRed);
  if (interrupted()) line += "; interrupted";
  *out_ << '\n' << line << "." << figures_text() << "   " << duration(seconds) << '\n' << std::flush;
  return failed.empty();
}

}  // namespace lesson
