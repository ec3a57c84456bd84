#include "plots/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace plots {
namespace {

// `words` with every control character turned into a space and every `from` into `to`.
std::string one_line(std::string_view words, char from, std::string_view to) {
  std::string line;
  for (const char c : words) {
    const unsigned char byte = c;
    if (c == from)
      line += to;
    else
      line += byte < 32 || byte == 127 ? ' ' : c;
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
  const std::string line = one_line(words, '"', "'");
  return words.find(',') == std::string_view::npos ? line : '"' + line + '"';
}

std::string literal(std::string_view words) {
  const std::size_t quotes = std::min(words.find_first_not_of('\''), words.size());
  const std::string start = quotes == 0 ? "" : '"' + std::string(words.substr(0, quotes)) + "\" . ";
  return start + '\'' + one_line(words.substr(quotes), '\'', "''") + '\'';
}

}  // namespace plots
