#include <fmt/format.h>

#include <array>
#include <cmath>

#include "autograd/arithmetic/dual.hpp"
#include "chapters/00_tape/chapter.hpp"
#include "chapters/00_tape/functions.hpp"

namespace ch00 {

namespace {

using Dual = autograd::Dual<double>;
using Numbers = std::vector<double>;

// The adjoints of the five records of f = x y + sin x, as the engine leaves them.
Numbers adjoints_of_engine(double x0, double y0, Var<double> (*sine)(const Var<double>&)) {
  Tape tape;
  const Var<double> x = tape.variable(x0), y = tape.variable(y0);
  const Var<double> product = x * y, sine_x = sine(x), f = product + sine_x;
  tape.backward(f);
  return {x.grad(), y.grad(), product.grad(), sine_x.grad(), f.grad()};
}

Numbers adjoints(const tiny::Tape& tape) {
  Numbers all;
  for (const tiny::Record& record : tape.records) all.push_back(record.adjoint);
  return all;
}

// f(x) and f'(x) by a tape, for an f of one variable.
template <class AnyTape, class F>
Numbers by_tape(const F& f, double x0) {
  AnyTape tape;
  const auto x = tape.variable(x0);
  const auto y = f(x);
  tape.backward(y);
  return {y.value(), x.grad()};
}

template <class T>
T euler(T y, int steps, double h) {
  for (int step = 0; step < steps; ++step) y = euler_step(y, h);
  return y;
}

}  // namespace

void worked_example(lesson::Lesson& lesson, const Ingredients& use) {
  const double x = 2, y = 3, h = 6e-6;
  // f̄ = 1, and so are the adjoints of both terms; ȳ = x; x is used twice
  const Numbers by_hand{y + std::cos(x), x, 1, 1, 1};
  const std::array<double, 2> gradient{by_hand[0], by_hand[1]};

  tiny::Tape tape;
  const tiny::Var tx = tape.variable(x), ty = tape.variable(y);
  const tiny::Var f = worked(tx, ty);
  use.sweep(tape, f);
  const Numbers engine = adjoints_of_engine(x, y, use.sine);
  const std::array<double, 2> dual{worked(Dual(x, 1), Dual(y, 0)).tangent, worked(Dual(x, 0), Dual(y, 1)).tangent};
  const std::array<double, 2> differences{(worked(x + h, y) - worked(x - h, y)) / (2 * h),
                                          (worked(x, y + h) - worked(x, y - h)) / (2 * h)};

  lesson.equation("-", "x̄ = Σ_children ȳ ∂y/∂x,   f = x y + sin x at (2, 3)", "eq:chain")
      .exact("value: tiny, by hand", f.value(), 6 + std::sin(2.0))
      .exact("5 adjoints: tiny, by hand", adjoints(tape), by_hand)
      .exact("            engine, by hand", engine, by_hand)
      .exact("x̄, ȳ: dual numbers, by hand", dual, gradient)
      .exact("      differences, by hand", differences, gradient, 1e-9);
}

void say_graph(lesson::Lesson& lesson) {
  Tape tape;
  const autograd::Trace trace(tape);
  const Var<double> x = tape.variable(2.0), y = tape.variable(3.0), f = worked(x, y);
  tape.backward(f);
  lesson.say("        print_graph(f):");
  lesson.say(print_graph(f));
}

double over_paths(const tiny::Tape& tape, int from, int to, std::int64_t& paths) {
  if (from == to) return ++paths, 1;
  double sum = 0;
  for (const auto& [x, slope] : tape.records[from].operands) sum += slope * over_paths(tape, x, to, paths);
  return sum;
}

void reuse(lesson::Lesson& lesson, const Ingredients& use) {
  tiny::Tape tape;
  const tiny::Var x = tape.variable(1), y = tape.variable(1), last = fibonacci(x, y, 25);
  use.sweep(tape, last);
  std::int64_t paths = 0;
  const double by_paths = over_paths(tape, last.number, y.number, paths);

  double shares = 0;
  for (const tiny::Record& record : tape.records) shares += record.operands.size();

  const auto square = [](auto x) { return x * x; };
  tiny::Tape small;
  const tiny::Var twice = small.variable(7);
  use.sweep(small, square(twice));

  lesson.equation("-", "x̄ = Σ_paths Π slopes:   the sweep adds up every path without walking it", "eq:chain")
      .exact("y = x x at 7: x̄ = 2 x", twice.grad(), 14)
      .exact("v_k = v_k-1 + v_k-2: ȳ, paths", y.grad(), by_paths)
      .exact("  paths, counted one by one", paths, 46'368)
      .exact("  shares of the sweep", shares, 46);

  // 1 2 3 ... 12 as coefficients and x = 3: every number is a whole one below 2⁵³, so that nothing is rounded
  const std::vector<int> c{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const auto polynomial = [&](auto x) { return horner(c, x); };
  const auto deep = [](auto x) {
    for (int layer = 0; layer < 1000; ++layer) x = log(2.0 + exp(tanh(1.5 * sin(x))));
    return x;
  };
  double value = 0, slope = 0;
  for (std::size_t k = 0; k < c.size(); ++k) slope = slope * 3 + value, value = value * 3 + c[k];
  lesson.equation("-", "sixty lines and the engine: the same bits", "eq:chain")
      .exact("polynomial: tiny, by hand", by_tape<tiny::Tape>(polynomial, 3.0), Numbers{value, slope}, 0)
      .exact("            engine, by hand", by_tape<Tape>(polynomial, 3.0), Numbers{value, slope}, 0)
      .exact("5,000 operations: tiny, engine", by_tape<tiny::Tape>(deep, 0.3), by_tape<Tape>(deep, 0.3), 0);
}

void long_chain(lesson::Lesson& lesson, const Ingredients&) {
  const int steps = 250'000;
  const double T = 5, h = T / steps, y0 = 0.1, exact = 1 / (1 + (1 / y0 - 1) * std::exp(-T));
  const auto chain = [&](auto y) { return euler(y, steps, h); };
  const Numbers engine = by_tape<Tape>(chain, y0);
  const Dual dual = chain(Dual(y0, 1));
  lesson.equation("-", "a chain of 1,000,000 operations:   dy/dt = y (1 - y) by Euler's method", "eq:chain")
      .exact("dy/dy₀: engine, dual numbers", engine, Numbers{dual.value, dual.tangent}, 1e-11)
      .exact("        tiny, dual numbers", by_tape<tiny::Tape>(chain, y0), Numbers{dual.value, dual.tangent}, 1e-11)
      .exact("        engine, the solution", engine, Numbers{exact, std::exp(-T) * exact * exact / (y0 * y0)}, 1e-4);
}

}  // namespace ch00
