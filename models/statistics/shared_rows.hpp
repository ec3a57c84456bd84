#pragma once
// K samples a data point: what is theirs has R = n·K rows, of which the K rows i·K .. i·K + K-1 belong to data
// point i. An operand with fewer rows serves several: row r of a result reads row r / (R / rows) of it. So a caller
// need not repeat x or the encoder's μ (n×d) K times, and a row 1×d serves all.

#include <initializer_list>

#include "autograd/core/record.hpp"

namespace models {

using autograd::Element;
using autograd::Index;
using autograd::Matrix;
using autograd::Var;

// y = each row of x, K times: rows i·K .. i·K + K-1 are row i of x.        x: n×d   y: n·K×d
//   x̄ᵢ += Σ of ȳ over the copies of row i
template <Element S>
Var<Matrix<S>> repeat_rows(const Var<Matrix<S>>& x, Index K);

// The same for a result of R rows. One row stays one, which broadcasting repeats.
template <Element S>
Var<Matrix<S>> repeated_for(Index R, const Var<Matrix<S>>& x) {
  return x.rows() == R || x.rows() == 1 ? x : repeat_rows(x, R / x.rows());
}

template <Element S>
struct RowOperand {
  const char* name;
  Var<Matrix<S>> x;
  bool may_be_number = false;  // 1×1, for all rows and columns
};

// R, the most rows of any operand. Throws std::invalid_argument, naming the operation and the operand, where columns
// differ, or the rows of an operand do not divide R.
template <Element S>
Index common_rows(const char* operation, std::initializer_list<RowOperand<S>> operands);

}  // namespace models
