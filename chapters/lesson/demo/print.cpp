#include "chapters/lesson/demo/print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "chapters/lesson/numbers.hpp"

namespace lesson {
namespace {

// Columns of a check's line. Label and left side share the first, so that a long estimate can
// reach into the room of the label.
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

// What makes a bound hold whose sides, as they are printed, do not show it; empty if they do.
std::string allowance_text(const Check& check) {
  const double beyond = check.relation == "<=" ? check.lhs - check.rhs : check.rhs - check.lhs;
  if (!check.passed || check.relation == "=" || check.kind == "p-value" || beyond <= 0) return "";
  return check.tolerance ? fmt::format(" within the tolerance {:g}", *check.tolerance)
                         : fmt::format(" within {:g} standard errors", kLargestZ);
}

std::string verdict_text(const Check& check) {
  if (check.expected == "fails" && check.passed) return "does not hold: " + check.reason;
  if (check.passed) return "holds" + allowance_text(check);
  return check.holds ? "FAILED: it holds, though it should not" : "FAILED: " + check.reason;
}

// The text on the left and the other one at the end of the line; the second is painted after it was measured.
std::string apart(const std::string& left, const std::string& right, const std::string& painted_right) {
  const int gap = std::max(3, kLineWidth - display_width(left) - display_width(right));
  return left + pad_right("", gap) + painted_right;
}

// Signs that stand before a number.
bool belongs_to_next(std::string_view word) {
  return word == "≤" || word == "≥" || word == "|Δ|" || word == "Δ" || word == "z" || word == "p" || word == "ratio";
}

}  // namespace

std::string Paint::operator()(std::string_view text, int colour) const {
  return on ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string(text);
}

std::string title_line(std::string_view folder, std::string_view title, std::string_view sections, Paint paint) {
  const std::string notes = sections.empty() ? "" : fmt::format("notes {}", sections);
  return apart(fmt::format("{} · {}", folder.substr(0, 2), title), notes, paint(notes, kFaint));
}

std::string columns_line(Paint paint) {
  return paint(pad_left("left side", kIndent + kLeftWidth) + pad_left("right side", kRightWidth), kFaint);
}

std::string equation_line(const Heading& heading, Paint paint) {
  const std::string left = fmt::format("{} {}", pad_right(heading.section, kIndent - 1), heading.statement);
  return apart(left, heading.slug, paint(heading.slug, kFaint));
}

std::string check_line(const Check& check, Paint paint) {
  std::string left = left_text(check);
  const std::string label = pad_right("", kIndent).append(check.label);
  const int room = kIndent + kLeftWidth - display_width(label);
  if (room >= display_width(left) + 2) {
    left = pad_left(left, room);
  } else {  // a label that leaves no room stands on a line of its own, so that the columns stay
    left = fmt::format("\n{}", pad_left(left, kIndent + kLeftWidth));
  }
  const int colour = !check.passed ? kRed : check.expected == "fails" ? kYellow : kGreen;
  return fmt::format("{}{} {}   {}   {}", label, left, pad_left(right_text(check), kRightWidth - 1),
                     pad_right(error_text(check), kErrorWidth), paint(verdict_text(check), colour));
}

std::string wrapped(std::string_view line, int columns) {
  std::string text, shown;  // `shown`: the current line without its colours
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t word = std::min(line.find_first_not_of(' ', at), line.size());
    std::size_t end = std::min(line.find(' ', word), line.size());
    if (belongs_to_next(line.substr(word, end - word))) {
      const std::size_t next = std::min(line.find_first_not_of(' ', end), line.size());
      end = std::min(line.find(' ', next), line.size());
    }
    std::string visible;
    for (std::size_t i = word; i < end; ++i) {
      if (line[i] == '\x1b')
        i = std::min(line.find('m', i), end);
      else
        visible += line[i];
    }
    const int needed = display_width(shown) + static_cast<int>(word - at) + display_width(visible);
    const bool starts_line = display_width(shown) <= kIndent && shown.find_first_not_of(' ') == std::string::npos;
    if (columns > 0 && needed > columns && !starts_line) {
      shown = pad_right("", kIndent);
      text.append("\n").append(shown);
    } else {
      const int room = columns == 0 ? needed : columns - display_width(shown) - display_width(visible);
      const std::string space(line.substr(at, std::min<std::size_t>(word - at, std::max(room, 0))));
      text.append(space), shown.append(space);
    }
    text.append(line.substr(word, end - word)), shown += visible;
    at = end;
  }
  return text;
}

Verdict verdict(std::span<const Heading> headings, bool interrupted, Paint paint, std::span<const std::string> owed) {
  int hold = 0, wrong = 0;
  bool only_equations = true;
  std::vector<std::string> failed, not_reached;
  int failures = 0;
  const auto once = [](std::vector<std::string>& names, const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const Heading& heading : headings) {
    only_equations = only_equations && heading.slug.starts_with("eq:");
    const bool left_open = heading.checks == 0;
    if (left_open && interrupted)
      once(not_reached, heading.slug);
    else if (left_open || !heading.passed)
      ++failures, once(failed, heading.slug + (left_open ? " (never checked)" : ""));
    else
      ++(heading.printed_wrongly ? wrong : hold);
  }
  if (headings.empty() && !interrupted) ++failures, failed.push_back("nothing was checked");
  for (const std::string& slug : owed)
    if (interrupted && std::ranges::find(headings, slug, &Heading::slug) == headings.end()) once(not_reached, slug);

  const char* what = only_equations ? "equation" : headings.size() == 1 ? "claim" : "equations and claim";
  std::string line = fmt::format("{} {}{}: {} hold{}", headings.size(), what, headings.size() == 1 ? "" : "s", hold,
                                 hold == 1 ? "s" : "");
  if (wrong > 0) line += fmt::format(", {} printed wrongly in the notes and shown so", wrong);
  if (!failed.empty()) line += paint(fmt::format(", {} FAILED: {}", failures, joined(failed)), kRed);
  if (interrupted) line += "; interrupted";
  if (!not_reached.empty()) line += ", not checked: " + joined(not_reached);
  return {line, failed.empty()};
}

}  // namespace lesson
