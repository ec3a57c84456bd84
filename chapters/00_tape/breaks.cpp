#include <algorithm>

#include "chapters/00_tape/chapter.hpp"

namespace ch00 {

Ingredients right() {
  return {.sweep = [](tiny::Tape& tape, tiny::Var f) { tape.backward(f); },
          .sine = [](const Var<double>& x) { return sin(x); },
          .check_points = {-2.5, -0.6, 0.3, 1.7},
          .relu = [](const Var<double>& x) { return relu(x); },
          .safe = [](const Var<Matrix<double>>& x) { return where(x.value().array() > 0, x, 1.0); },
          .gradient_work = work_of_sweep,
          .split = binomial_split};
}

namespace {

// x̄ = ȳ ∂y/∂x: what came before is lost.
void overwriting_sweep(tiny::Tape& tape, tiny::Var f) {
  tape.records[f.number].adjoint = 1;
  for (int y = f.number; y >= 0; --y)
    for (const auto& [x, slope] : tape.records[y].operands) tape.records[x].adjoint = tape.records[y].adjoint * slope;
}

Var<double> relu_with_half(const Var<double>& x) {
  return autograd::record<"relu">([](auto& x) { return std::max(x.value(), 0.0); },
                                  [](auto& y, auto& x) {
                                    const double slope = x.value() > 0 ? 1 : x.value() < 0 ? 0 : 0.5;
                                    x.accumulate(y.grad() * slope);
                                  },
                                  x);
}

// With the last checkpoint every step has to be reached from it.
int half(int length, int c, int) { return c == 1 ? length - 1 : length / 2; }

}  // namespace

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"overwrite", "= instead of += in the sweep", {"eq:chain"},
       [](Ingredients& i) { i.sweep = overwriting_sweep; }},
      {"pullback", "the pullback of sin is 0.1 % too large", {"eq:chain"},
       [](Ingredients& i) { i.sine = sine_a_little_off; }},
      {"branch", "no point of the gradient check lies in the branch |x| > 1", {"test:gradcheck"},
       [](Ingredients& i) { i.check_points = {-0.9, -0.6, 0.3, 0.8}; }},
      {"half", "relu'(0) = 1/2", {"claim:kink"},
       [](Ingredients& i) { i.relu = relu_with_half; }},
      {"unsafe", "the square root is taken of every x", {"claim:where"},
       [](Ingredients& i) { i.safe = [](const Var<Matrix<double>>& x) { return x; }; }},
      {"differences", "n + 1 evaluations instead of a sweep", {"claim:cheap-gradient"},
       [](Ingredients& i) { i.gradient_work = work_of_differences; }},
      {"halves", "the next checkpoint in the middle", {"test:checkpointing"},
       [](Ingredients& i) { i.split = half; }}};
  return all;
}
// clang-format on

}  // namespace ch00
