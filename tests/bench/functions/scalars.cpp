// Tapestry number by number: the same formulas, on Var<double>; log_sum_exp is the library's.
#include "autograd/autograd.hpp"
#include "tests/bench/functions/formulas.hpp"

namespace bench {

using autograd::Tape;
using autograd::Var;

const Contender kContender{.name = "Tapestry, scalars"};

Gradient gradient_of(char function) {
  return [function, tape = std::make_shared<Tape>(), vars = std::vector<Var<double>>()](
             std::span<const double> x, std::span<double> gradient) mutable {
    tape->rewind();
    vars.clear();
    for (const double value : x) vars.push_back(tape->variable(value));
    const Var<double> y = function == 'C' ? prod(vars) : formulas::evaluate(function, vars.data());
    tape->backward(y);
    for (std::size_t i = 0; i < x.size(); ++i) gradient[i] = vars[i].grad();
    return y.value();
  };
}

}  // namespace bench
