#pragma once
// The sentences of the engine's errors. All throw std::invalid_argument.

#include <string>

#include "autograd/core/value.hpp"

namespace autograd {

// "3×4"
std::string shape_text(Index rows, Index cols);

// "operation: A is 3×4, B is 5×2 (need rule)", and the same for one operand.
[[noreturn]] void throw_shapes(const char* operation, const char* a_name, Index a_rows, Index a_cols,
                               const char* b_name, Index b_rows, Index b_cols, const char* rule);
[[noreturn]] void throw_shape(const char* operation, const char* a_name, Index a_rows, Index a_cols, const char* rule);

// Of a Var that is on no tape, on another tape than the rest, or from before a rewind.
[[noreturn]] void throw_empty();
[[noreturn]] void throw_foreign();
[[noreturn]] void throw_rewound();

}  // namespace autograd
