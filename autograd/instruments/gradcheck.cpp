#include "autograd/instruments/gradcheck.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>

#include "autograd/core/errors.hpp"

namespace autograd {

namespace {

constexpr double kTolerance = 1e-7;
constexpr double kStep = 6e-6;  // about the cube root of the rounding error: the best step of a central difference

// f(inputs), and its gradient if that is asked for.
double value_at(const GradcheckFunction& f, const std::vector<Matrix<double>>& inputs,
                std::vector<Matrix<double>>* gradient = nullptr) {
  Tape tape;
  std::vector<Var<Matrix<double>>> x;
  for (const Matrix<double>& input : inputs) x.push_back(gradient ? tape.variable(input) : tape.constant(input));
  const Var<double> y = f(x);
  if (gradient) {
    tape.backward(y);
    for (const Var<Matrix<double>>& var : x) gradient->push_back(var.grad());
  }
  return y.value();
}

}  // namespace

double gradcheck_cotangent(Index i) {
  std::uint64_t bits = 0x9e3779b97f4a7c15u + i;  // splitmix64
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  bits ^= bits >> 31;
  const double magnitude = 0.5 + std::ldexp(bits >> 12, -52);
  return bits & 1 ? magnitude : -magnitude;
}

GradcheckResult gradcheck_scalar(const GradcheckFunction& f, std::vector<Matrix<double>> inputs) {
  std::vector<Matrix<double>> gradient;
  value_at(f, inputs, &gradient);
  GradcheckResult result;
  result.worst = -1;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    for (Index i = 0; i < inputs[k].size(); ++i) {
      double& x = inputs[k].data()[i];
      const double centre = x, step = kStep * std::max(1.0, std::abs(centre));
      x = centre + step;
      const double above = value_at(f, inputs), upper = x;
      x = centre - step;
      const double below = value_at(f, inputs), lower = x;
      x = centre;
      const double differences = (above - below) / (upper - lower), tape = gradient[k].data()[i];
      const double error = std::abs(tape - differences) / std::max({1.0, std::abs(tape), std::abs(differences)});
      if (error <= result.worst) continue;  // a NaN is never <=, and stays the worst
      const Index cols = inputs[k].cols();
      result = {false, error, k, i / cols, i % cols, tape, differences};
      if (std::isnan(error)) return result;
    }
  }
  result.passed = result.worst <= kTolerance;
  return result;
}

std::string GradcheckResult::message() const {
  return text_of(passed ? "agrees" : "differs", ": largest relative error ", std::scientific, std::setprecision(2),
                 worst, std::defaultfloat, " at input ", input, ", row ", row, ", column ", col, ": tape ",
                 std::setprecision(10), tape, ", differences ", differences);
}

}  // namespace autograd
