#include "autograd/core/errors.hpp"

#include <stdexcept>

#include "autograd/core/text.hpp"

namespace autograd {

std::string shape_text(Index rows, Index cols) { return text_of(rows, "×", cols); }

void throw_shapes(const char* operation, const char* a_name, Index a_rows, Index a_cols, const char* b_name,
                  Index b_rows, Index b_cols, const char* rule) {
  throw std::invalid_argument(text_of(operation, ": ", a_name, " is ", a_rows, "×", a_cols, ", ", b_name, " is ",
                                      b_rows, "×", b_cols, " (", rule, ")"));
}

void throw_shape(const char* operation, const char* a_name, Index a_rows, Index a_cols, const char* rule) {
  throw std::invalid_argument(text_of(operation, ": ", a_name, " is ", a_rows, "×", a_cols, " (", rule, ")"));
}

void throw_empty() {
  throw std::invalid_argument("Var: this one is empty; make it with tape.variable(x) or tape.constant(x)");
}

void throw_foreign() {
  throw std::invalid_argument(
      "Var: the operands live on two different tapes; record everything of one computation on one tape");
}

void throw_rewound() {
  throw std::invalid_argument(
      "Var: this one was recorded before the tape was rewound, and its memory is gone; record it again after "
      "rewind()");
}

}  // namespace autograd
