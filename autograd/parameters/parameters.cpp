#include "autograd/parameters/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace autograd {

template <Element S>
Slot Parameters<S>::add(const std::string& name, Index rows, Index cols) {
  if (rows < 1 || cols < 1) {
    throw std::invalid_argument(fmt::format("Parameters::add: '{}' is {}×{} (need at least 1×1)", name, rows, cols));
  }
  if (std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.name == name; })) {
    throw std::invalid_argument(fmt::format("Parameters::add: the name '{}' is taken", name));
  }
  constexpr Index kLine = std::max<Index>(1, Arena::kAlignment / sizeof(S));
  const Index offset = values_.size(), padded = (rows * cols + kLine - 1) / kLine * kLine;
  entries_.push_back({name, rows, cols, offset});
  values_.conservativeResize(offset + padded);
  values_.tail(padded).setZero();
  return {entries_.size() - 1};
}

template <Element S>
Slot Parameters<S>::find(const std::string& name) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].name == name) return {i};
  }
  throw std::invalid_argument(fmt::format("Parameters::find: there is no parameter '{}'", name));
}

template <Element S>
Index Parameters<S>::count() const {
  Index count = 0;
  for (const Entry& entry : entries_) count += entry.rows * entry.cols;
  return count;
}

template <Element S>
Watched<S>::Watched(Tape& tape, const Parameters<S>& parameters, Buffer<S>& gradient)
    : tape_(&tape), parameters_(&parameters), gradient_(&gradient) {
  if (gradient.size() != parameters.size()) {
    throw std::invalid_argument(fmt::format("Watched: the gradient buffer holds {} numbers, the parameters {}",
                                            gradient.size(), parameters.size()));
  }
  vars_ = tape.array<Var<Matrix<S>>>(parameters.entries().size());
  for (std::size_t i = 0; i < vars_.size(); ++i) {
    vars_[i] = tape.watch(parameters[Slot{i}], parameters.view(gradient, Slot{i}));
    vars_[i].node().defers_ = !tape.traced();  // a trace looks at adjoints as they grow
  }
}

template <Element S>
Watched<S>::Watched(Tape& tape, const Parameters<S>& parameters) : tape_(&tape), parameters_(&parameters) {
  vars_ = tape.array<Var<Matrix<S>>>(parameters.entries().size());
  for (std::size_t i = 0; i < vars_.size(); ++i) vars_[i] = tape.constant(parameters[Slot{i}]);
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
  if (first < 0 || first + rows.rows() > node.rows() || rows.cols() != node.cols()) {
    throw std::invalid_argument(
        fmt::format("Watched::add_gradient_rows: rows {} to {}, of {} columns, of a parameter that is {}×{}", first,
                    first + rows.rows() - 1, rows.cols(), node.rows(), node.cols()));
  }
  if (node.touched()) rows += node.grad().middleRows(first, rows.rows());
  for (const auto* share = node.deferred_; share; share = share->previous) share->add_to(rows, first);
}

template <Element S>
S Watched<S>::gradient_bound() const {
  S bound(0);
  for (const Var<Matrix<S>>& var : vars_) {
    const Node<Matrix<S>>& node = var.node();
    if (node.touched()) bound += node.grad().cwiseAbs().sum();
    for (const auto* share = node.deferred_; share; share = share->previous) bound += share->bound();
  }
  return bound;
}

template class Parameters<float>;
template class Parameters<double>;
template class Parameters<Dual<double>>;
template class Watched<float>;
template class Watched<double>;
template class Watched<Dual<double>>;

}  // namespace autograd
