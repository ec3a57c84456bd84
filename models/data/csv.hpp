#pragma once

#include <string>

#include "autograd/core/value.hpp"

namespace models {

enum class Header { none, skip };

// Reads a table of finite numbers separated by commas, plain or .gz: one line a row, every row as long as the first,
// spaces around numbers, empty lines at the end and a byte order mark allowed, no quotes. A number too small for a
// double is 0. Header::skip passes over the first line. Throws std::runtime_error with file, line and column for
// whatever read_file throws for, a row of another length, a cell that is not a finite number (nan and inf are not, nor
// is 1e999), and a table without rows.
autograd::Matrix<double> read_csv(const std::string& path, Header header = Header::none);

}  // namespace models
