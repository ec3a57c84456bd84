#pragma once

#include <string>

#include "autograd/core/value.hpp"

namespace models {

enum class Header { none, skip };

// Reads a table of numbers separated by commas, plain or .gz: one line a row, every row as long as the first, spaces
// around numbers and empty lines at the end allowed, no quotes. Header::skip passes over the first line. Throws
// std::runtime_error with file, line and column for whatever read_file throws for, a row of another length, a cell
// that is not a number, and a table without rows.
autograd::Matrix<double> read_csv(const std::string& path, Header header = Header::none);

}  // namespace models
