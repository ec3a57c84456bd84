#include "models/data/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
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

double number(std::string_view cell, const std::string& path, int line, int column) {
  // from_chars knows no plus sign
  const std::string_view digits = cell.starts_with('+') && !cell.starts_with("+-") ? cell.substr(1) : cell;
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty())
    throw std::runtime_error(
        fmt::format("{}: line {}, column {}: expected a number, found '{}'", path, line, column, cell));
  return value;
}

}  // namespace

Matrix<double> read_csv(const std::string& path, Header header) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
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
