#pragma once
// The graph behind a value, for looking at: what Tape{Trace::on} recorded, as text and as Graphviz DOT.

#include <string>

#include "autograd/core/tape.hpp"

namespace autograd {

// One line for each record that y depends on, in the order of the tape: number, operation, operands, shape, value, and
// adjoint once backward has run. Throws std::invalid_argument if the tape was not traced.
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
