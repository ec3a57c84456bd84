// The gradients written by hand, as a contender.
#include "tests/bench/functions/problem.hpp"

namespace bench {

const Contender kContender{.name = "by hand"};

Gradient gradient_of(char function) {
  return [function](std::span<const double> x, std::span<double> g) { return gradient_by_hand(function, x, g); };
}

}  // namespace bench
