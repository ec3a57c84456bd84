#include "autograd/parameters/watched.hpp"

#include <stdexcept>

#include "autograd/arithmetic/dual.hpp"
#include "autograd/core/text.hpp"

namespace autograd {

template <Element S>
Var<Matrix<S>> watch(Tape& tape, ConstMatrixMap<S> value, MatrixMap<S> gradient) {
  if (value.rows() != gradient.rows() || value.cols() != gradient.cols()) {
    throw_shapes("watch", "the value", value.rows(), value.cols(), "its gradient", gradient.rows(), gradient.cols(),
                 "need equal shapes");
  }
  return detail::make_leaf<Matrix<S>>(tape, detail::kVariable<Matrix<S>>, [&](auto& node) {
    detail::refer_to(tape, node, value);
    node.adjoint_ = gradient.data();
  });
}

template <Element S>
Watched<S>::Watched(Tape& tape, const Parameters<S>& parameters, Buffer<S>& gradient)
    : tape_(&tape), parameters_(&parameters), gradient_(&gradient) {
  if (gradient.size() != parameters.size()) {
    throw std::invalid_argument(text_of("Watched: the gradient buffer holds ", gradient.size(),
                                        " numbers, the parameters ", parameters.size()));
  }
  vars_ = tape.array<Var<Matrix<S>>>(parameters.entries().size());
  for (std::size_t i = 0; i < vars_.size(); ++i) {
    vars_[i] = watch<S>(tape, parameters[Slot{i}], parameters.view(gradient, Slot{i}));
  }
  if (tape.observer()) return;
  waiting_ = tape.array<Waiting<S>*>(vars_.size());
  for (std::size_t i = 0; i < vars_.size(); ++i) {
    waiting_[i] = new (tape.allocate<Waiting<S>>()) Waiting<S>(tape);
    vars_[i].node().keeper_ = waiting_[i];
  }
}

template <Element S>
Watched<S>::Watched(Tape& tape, const Parameters<S>& parameters) : tape_(&tape), parameters_(&parameters) {
  vars_ = tape.array<Var<Matrix<S>>>(parameters.entries().size());
  for (std::size_t i = 0; i < vars_.size(); ++i) vars_[i] = tape.reference(parameters[Slot{i}]);
}

template <Element S>
void Watched<S>::complete_gradient() const {
  if (!gradient_) return;
  const auto& entries = parameters_->entries();
  for (std::size_t i = 0; i < vars_.size(); ++i) {
    vars_[i].grad();
    const Index end = entries[i].offset + entries[i].rows * entries[i].cols;
    const Index next = i + 1 < entries.size() ? entries[i + 1].offset : gradient_->size();
    gradient_->segment(end, next - end).setZero();
  }
}

template <Element S>
void Watched<S>::add_gradient_rows(Slot slot, Index first, MatrixMap<S> rows) const {
  const Node<Matrix<S>>& node = (*this)[slot].node();
  if (first < 0 || first > node.rows() - rows.rows() || rows.cols() != node.cols()) {
    throw std::invalid_argument(text_of("Watched::add_gradient_rows: ", rows.rows(), "×", rows.cols(), " from row ",
                                        first, " on, of a parameter that is ", node.rows(), "×", node.cols()));
  }
  if (node.touched()) rows += node.grad().middleRows(first, rows.rows());
  if (!waiting_.empty()) waiting_[slot.number]->add_rows_to(rows, first);
}

template <Element S>
S Watched<S>::gradient_bound() const {
  S bound(0);
  for (const Var<Matrix<S>>& var : vars_) {
    const Node<Matrix<S>>& node = var.node();
    if (node.touched()) bound += node.grad().cwiseAbs().sum();
  }
  for (const Waiting<S>* waiting : waiting_) bound += waiting->bound();
  return bound;
}

template Var<Matrix<float>> watch(Tape&, ConstMatrixMap<float>, MatrixMap<float>);
template Var<Matrix<double>> watch(Tape&, ConstMatrixMap<double>, MatrixMap<double>);
template class Watched<float>;
template class Watched<double>;
template class Watched<Dual<double>>;

}  // namespace autograd
