#include "chapters/lesson/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lesson {
namespace {

// Reads one code point and moves the position past it; a stray byte counts as one.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const unsigned char first = text[at++];
  if (first < 0xC0) return first;
  const int more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  char32_t code = first & (0x3F >> more);
  for (int i = 0; i < more && at < text.size(); ++i)
    code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3F);
  return code;
}

bool is_combining(char32_t c) { return (c >= 0x300 && c < 0x370) || (c >= 0x20D0 && c < 0x2100) || c == 0x200B; }

bool is_wide(char32_t c) {
  return (c >= 0x1100 && c < 0x1160) || (c >= 0x2E80 && c < 0xA4D0) || (c >= 0xAC00 && c < 0xD7A4) ||
         (c >= 0xF900 && c < 0xFB00) || (c >= 0xFE30 && c < 0xFE70) || (c >= 0xFF00 && c < 0xFF61) ||
         (c >= 0x1F300 && c < 0x1FB00) || (c >= 0x20000 && c < 0x40000);
}

std::string spaces(int count) { return std::string(std::max(count, 0), ' '); }

}  // namespace

std::string number(double value) {
  if (std::isnan(value)) return "nan";  // whatever its sign
  if (!std::isfinite(value)) return fmt::format("{}", value);
  const double size = std::abs(value);
  if (size == 0) return "0.000000";
  if (size < 1e-3 || size >= 1e6) return fmt::format("{:.3e}", value);
  const int before_point = std::max(1, 1 + static_cast<int>(std::floor(std::log10(size))));
  return fmt::format("{:.{}f}", value, std::min(6, 8 - before_point));
}

std::string with_error(double mean, double standard_error) {
  if (std::isnan(standard_error)) return number(mean) + " (no standard error)";
  if (!std::isfinite(mean) || !std::isfinite(standard_error) || standard_error <= 0)
    return fmt::format("{} ± {:.2g}", number(mean), standard_error);
  const std::string rounded = fmt::format("{:.1e}", standard_error);  // 0.0996 counts as 0.10
  const int first_digit = std::stoi(rounded.substr(rounded.find('e') + 1));
  const int decimals = 1 - first_digit;
  if (decimals > 9) return fmt::format("{} ± {:.1e}", number(mean), standard_error);
  const int shown = std::max(decimals, 0);
  return fmt::format("{:.{}f} ± {:.{}f}", mean, shown, standard_error, shown);
}

std::string thousands(double value) {
  if (!std::isfinite(value) || std::abs(value) >= 1e15) return fmt::format("{:.3g}", value);
  const std::string digits = fmt::format("{:.0f}", std::abs(value));
  std::string grouped = value < 0 && digits != "0" ? "-" : "";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped.push_back(',');
    grouped.push_back(digits[i]);
  }
  return grouped;
}

std::string fraction(double value) {
  for (int below = 1; below <= 20 && std::abs(value) < 1000; ++below) {
    const double above = std::round(value * below);
    if (std::abs(value * below - above) > 1e-9 * std::max(1.0, std::abs(above))) continue;
    return below == 1 ? fmt::format("{:.0f}", above) : fmt::format("{:.0f}/{}", above, below);
  }
  return fmt::format("{:.4g}", value);
}

std::string duration(double seconds) {
  if (!(seconds >= 0) || !std::isfinite(seconds)) return "?";
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const std::int64_t whole = std::round(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : between).append(word);
  return text;
}

int display_width(std::string_view utf8) {
  int width = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t c = next_code_point(utf8, at);
    width += is_combining(c) ? 0 : is_wide(c) ? 2 : 1;
  }
  return width;
}

std::string pad_left(std::string_view text, int width) { return spaces(width - display_width(text)).append(text); }

std::string pad_right(std::string_view text, int width) {
  return std::string(text) + spaces(width - display_width(text));
}

}  // namespace lesson
