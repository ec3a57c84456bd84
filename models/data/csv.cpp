#include "models/data/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "models/data/files.hpp"

namespace models {

using autograd::Matrix;

namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Takes from text what stands before the next separator, and the separator.
std::string_view take(std::string_view& text, char separator) {
  const std::string_view head = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(head.size() + 1, text.size()));
  return head;
}

// Whether a number other than 0 that is too large or too small for a double is too small: whether its first digit that
// is not 0 stands behind the decimal point, once the exponent has moved it.
bool is_tiny(std::string_view digits) {
  const std::size_t e = std::min(digits.find_first_of("eE"), digits.size());
  const std::string_view mantissa = digits.substr(0, e), exponent_text = digits.substr(std::min(e + 1, digits.size()));
  const bool negative = exponent_text.starts_with('-');
  int exponent = 0;
  const char* const first = exponent_text.data() + exponent_text.starts_with('+');
  if (std::from_chars(first, exponent_text.data() + exponent_text.size(), exponent).ec ==
      std::errc::result_out_of_range)
    return negative;
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size()), digit = mantissa.find_first_of("123456789");
  return std::int64_t(point) - std::int64_t(digit) + exponent <= 0;
}

double number(std::string_view cell, const std::string& path, int line, int column) {
  // from_chars knows no plus sign
  const std::string_view digits = cell.starts_with('+') && !cell.starts_with("+-") ? cell.substr(1) : cell;
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = !digits.empty() && end == digits.data() + digits.size();
  if (whole && error == std::errc::result_out_of_range && is_tiny(digits)) return digits.starts_with('-') ? -0. : 0.;
  if (!whole || error != std::errc{} || !std::isfinite(value))
    throw std::runtime_error(
        fmt::format("{}: line {}, column {}: expected a finite number, found '{}'", path, line, column, cell));
  return value;
}

}  // namespace

Matrix<double> read_csv(const std::string& path, Header header) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  refuse_compressed(path, bytes);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // the byte order mark that spreadsheets write
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  int line = 1;
  if (header == Header::skip) take(text, '\n'), ++line;
  if (text.empty()) throw std::runtime_error(fmt::format("{}: expected rows of numbers, found none", path));

  std::vector<double> values;
  int rows = 0, columns = 0;
  for (; !text.empty(); ++rows, ++line) {
    std::string_view row = take(text, '\n');
    const int cells = 1 + std::count(row.begin(), row.end(), ',');
    if (rows == 0) columns = cells;
    if (cells != columns)
      throw std::runtime_error(
          fmt::format("{}: line {} has {} columns, expected {} as in the first row", path, line, cells, columns));
    for (int column = 1; column <= cells; ++column) values.push_back(number(trim(take(row, ',')), path, line, column));
  }
  return Eigen::Map<const Matrix<double>>(values.data(), rows, columns);
}

}  // namespace models
