#include "models/inference/log_joint.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "autograd/operations/reductions.hpp"

namespace models {

Var<Matrix<double>> evaluate(const LogJoint& log_joint, const Var<Matrix<double>>& z) {
  const Var<Matrix<double>> values = log_joint(z);
  if (values.rows() != z.rows() || values.cols() != 1)
    throw std::invalid_argument(fmt::format("log joint density: expected a value for each row of z, {}×1, found {}×{}",
                                            z.rows(), values.rows(), values.cols()));
  return values;
}

ValuesAndGradients values_and_gradients(const LogJoint& log_joint, const Matrix<double>& z) {
  autograd::Tape tape;
  const auto on_tape = tape.variable(z);
  const auto values = evaluate(log_joint, on_tape);
  tape.backward(sum(values));
  return {values.value(), on_tape.grad()};
}

}  // namespace models
