#include "plots/text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace plots {
namespace {

// `words` with every control character turned into a space and every `quote` doubled.
std::string one_line(std::string_view words, char quote) {
  std::string line;
  for (const char c : words) {
    const unsigned char byte = c;
    line += byte < 32 || byte == 127 ? ' ' : c;
    if (c == quote) line += c;
  }
  return line;
}

}  // namespace

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  return fmt::format("{}", value);
}

std::string csv_field(std::string_view words) {
  const bool plain = words.find_first_of(",\"") == std::string_view::npos;
  return plain ? one_line(words, '\0') : '"' + one_line(words, '"') + '"';
}

std::string literal(std::string_view words) { return '\'' + one_line(words, '\'') + '\''; }

}  // namespace plots
