#include "autograd/parameters/watched.hpp"

#include "autograd/arithmetic/dual.hpp"

namespace autograd {

template <Element S>
Var<Matrix<S>> watch(Tape& tape, ConstMatrixMap<S> value, MatrixMap<S> gradient) {
  if (value.rows() != gradient.rows() || value.cols() != gradient.cols())
    throw_invalid("watch: the value is ", shape_text(value), ", its gradient is ", shape_text(gradient),
                  " (need equal shapes)");
  auto& node = tape.make<Node<Matrix<S>>>(kVariable<Matrix<S>>);
  node.refer_to(tape.arena(), value);
  node.adjoint_ = gradient.data();
  return tape.put(node);
}

template <Element S>
Watched<S>::Watched(Tape& tape, const Parameters<S>& parameters, Buffer<S>& gradient)
    : tape_(&tape), parameters_(&parameters), gradient_(&gradient) {
  if (gradient.size() != parameters.size())
    throw_invalid("Watched: the gradient buffer holds ", gradient.size(), " numbers, the parameters ",
                  parameters.size());
  vars_ = tape.array<Var<Matrix<S>>>(parameters.entries().size());
  for (std::size_t i = 0; i < vars_.size(); ++i) {
    vars_[i] = watch<S>(tape, parameters[Slot{i}], parameters.view(gradient, Slot{i}));
    vars_[i].node().lets_wait_ = !tape.observer();  // which must see each contribution immediately
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
  if (first < 0 || first > node.rows() - rows.rows() || rows.cols() != node.cols())
    throw_invalid("Watched::add_gradient_rows: ", shape_text(rows), " from row ", first,
                  " on, of a parameter that is ", shape_text(node));
  if (node.touched()) rows += node.grad().middleRows(first, rows.rows());
  for (const Share<S>* share = node.waiting_; share; share = share->previous) share->add_to(rows, first);
}

template <Element S>
S Watched<S>::gradient_bound() const {
  S bound(0);
  for (const Var<Matrix<S>>& var : vars_) {
    const Node<Matrix<S>>& node = var.node();
    if (node.touched()) bound += node.grad().cwiseAbs().sum();
    for (const Share<S>* share = node.waiting_; share; share = share->previous) bound += share->bound();
  }
  return bound;
}

template Var<Matrix<float>> watch(Tape&, ConstMatrixMap<float>, MatrixMap<float>);
template Var<Matrix<double>> watch(Tape&, ConstMatrixMap<double>, MatrixMap<double>);
#define WATCHED_OF(S) template class Watched<S>;
TAPESTRY_FOR_EACH_ELEMENT(WATCHED_OF)

}  // namespace autograd
