#include "models/training/sparse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "autograd/arithmetic/gemm.hpp"

namespace models {

namespace {

using autograd::Arena;
using autograd::ConstMatrixMap;
using autograd::Index;
using autograd::MatrixMap;
using autograd::written;

template <class X>
X* memory(Arena& arena, Index count) {
  return static_cast<X*>(arena.allocate(count * sizeof(X), Arena::kAlignment));
}

// The elements of a matrix that are not 0, row by row, in a tape's memory: those of row i are numbers first[i] ..
// first[i + 1] - 1.
template <Element S>
struct Elements {
  Index rows, cols;
  int* first;
  int* column;
  S* value;

  Elements(Arena& arena, Index rows, Index cols, Index capacity)
      : rows(rows),
        cols(cols),
        first(memory<int>(arena, rows + 1)),
        column(memory<int>(arena, capacity)),
        value(memory<S>(arena, capacity)) {
    std::fill_n(first, rows + 1, 0);
  }
  int count() const { return first[rows]; }
};

template <Element S>
Elements<S> elements_of(Arena& arena, const ConstMatrixMap<S>& x) {
  Elements<S> elements(arena, x.rows(), x.cols(), x.size());
  int count = 0;
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index j = 0; j < x.cols(); ++j) {  // writes every element, and the next one over it if it was 0: no branch
      elements.column[count] = j;
      elements.value[count] = x(i, j);
      count += x(i, j) != S(0);
    }
    elements.first[i + 1] = count;
  }
  return elements;
}

// xᵀ: a counting sort by column.
template <Element S>
Elements<S> transposed(Arena& arena, const Elements<S>& x) {
  Elements<S> t(arena, x.cols, x.rows, x.count());
  for (int k = 0; k < x.count(); ++k) ++t.first[x.column[k] + 1];
  std::partial_sum(t.first, t.first + t.rows + 1, t.first);
  for (int i = 0; i < x.rows; ++i) {
    for (int k = x.first[i]; k < x.first[i + 1]; ++k) {
      const int place = t.first[x.column[k]]++;
      t.column[place] = i;
      t.value[place] = x.value[k];
    }
  }
  // now each row's entry is where the next one begins
  std::copy_backward(t.first, t.first + t.rows, t.first + t.rows + 1);
  t.first[0] = 0;
  return t;
}

// X B, row by row: of row i what is not 0, each times its row of B.
template <Element S>
class SparseProduct final : public autograd::Share<S> {
 public:
  using Scalar = S;
  SparseProduct(const Elements<S>& X, const ConstMatrixMap<S>& B) : X(X), B(B) {}
  Index rows() const { return X.rows; }
  Index cols() const { return B.cols(); }
  void assign_to(MatrixMap<S> C) const {
    C.setZero();
    add_to(C);
  }
  void add_to(MatrixMap<S> C, Index first = 0) const override {
    Index left = 0;
    for (; left + 64 <= C.cols(); left += 64) add_columns<64>(C, first, left);
    for (; left + 8 <= C.cols(); left += 8) add_columns<8>(C, first, left);
    for (; left < C.cols(); ++left) add_columns<1>(C, first, left);
  }
  S bound() const override { return ConstMatrixMap<S>(X.value, 1, X.count()).cwiseAbs().sum() * B.cwiseAbs().sum(); }
  // An element of X is two numbers: its column, and its value.
  bool can_wait(const Arena& arena) const {
    return 2 * X.count() + B.size() < rows() * cols() && arena.holds(B.data());
  }

 private:
  Elements<S> X;
  ConstMatrixMap<S> B;

  // C += X B in columns left .. left + width - 1: so few that a row's sums stay in registers, and B's
  // columns in a cache.
  template <int width>
  void add_columns(MatrixMap<S>& C, Index first, Index left) const {
    using Part = Eigen::Array<S, 1, width>;
    const S* const b = B.data() + left;
    for (Index i = 0; i < C.rows(); ++i) {
      Eigen::Map<Part> c(C.data() + i * C.cols() + left);
      Part sum = c;
      for (int k = X.first[first + i]; k < X.first[first + i + 1]; ++k)
        sum += X.value[k] * Eigen::Map<const Part>(b + X.column[k] * B.cols());
      c = sum;
    }
  }
};

}  // namespace

template <Element S>
Var<Matrix<S>> sparse_affine(const Var<Matrix<S>>& x, const Var<Matrix<S>>& W, const Var<Matrix<S>>& b) {
  if (x.cols() != W.rows() || b.rows() != 1 || b.cols() != W.cols()) {
    throw std::invalid_argument(
        fmt::format("sparse_affine: x is {}×{}, W is {}×{}, b is {}×{} (need x.cols == W.rows and b to be 1×W.cols)",
                    x.rows(), x.cols(), W.rows(), W.cols(), b.rows(), b.cols()));
  }
  const Elements<S> elements = elements_of<S>(x.tape().arena(), x.value());
  return record<"sparse_affine">(
      [elements](auto& x, auto& W, auto& b) {
        return written<S>(x.rows(), W.cols(), [=, &W, &b](auto y) {
          y.rowwise() = b.value().row(0);
          SparseProduct<S>(elements, W.value()).add_to(y);
        });
      },
      [elements](auto& y, auto& x, auto& W, auto& b) {
        x.accumulate(y.grad() * W.value().transpose());
        if (W.needs_gradient()) W.accumulate(SparseProduct<S>(transposed(y.arena(), elements), y.grad()));
        b.accumulate(y.grad().colwise().sum());
      },
      x, W, b);
}

template Var<Matrix<float>> sparse_affine(const Var<Matrix<float>>&, const Var<Matrix<float>>&,
                                          const Var<Matrix<float>>&);
template Var<Matrix<double>> sparse_affine(const Var<Matrix<double>>&, const Var<Matrix<double>>&,
                                           const Var<Matrix<double>>&);

}  // namespace models
