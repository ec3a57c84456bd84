// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 00         checks them; chapters/grade 0.1 this one
#include "chapters/00_tape/exercises/exercise.hpp"

#include <cmath>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch00 {

// 0.1 A sweep by hand.
std::vector<double> sweep_by_hand(double x, double y) {
  lesson::todo("the adjoints of v₁ to v₇, of f(x, y) = x sin(x y) - y², seven numbers");
}

// 0.2 Three faults.
void sweep(tiny::Tape& tape, int f) {
  lesson::todo("mend the three faults of this sweep");
  tape.records.back().adjoint = 1;
  for (int y = f; y >= 0; --y)
    for (const auto& [x, slope] : tape.records[y].operands) tape.records[x].adjoint = tape.records[y].adjoint * slope;
}

// 0.3 An operation of your own.
Var<double> log_add_exp(const Var<double>& a, const Var<double>& b) {
  lesson::todo("log(eᵃ + eᵇ) as one record, with its pullback, for large a and b too");
}

// 0.4 How long a tape becomes.
Count count_operations(const std::vector<int>& sizes, int n) {
  lesson::todo("the operations of a network, with numbers and with matrices, and the shares");
}

// 0.5 A branch that is not taken.
Var<Matrix<double>> x_log_x(const Var<Matrix<double>>& x) {
  lesson::todo("x log x where x > 0, and 0 elsewhere, without a NaN in its gradient");
}

// 0.6 The least work.
std::int64_t fewest_advances(int length, int c) {
  lesson::todo("the least number of steps without a tape, over all plans with c checkpoints");
}

}  // namespace ch00
