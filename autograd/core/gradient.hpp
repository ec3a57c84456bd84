#pragma once
// value_and_gradient: the usual way to a derivative. It makes the tape, sweeps it, and gives new gradients at every
// call, so a caller has nothing to set to zero.

#include <tuple>
#include <utility>

#include "autograd/core/record.hpp"

namespace autograd {

// f(x...) and its gradient in every x: f takes one Var for each x (a number or a matrix) and returns a scalar Var.
//   auto [value, slope] = value_and_gradient([](auto x) { return sin(x) * x; }, 2.0);
template <class F, class... X>
auto value_and_gradient(const F& f, const X&... x) {
  Tape tape;
  const auto vars = std::tuple(tape.variable(x)...);
  const auto y = std::apply(f, vars);
  tape.backward(y);
  using S = typename decltype(y)::Scalar;
  return std::apply([&](const auto&... var) { return std::tuple<S, kind_of<X>...>(y.value(), var.grad()...); }, vars);
}

}  // namespace autograd
