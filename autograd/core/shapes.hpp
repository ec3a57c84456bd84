#pragma once
// What shape errors say: the operation, both shapes, and the rule that they break.

#include <string>

#include "autograd/core/value.hpp"

namespace autograd {

// "3×4"
std::string shape_text(Index rows, Index cols);

// Throws std::invalid_argument "operation: A is 3×4, B is 5×2 (need rule)".
[[noreturn]] void throw_shapes(const char* operation, const char* a_name, Index a_rows, Index a_cols,
                               const char* b_name, Index b_rows, Index b_cols, const char* rule);
// The same for one operand.
[[noreturn]] void throw_shape(const char* operation, const char* a_name, Index a_rows, Index a_cols, const char* rule);

}  // namespace autograd
