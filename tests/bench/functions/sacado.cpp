// Sacado's reverse mode (Rad): recorded anew at every evaluation.
#include <Sacado_trad.hpp>

#include "tests/bench/functions/formulas.hpp"

namespace bench {

const Contender kContender{.name = "Sacado"};

Gradient gradient_of(char function) {
  using Number = Sacado::Rad::ADvar<double>;
  return [function](std::span<const double> x, std::span<double> gradient) {
    std::vector<Number> vars(x.begin(), x.end());
    const Number y = formulas::evaluate(function, vars.data());
    Number::Gradcomp();
    for (std::size_t i = 0; i < x.size(); ++i) gradient[i] = vars[i].adj();
    return y.val();
  };
}

}  // namespace bench
