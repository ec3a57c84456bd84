#include "models/sparse.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "autograd/product.hpp"

namespace models {

namespace {

using autograd::ConstMatrixMap;
using autograd::Index;
using autograd::MatrixMap;
using autograd::Tape;
using autograd::written;

// The elements of a matrix x that are not 0, column by column, in the tape's memory: those of column j are numbers
// first[j] .. first[j + 1] - 1.
template <Element S>
struct Elements {
  Index rows, cols;
  int* first;
  int* row;
  S* value;

  Elements(Tape& tape, const ConstMatrixMap<S>& x)
      : rows(x.rows()),
        cols(x.cols()),
        first(tape.array<int>(static_cast<std::size_t>(cols + 1)).data()),
        row(tape.template scratch<int>(1, x.size()).data()),
        value(tape.template scratch<S>(1, x.size()).data()) {
    int count = 0;
    for (Index j = 0; j < cols; ++j) {
      for (Index i = 0; i < rows; ++i) {  // writes every element, and the next one over it if it was 0: no branch
        row[count] = static_cast<int>(i);
        value[count] = x(i, j);
        count += x(i, j) != S(0);
      }
      first[j + 1] = count;
    }
  }
  int count() const { return first[cols]; }
};

// y += a x
template <Element S>
void add_multiple(S* __restrict y, S a, const S* __restrict x, Index size) {
  for (Index i = 0; i < size; ++i) y[i] += a * x[i];
}

// xᵀ B, row by row: of column j of x what is not 0, each times its row of B. What a product can do:
// autograd/product.hpp.
template <Element S>
struct TransposedProduct {
  Elements<S> x;
  ConstMatrixMap<S> B;

  Index rows() const { return x.cols; }
  Index cols() const { return B.cols(); }
  void assign_to(MatrixMap<S> C) const {
    C.setZero();
    add_to(C);
  }
  void add_to(MatrixMap<S> C, Index first = 0) const {
    for (Index j = 0; j < C.rows(); ++j) {
      for (int k = x.first[first + j]; k < x.first[first + j + 1]; ++k)
        add_multiple(&C(j, 0), x.value[k], B.row(x.row[k]).data(), B.cols());
    }
  }
  S bound() const { return ConstMatrixMap<S>(x.value, 1, x.count()).cwiseAbs().sum() * B.cwiseAbs().sum(); }
  bool can_wait(const autograd::Arena& arena) const {  // an element of x is two numbers: its row, and its value
    return 2 * x.count() + B.size() < rows() * cols() && arena.holds(B.data());
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
  const Elements<S> elements(x.tape(), x.value());
  // W is read once, from its first row to its last
  const auto fill = [elements, W = W.value(), b = b.value()](auto y) {
    y.rowwise() = b.row(0);
    for (Index j = 0; j < W.rows(); ++j) {
      for (int k = elements.first[j]; k < elements.first[j + 1]; ++k)
        add_multiple(&y(elements.row[k], 0), elements.value[k], W.row(j).data(), W.cols());
    }
  };
  return record<"sparse_affine">(
      written<S>(x.rows(), W.cols(), fill),
      [elements](auto& y, auto& x, auto& W, auto& b) {
        x.accumulate(autograd::product_nt(y.grad(), W.value()));
        W.accumulate_later(TransposedProduct<S>{elements, y.grad()});
        b.accumulate(y.grad().colwise().sum());
      },
      x, W, b);
}

template Var<Matrix<float>> sparse_affine(const Var<Matrix<float>>&, const Var<Matrix<float>>&,
                                          const Var<Matrix<float>>&);
template Var<Matrix<double>> sparse_affine(const Var<Matrix<double>>&, const Var<Matrix<double>>&,
                                           const Var<Matrix<double>>&);

}  // namespace models
