#include "autograd/core/tape.hpp"

#include <atomic>
#include <stdexcept>

namespace autograd {

std::uint64_t Tape::new_epoch() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

void Tape::throw_foreign() {
  throw std::invalid_argument(
      "Var: the operands live on two different tapes; record everything of one computation on one tape");
}

void throw_empty() {
  throw std::invalid_argument("Var: this one is empty; make it with tape.variable(x) or tape.constant(x)");
}

void throw_rewound() {
  throw std::invalid_argument(
      "Var: this one was recorded before the tape was rewound, and its memory is gone; record it again after "
      "rewind()");
}

}  // namespace autograd
