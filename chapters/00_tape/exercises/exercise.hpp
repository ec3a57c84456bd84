#pragma once
// The exercises of chapter 00: the tape itself. Write the bodies in exercise.cpp beside this file, then
//   chapters/grade 00                  checks them all; chapters/grade 0.2 one of them
//   chapters/grade 00 --hint 0.2       a hint, and called again the next

#include <cstdint>
#include <vector>

#include "autograd/autograd.hpp"
#include "chapters/00_tape/tiny_tape.hpp"

namespace ch00 {

using autograd::Matrix;
using autograd::Var;

// 0.1   eq:chain
// f(x, y) = x sin(x y) - y²,  recorded as  v₁ = x   v₂ = y   v₃ = v₁ v₂   v₄ = sin v₃   v₅ = v₁ v₄   v₆ = v₂ v₂
//                                          v₇ = v₅ - v₆ = f
// Returns the adjoints v̄₁ ... v̄₇ of the sweep from f, seven numbers, in this order. Work them out on paper, from v̄₇
// back to v̄₁; no tape is used.
std::vector<double> sweep_by_hand(double x, double y);

// 0.2   eq:chain
// x̄ = Σ ȳ ∂y/∂x over the records y that use x, for every record x; f̄ = 1, and 0 for what f does not depend on.
// The sweep in exercise.cpp has three faults. Take the todo away, try it, and mend them. f is the number of a record,
// and there may be later ones. A tape may be swept several times, from different records.
void sweep(tiny::Tape& tape, int f);

// 0.3   eq:chain
// y = log(eᵃ + eᵇ),  as one record of the engine:  return autograd::record<"log_add_exp">(forward, pullback, a, b)
// Returns y on the tape of a and b. It and its gradients are right for a and b up to ±800, where eᵃ overflows.
Var<double> log_add_exp(const Var<double>& a, const Var<double>& b);

// 0.4   claim:cheap-gradient
// A network with sizes[0] inputs, sizes.back() outputs and tanh between its layers, run on n points as in the text:
// with numbers, s = b, then s = s + h · W for each input of a unit; with matrices, one affine per layer. The inputs of
// the first layer are plain numbers and no Vars. Returns how many operations (records with operands) that makes, up to
// the outputs of the last layer: with numbers, with matrices; and how many shares the sweep hands out with numbers (a
// product with a plain number has one operand that is a record).
struct Count {
  std::int64_t numbers = 0, matrices = 0, shares = 0;
};
Count count_operations(const std::vector<int>& sizes, int n);

// 0.5   claim:where
// y = x log x where x > 0, and 0 elsewhere, coefficient by coefficient; dy/dx = log x + 1 where x > 0, 0 elsewhere.
// x: n×d, some of its coefficients 0 or negative. Returns y, n×d, on the tape of x. Neither y nor its gradient
// has a NaN.
Var<Matrix<double>> x_log_x(const Var<Matrix<double>>& x);

// 0.6   test:checkpointing
// A chain of `length` steps is reversed with c >= 1 checkpoints, one of which holds its start: as in the text, a
// step is put on the tape once, and is taken without a tape as often as it is needed to reach a later one. Returns
// the least number of steps taken without a tape, all together. (The text asks for the least number of repeats of
// a single step: that is another question.)
std::int64_t fewest_advances(int length, int c);

}  // namespace ch00
