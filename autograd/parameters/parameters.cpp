#include "autograd/parameters/parameters.hpp"

#include <algorithm>

#include "autograd/arithmetic/dual.hpp"
#include "autograd/core/arena.hpp"
#include "autograd/core/errors.hpp"

namespace autograd {

template <Element S>
Slot Parameters<S>::add(const std::string& name, Index rows, Index cols) {
  if (rows < 1 || cols < 1)
    throw_invalid("Parameters::add: '", name, "' is ", rows, "×", cols, " (need at least 1×1)");
  if (std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.name == name; }))
    throw_invalid("Parameters::add: the name '", name, "' is taken");
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
  throw_invalid("Parameters::find: there is no parameter '", name, "'");
}

template <Element S>
Index Parameters<S>::count() const {
  Index count = 0;
  for (const Entry& entry : entries_) count += entry.rows * entry.cols;
  return count;
}

#define PARAMETERS_OF(S) template class Parameters<S>;
TAPESTRY_FOR_EACH_ELEMENT(PARAMETERS_OF)

}  // namespace autograd
