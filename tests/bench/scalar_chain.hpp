#pragma once
// A chain of scalar multiplications and additions, in turn: the tape at its smallest.

#include <cstddef>

#include "autograd/autograd.hpp"

namespace bench {

// Records n operations and sweeps back; returns the derivative.
inline double scalar_chain(autograd::Tape& tape, std::size_t n) {
  tape.rewind();
  const autograd::Var<double> x = tape.variable(0.999999), a = tape.variable(1e-6);
  autograd::Var<double> y = x;
  for (std::size_t i = 0; i + 1 < n; i += 2) y = y * x + a;
  tape.backward(y);
  return x.grad();
}

}  // namespace bench
