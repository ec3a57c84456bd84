#include <fmt/format.h>

#include <algorithm>

#include "chapters/00_tape/chapter.hpp"
#include "chapters/00_tape/functions.hpp"

namespace ch00 {

namespace {

std::vector<Var<double>> variables(Tape& tape, int n) {
  std::vector<Var<double>> x;
  for (int i = 0; i < n; ++i) x.push_back(tape.variable(1 + 1.0 / (i + 2)));
  return x;
}

}  // namespace

void Counter::recorded(const autograd::Record& record, std::vector<const autograd::Record*> operands) {
  operands_[&record] = operands.size();
  ++(operands.empty() ? leaves : operations);
}

void Counter::pulled(const autograd::Record& record) {
  const std::int64_t operands = operands_.at(&record);
  if (operands == 0) return;
  ++pullbacks;
  shares += operands;
}

Work work_of_sweep(Function f, int n) {
  Tape tape;
  const Counter counter(tape);
  tape.backward(f(variables(tape, n)));
  return {counter.operations, counter.operations + counter.shares, counter.pullbacks};
}

Work work_of_differences(Function f, int n) {
  Work work;
  for (int run = 0; run <= n; ++run) {
    Tape tape;
    const Counter counter(tape);
    f(variables(tape, n));
    work.function = counter.operations;
    work.gradient += counter.operations;
  }
  return work;
}

void cheap_gradient(lesson::Lesson& lesson, const Ingredients& use) {
  lesson::Equation equation =
      lesson.equation("-", "work(f and ∇f) ≤ 3 work(f), whatever n is", "claim:cheap-gradient");
  const std::pair<const char*, Function> functions[] = {{"Π x_i", product}, {"Rosenbrock", rosenbrock}};
  for (const auto& [name, f] : functions) {
    double largest = 0;
    for (const int n : {10, 30, 100}) largest = std::max(largest, use.gradient_work(f, n).ratio());
    const int large = lesson.quick() ? 10'000 : 100'000;
    const Work many = work_of_sweep(f, large);
    equation.at_most(fmt::format("{}, n = 10, 30, 100", name), largest, 3)
        .at_most(fmt::format("  n = {}", lesson::thousands(large)), many.ratio(), 3)
        .exact("  pullbacks = operations", many.pullbacks, many.function);
  }
  equation.exact("differences, n = 100: n + 1", work_of_differences(rosenbrock, 100).ratio(), 101);
}

}  // namespace ch00
