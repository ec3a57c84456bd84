#include "autograd/instruments/trace.hpp"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "autograd/core/recorder.hpp"

namespace autograd {

namespace detail {

template <class T>
Look look(const Record& record) {
  const auto& node = static_cast<const Node<T>&>(record);
  Look look;
  if constexpr (Element<T>) {
    look.value = Matrix<double>::Constant(1, 1, static_cast<double>(node.value()));
    if (node.touched() && node.needs_gradient())
      look.adjoint = Matrix<double>::Constant(1, 1, static_cast<double>(node.grad()));
  } else {
    look.value = node.value().template cast<double>();
    if (node.touched() && node.needs_gradient()) look.adjoint = node.grad().template cast<double>();
  }
  return look;
}

template Look look<float>(const Record&);
template Look look<double>(const Record&);
template Look look<Dual<double>>(const Record&);
template Look look<Matrix<float>>(const Record&);
template Look look<Matrix<double>>(const Record&);
template Look look<Matrix<Dual<double>>>(const Record&);

}  // namespace detail

namespace {

struct Line {
  std::size_t number;
  const Tape::Traced* traced;
  Look look;
};

// The records that y depends on, y included, numbered in the order of the tape.
std::map<const Record*, Line> ancestors(const Tape& tape, const Record& y) {
  if (!tape.traced()) {
    throw std::invalid_argument("print_graph: the tape kept no operands; record on a Tape tape{Trace::on}");
  }
  std::map<const Record*, bool> needed{{&y, true}};
  for (auto traced = tape.records().rbegin(); traced != tape.records().rend(); ++traced) {
    if (!needed[traced->record]) continue;
    for (const Record* operand : traced->operands) needed[operand] = true;
  }
  std::map<const Record*, Line> lines;
  for (const Tape::Traced& traced : tape.records()) {
    if (!needed[traced.record]) continue;
    lines[traced.record] = {lines.size() + 1, &traced, traced.record->operation->look(*traced.record)};
  }
  return lines;
}

// A number as it is, a matrix as its shape and first elements.
std::string numbers(const Matrix<double>& matrix) {
  if (matrix.size() == 1) return fmt::format("{:.6g}", matrix(0, 0));
  constexpr Index kShown = 4;
  std::string text = "[";
  for (Index i = 0; i < std::min(matrix.size(), kShown); ++i) {
    text += fmt::format("{}{:.4g}", i ? (i % matrix.cols() ? " " : "; ") : "", matrix.data()[i]);
  }
  return text + (matrix.size() > kShown ? " …]" : "]");
}

std::vector<const Line*> in_order(const std::map<const Record*, Line>& lines) {
  std::vector<const Line*> order(lines.size());
  for (const auto& [record, line] : lines) order[line.number - 1] = &line;
  return order;
}

std::vector<std::string> operand_names(const Line& line, const std::map<const Record*, Line>& lines) {
  std::vector<std::string> names;
  for (const Record* operand : line.traced->operands) names.push_back(fmt::format("v{}", lines.at(operand).number));
  return names;
}

// "v1, v2", by hand: fmt::join makes g++ 12 warn.
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::string print_graph(const Tape& tape, const Record& y) {
  const auto lines = ancestors(tape, y);
  std::string text;
  for (const Line* line : in_order(lines)) {
    const Matrix<double>& value = line->look.value;
    text +=
        fmt::format("{:>5} = {:<28} {:>9}  value {:<26}{}\n", fmt::format("v{}", line->number),
                    fmt::format("{}({})", line->traced->record->operation->name, listed(operand_names(*line, lines))),
                    fmt::format("{}×{}", value.rows(), value.cols()), numbers(value),
                    line->look.adjoint ? "  adjoint " + numbers(*line->look.adjoint) : "");
  }
  return text;
}

std::string graph_dot(const Tape& tape, const Record& y) {
  const auto lines = ancestors(tape, y);
  std::string text = "digraph tape {\n  rankdir=LR;\n  node [shape=box, fontname=\"DejaVu Sans\", fontsize=11];\n";
  for (const Line* line : in_order(lines)) {
    const Record& record = *line->traced->record;
    text += fmt::format("  v{0} [label=\"{1} (v{0})\\n{2}×{3}\\n{4}{5}\"{6}];\n", line->number, record.operation->name,
                        line->look.value.rows(), line->look.value.cols(), numbers(line->look.value),
                        line->look.adjoint ? "\\nadjoint " + numbers(*line->look.adjoint) : "",
                        record.needs_gradient() ? "" : ", style=dashed");
    for (const std::string& operand : operand_names(*line, lines)) {
      text += fmt::format("  {} -> v{};\n", operand, line->number);
    }
  }
  return text + "}\n";
}

}  // namespace autograd
