#include "autograd/instruments/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "autograd/arithmetic/dual.hpp"

namespace autograd {

namespace {

// A copy of a record's numbers. There is no adjoint where backward never came.
struct Look {
  Matrix<double> value;
  std::optional<Matrix<double>> adjoint;
};

template <class T>
Look look_as(const Record& record) {
  const auto& node = static_cast<const Node<T>&>(record);
  const auto numbers = [](const auto& x) -> Matrix<double> {
    if constexpr (Element<T>)
      return Matrix<double>::Constant(1, 1, double(x));
    else
      return x.template cast<double>();
  };
  Look look{numbers(node.value()), {}};
  if (node.touched() && node.needs_gradient()) look.adjoint = numbers(node.grad());
  return look;
}

// The record's numbers, if it holds a T.
template <class T>
void look_if(const Record& record, Look& look) {
  if (record.operation->value_t == typeid(T)) look = look_as<T>(record);
}

Look look_at(const Record& record) {
  Look look;
  look_if<float>(record, look), look_if<Matrix<float>>(record, look);
  look_if<double>(record, look), look_if<Matrix<double>>(record, look);
  look_if<Dual<double>>(record, look), look_if<Matrix<Dual<double>>>(record, look);
  return look;
}

struct Line {
  std::size_t number;
  const Trace::Traced* traced;
  Look look;
};

// The records that y depends on, y included, numbered in the order of the tape.
std::map<const Record*, Line> ancestors(const Tape& tape, const Record& y) {
  const auto* trace = dynamic_cast<const Trace*>(tape.observer());
  if (!trace) {
    throw std::invalid_argument("graph: the tape kept no operands; make a Trace trace(tape) before recording");
  }
  std::map<const Record*, bool> needed{{&y, true}};
  for (auto traced = trace->records().rbegin(); traced != trace->records().rend(); ++traced) {
    if (!needed[traced->record]) continue;
    for (const Record* operand : traced->operands) needed[operand] = true;
  }
  std::map<const Record*, Line> lines;
  for (const Trace::Traced& traced : trace->records()) {
    if (!needed[traced.record]) continue;
    lines[traced.record] = {lines.size() + 1, &traced, look_at(*traced.record)};
  }
  return lines;
}

// A number as it is, a matrix by its first elements.
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

Trace::Trace(Tape& tape) : tape_(tape) {
  if (tape.observer()) throw std::invalid_argument("Trace: this tape has an observer already");
  if (tape.arena().used() > 0) {
    throw std::invalid_argument("Trace: this tape holds records already; make the Trace before anything is recorded");
  }
  tape.observe(this);
}

Trace::~Trace() { tape_.observe(nullptr); }

void Trace::recorded(const Record& record, std::vector<const Record*> operands) {
  place_[&record] = records_.size();
  records_.push_back({&record, std::move(operands)});
  if (first_not_finite_) return;
  const Matrix<double> value = look_at(record).value;
  const auto end = value.data() + value.size();
  const auto bad = std::find_if(value.data(), end, [](double x) { return !std::isfinite(x); });
  if (bad == end) return;
  const Index i = bad - value.data();
  first_not_finite_ =
      fmt::format("{}: value {} at row {}, column {} of {}×{} (record {} of the tape)", record.operation->name, *bad,
                  i / value.cols(), i % value.cols(), value.rows(), value.cols(), records_.size());
}

void Trace::pulled(const Record& record) {
  if (first_not_finite_) return;
  const std::vector<const Record*>& operands = records_[place_.at(&record)].operands;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Record& operand = *operands[k];
    const Look look = look_at(operand);
    if (!look.adjoint || look.adjoint->allFinite()) continue;
    first_not_finite_ =
        fmt::format("{}: the adjoint of its operand {} ({} {}×{}) is not finite, though every value is",
                    record.operation->name, k + 1, operand.operation->name, look.value.rows(), look.value.cols());
    return;
  }
}

void Trace::rewound() {
  records_.clear();
  place_.clear();
  first_not_finite_.reset();
}

}  // namespace autograd
