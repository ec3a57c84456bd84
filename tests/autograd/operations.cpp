#include "tests/autograd/operations.hpp"

#include <cmath>

namespace autograd_test {

M sample(Index rows, Index cols, double low, double high, unsigned seed) {
  return M::NullaryExpr(rows, cols, [=](Index i, Index j) {
    const double golden = 0.61803398874989485 * (1 + i * cols + j) + 0.3819 * seed;
    const double x = low + (high - low) * (0.03 + 0.94 * (golden - std::floor(golden)));
    return std::abs(x) < 1e-3 ? 0.01 : x;
  });
}

Var<double> number(const Var<M>& x) { return at(x, 0, 0); }
M number(double x) { return M::Constant(1, 1, x); }

std::vector<OperationRecord> all_records() {
  std::vector<OperationRecord> all;
  for (auto& records :
       {unary_records(), binary_records(), reduction_records(), shape_records(), linear_algebra_records()}) {
    all.insert(all.end(), records.begin(), records.end());
  }
  return all;
}

std::string disagreement(const OperationRecord& record) {
  const auto f = [&](const Vars& vars) { return contract(record.f(vars)); };
  const auto result = autograd::gradcheck_scalar(f, record.inputs);
  return result.worst <= record.tolerance ? "" : record.name + " (" + record.form + "): " + result.message();
}

}  // namespace autograd_test
