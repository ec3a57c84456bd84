#include "autograd/instruments/gradcheck.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>

#include "autograd/core/text.hpp"

namespace autograd {

namespace {

double value_at(const GradcheckFunction& f, const std::vector<Matrix<double>>& inputs) {
  Tape tape;
  std::vector<Var<Matrix<double>>> vars;
  for (const Matrix<double>& input : inputs) vars.push_back(tape.constant(input));
  return f(tape, vars).value();
}

std::vector<Matrix<double>> gradient_at(const GradcheckFunction& f, const std::vector<Matrix<double>>& inputs) {
  Tape tape;
  std::vector<Var<Matrix<double>>> vars;
  for (const Matrix<double>& input : inputs) vars.push_back(tape.variable(input));
  tape.backward(f(tape, vars));
  std::vector<Matrix<double>> gradient;
  for (const Var<Matrix<double>>& var : vars) gradient.push_back(var.grad());
  return gradient;
}

}  // namespace

double gradcheck_cotangent(unsigned seed, Index i) {
  std::uint64_t bits = seed * 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(i);  // splitmix64
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  bits ^= bits >> 31;
  const double magnitude = 0.5 + static_cast<double>(bits >> 12) / static_cast<double>(std::uint64_t{1} << 52);
  return bits & 1 ? magnitude : -magnitude;
}

GradcheckResult gradcheck_scalar(const GradcheckFunction& f, std::vector<Matrix<double>> inputs,
                                 const GradcheckOptions& options) {
  const std::vector<Matrix<double>> gradient = gradient_at(f, inputs);
  GradcheckResult result;
  result.worst = -1;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    for (Index i = 0; i < inputs[k].size(); ++i) {
      double& x = inputs[k].data()[i];
      const double centre = x, step = options.step * std::max(1.0, std::abs(centre));
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
  result.passed = result.worst <= options.tolerance;
  return result;
}

std::string GradcheckResult::message() const {
  return text_of(passed ? "agrees" : "differs", ": largest relative error ", std::scientific, std::setprecision(2),
                 worst, std::defaultfloat, " at input ", input, ", row ", row, ", column ", col, ": tape ",
                 std::setprecision(10), tape, ", differences ", differences);
}

}  // namespace autograd
