#include "models/statistics/shared_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace models {

template <Element S>
Var<Matrix<S>> repeat_rows(const Var<Matrix<S>>& x, Index K) {
  return record<"repeat_rows">(
      [K](auto& x) {
        return autograd::written<S>(x.rows() * K, x.cols(), [&x, K](auto y) {
          for (Index i = 0; i < x.rows(); ++i) y.middleRows(i * K, K).rowwise() = x.value().row(i);
        });
      },
      [K](auto& y, auto& x) {
        x.accumulate(autograd::written<S>(x.rows(), x.cols(), [&](auto gradient) {
          for (Index i = 0; i < x.rows(); ++i) gradient.row(i) = y.grad().middleRows(i * K, K).colwise().sum();
        }));
      },
      x);
}

template <Element S>
Index common_rows(const char* operation, std::initializer_list<RowOperand<S>> operands) {
  Index rows = 1, cols = 1;
  for (const RowOperand<S>& operand : operands) {
    rows = std::max(rows, operand.x.rows());
    cols = std::max(cols, operand.x.cols());
  }
  for (const auto& [name, x, may_be_number] : operands) {
    const bool number = may_be_number && x.rows() == 1 && x.cols() == 1;
    if (number || (x.cols() == cols && x.rows() > 0 && rows % x.rows() == 0)) continue;
    throw std::invalid_argument(
        fmt::format("{}: {} is {}×{}, the result has {} rows of {} columns (need as many "
                    "columns, and rows that divide {})",
                    operation, name, x.rows(), x.cols(), rows, cols, rows));
  }
  return rows;
}

template Var<Matrix<float>> repeat_rows(const Var<Matrix<float>>&, Index);
template Var<Matrix<double>> repeat_rows(const Var<Matrix<double>>&, Index);
template Index common_rows(const char*, std::initializer_list<RowOperand<float>>);
template Index common_rows(const char*, std::initializer_list<RowOperand<double>>);

}  // namespace models
