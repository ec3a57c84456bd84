#include "autograd/core/accumulate.hpp"

#include "autograd/arithmetic/dual.hpp"

namespace autograd::detail {

template <class S>
bool has_shape_of(const Node<Matrix<S>>& value, Index rows, Index cols) {
  const bool same_rows = rows == value.rows(), same_cols = cols == value.cols();
  if (!(same_rows || value.rows() == 1) || !(same_cols || value.cols() == 1)) {
    throw_shapes("accumulate", "the value", value.rows(), value.cols(), "its gradient", rows, cols,
                 "need equal shapes, or a value that was repeated");
  }
  return same_rows && same_cols;
}

template <class S>
void add_summed(Node<Matrix<S>>& node, const ConstMatrixMap<S>& gradient) {
  const bool same_shape = has_shape_of(node, gradient.rows(), gradient.cols());
  if (same_shape && !node.touched()) {
    node.touch();
    MatrixMap<S>(node.grad_, node.rows(), node.cols()) = gradient;
    return;
  }
  MatrixMap<S> adjoint = node.touched_grad();
  if (same_shape)
    adjoint += gradient;
  else if (adjoint.size() == 1)
    adjoint(0, 0) += gradient.sum();
  else if (adjoint.rows() == 1)
    adjoint += gradient.colwise().sum();
  else
    adjoint += gradient.rowwise().sum();
}

template bool has_shape_of(const Node<Matrix<float>>&, Index, Index);
template bool has_shape_of(const Node<Matrix<double>>&, Index, Index);
template bool has_shape_of(const Node<Matrix<Dual<double>>>&, Index, Index);
template void add_summed(Node<Matrix<float>>&, const ConstMatrixMap<float>&);
template void add_summed(Node<Matrix<double>>&, const ConstMatrixMap<double>&);
template void add_summed(Node<Matrix<Dual<double>>>&, const ConstMatrixMap<Dual<double>>&);

}  // namespace autograd::detail
