// The functions alone in plain double, without a gradient: the unit that all gradients are measured in.
#include "tests/bench/functions/formulas.hpp"

namespace bench {

const Contender kContender{.name = "plain double", .has_gradients = false};

Gradient gradient_of(char function) {
  return [function](std::span<const double> x, std::span<double>) { return formulas::evaluate(function, x.data()); };
}

}  // namespace bench
