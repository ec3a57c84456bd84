// ADOL-C: each function is traced once and its gradient evaluated from the trace, which is its fastest way and holds
// as long as no comparison comes out differently.
#include <adolc/adolc.h>

#include "tests/bench/functions/formulas.hpp"

namespace bench {

const Contender kContender{.name = "ADOL-C"};

Gradient gradient_of(char function) {
  const std::vector<double>& x = problem(function).x;
  const short trace = function;
  constexpr unsigned kBuffer = 1u << 27;  // all of the trace stays in memory
  trace_on(trace, 0, kBuffer, kBuffer, kBuffer, kBuffer, 0);
  {
    std::vector<adouble> vars(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) vars[i] <<= x[i];
    adouble y = formulas::evaluate(function, vars.data());
    double value;
    y >>= value;
  }
  trace_off();
  return [function, trace](std::span<const double> x, std::span<double> gradient) {
    const int n = x.size();
    ::gradient(trace, n, const_cast<double*>(x.data()), gradient.data());
    return formulas::evaluate(function, x.data());
  };
}

}  // namespace bench
