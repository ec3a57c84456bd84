// A gradient with one component off by a millionth: the check before the timing must refuse it.
#include "tests/bench/functions/problem.hpp"

namespace bench {

const Contender kContender{.name = "wrong", .functions = "D"};

Gradient gradient_of(char function) {
  return [function](std::span<const double> x, std::span<double> g) {
    const double value = gradient_by_hand(function, x, g);
    g[0] *= 1 + 1e-6;
    return value;
  };
}

}  // namespace bench
