#include "autograd/core/tape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

namespace autograd {

std::uint64_t Tape::new_epoch() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

void Tape::throw_foreign(const Tape* other) {
  if (!other) throw std::invalid_argument("Var: this one is empty; make it with tape.variable(x) or tape.constant(x)");
  throw std::invalid_argument(
      "Var: the operands live on two different tapes; record everything of one computation on one tape");
}

void Tape::check_older_epoch(std::uint64_t epoch) const {
  if (std::ranges::find(older_epochs_, epoch) != older_epochs_.end()) return;
  throw std::invalid_argument(
      "Var: this one was recorded before the tape was rewound, and its memory is gone; record it again after "
      "rewind()");
}

Tape::Mark Tape::mark() {
  const Mark mark{arena_.position(), last_, older_epochs_.size(), epoch_, traced_.size()};
  older_epochs_.push_back(epoch_);
  epoch_ = new_epoch();
  return mark;
}

void Tape::rewind(const Mark& mark) {
  if (mark.depth >= older_epochs_.size() || older_epochs_[mark.depth] != mark.epoch) {
    throw std::invalid_argument("Tape::rewind: the tape was already rewound to before this mark");
  }
  last_ = mark.last;
  older_epochs_.resize(mark.depth + 1);
  epoch_ = new_epoch();
  swept_ = false;
  traced_.resize(mark.traced);
  // A variable's adjoint stays, to be added to. What was computed before the mark has passed its own on already.
  for (Record* record = last_; record; record = record->previous) record->operation->release(*record);
  arena_.rewind(mark.position);
}

void Tape::rewind() {
  arena_.rewind({});
  last_ = nullptr;
  older_epochs_.clear();
  epoch_ = new_epoch();
  swept_ = false;
  traced_.clear();
  first_not_finite_.reset();
}

void Tape::forget_adjoints() {
  for (Record* record = last_; record; record = record->previous) record->operation->forget(*record);
}

void Tape::sweep(Record& from) {
  auto traced = traced_.rbegin();
  for (Record* record = &from; record; record = record->previous) {
    record->operation->pull(*record);
    if (!trace_) [[likely]]
      continue;
    while (traced->record != record) ++traced;
    note_adjoints(*traced);
  }
}

void Tape::note(const Record& record, std::vector<const Record*> operands) {
  traced_.push_back({&record, std::move(operands)});
  if (first_not_finite_) return;
  const Matrix<double> value = record.operation->look(record).value;
  if (value.allFinite()) return;
  for (Index i = 0; i < value.size(); ++i) {
    const double number = value.data()[i];
    if (std::isfinite(number)) continue;
    first_not_finite_ =
        fmt::format("{}: value {} at row {}, column {} of {}×{} (record {} of the tape)", record.operation->name,
                    number, i / value.cols(), i % value.cols(), value.rows(), value.cols(), traced_.size());
    return;
  }
}

void Tape::note_adjoints(const Traced& traced) {
  if (first_not_finite_) return;
  for (std::size_t k = 0; k < traced.operands.size(); ++k) {
    const Record& operand = *traced.operands[k];
    const Look look = operand.operation->look(operand);
    if (!look.adjoint || look.adjoint->allFinite()) continue;
    first_not_finite_ = fmt::format(
        "{}: the adjoint of its operand {} ({} {}×{}) is not finite, though every value is",
        traced.record->operation->name, k + 1, operand.operation->name, look.value.rows(), look.value.cols());
    return;
  }
}

}  // namespace autograd
