#pragma once
// A look at what a tape does: the graph behind a value, as text and as a picture, and the operation that first gave a
// number that is not finite.
//
//   Tape tape;
//   Trace trace(tape);          // before anything is recorded
//   ...
//   print_graph(y);             // one line for each record that y depends on
//   trace.first_not_finite();   // "log: value -inf at row 1, column 1 of 2×3 (record 2 of the tape)"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "autograd/core/tape.hpp"

namespace autograd {

// Keeps every record of a tape with its operands until the tape is rewound. Changes no value and no gradient. The tape
// must outlive it.
class Trace final : public Observer {
 public:
  // Throws std::invalid_argument if the tape has an observer or holds records already.
  explicit Trace(Tape& tape);
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  // A sentence that names the first operation whose value or adjoint was not finite.
  const std::optional<std::string>& first_not_finite() const { return first_not_finite_; }

  struct Traced {
    const Record* record;
    std::vector<const Record*> operands;
  };
  // All records, constants among them, in the order in which they were made.
  const std::vector<Traced>& records() const { return records_; }

  void recorded(const Record& record, std::vector<const Record*> operands) override;
  void pulled(const Record& record) override;
  void rewound() override;

 private:
  Tape& tape_;
  std::vector<Traced> records_;
  std::unordered_map<const Record*, std::size_t> place_;  // of a record in records_
  std::optional<std::string> first_not_finite_;
};

// One line for each record that y depends on, in the order of the tape: number, operation, operands, shape, value, and
// adjoint once backward has run. Throws std::invalid_argument if the tape has no Trace.
std::string print_graph(const Tape& tape, const Record& y);
// The same as a picture: dot -Tsvg graph.dot > graph.svg
std::string graph_dot(const Tape& tape, const Record& y);

template <class T>
std::string print_graph(const Var<T>& y) {
  return print_graph(y.tape(), y.node());
}
template <class T>
std::string graph_dot(const Var<T>& y) {
  return graph_dot(y.tape(), y.node());
}

}  // namespace autograd
