#include "autograd/instruments/trace.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <map>
#include <stdexcept>

#include "autograd/arithmetic/dual.hpp"
#include "autograd/core/text.hpp"

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
  if (matrix.size() == 1) return text_of(matrix(0, 0));
  constexpr Index kShown = 4;
  std::string text = "[";
  for (Index i = 0; i < std::min(matrix.size(), kShown); ++i) {
    text += text_of(i ? (i % matrix.cols() ? " " : "; ") : "", std::setprecision(4), matrix.data()[i]);
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
  for (const Record* operand : line.traced->operands) names.push_back(text_of("v", lines.at(operand).number));
  return names;
}

// "v1, v2"
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// What a text is short of `width` characters. In UTF-8 a byte 10xxxxxx continues a character.
std::string blanks(const std::string& text, Index width) {
  const auto characters = std::ranges::count_if(text, [](char byte) { return (byte & 0xc0) != 0x80; });
  return std::string(std::max<Index>(0, width - characters), ' ');
}
// A text at the right or left end of a column.
std::string right(const std::string& text, Index width) { return blanks(text, width) + text; }
std::string left(const std::string& text, Index width) { return text + blanks(text, width); }

}  // namespace

std::string print_graph(const Tape& tape, const Record& y) {
  const auto lines = ancestors(tape, y);
  std::string text;
  for (const Line* line : in_order(lines)) {
    const Matrix<double>& value = line->look.value;
    const std::string operation =
        text_of(line->traced->record->operation->name, "(", listed(operand_names(*line, lines)), ")");
    text += right(text_of("v", line->number), 5) + " = " + left(operation, 28) + " " +
            right(shape_text(value.rows(), value.cols()), 9) + "  value " + left(numbers(value), 26) +
            (line->look.adjoint ? "  adjoint " + numbers(*line->look.adjoint) : "") + "\n";
  }
  return text;
}

std::string graph_dot(const Tape& tape, const Record& y) {
  const auto lines = ancestors(tape, y);
  std::string text = "digraph tape {\n  rankdir=LR;\n  node [shape=box, fontname=\"DejaVu Sans\", fontsize=11];\n";
  for (const Line* line : in_order(lines)) {
    const Record& record = *line->traced->record;
    text += text_of("  v", line->number, " [label=\"", record.operation->name, " (v", line->number, ")\\n",
                    shape_text(line->look.value.rows(), line->look.value.cols()), "\\n", numbers(line->look.value),
                    line->look.adjoint ? "\\nadjoint " + numbers(*line->look.adjoint) : "", "\"",
                    record.needs_gradient() ? "" : ", style=dashed", "];\n");
    for (const std::string& operand : operand_names(*line, lines)) {
      text += text_of("  ", operand, " -> v", line->number, ";\n");
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
      text_of(record.operation->name, ": value ", *bad, " at row ", i / value.cols(), ", column ", i % value.cols(),
              " of ", shape_text(value.rows(), value.cols()), " (record ", records_.size(), " of the tape)");
}

void Trace::pulled(const Record& record) {
  if (first_not_finite_) return;
  const std::vector<const Record*>& operands = records_[place_.at(&record)].operands;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Record& operand = *operands[k];
    const Look look = look_at(operand);
    if (!look.adjoint || look.adjoint->allFinite()) continue;
    first_not_finite_ =
        text_of(record.operation->name, ": the adjoint of its operand ", k + 1, " (", operand.operation->name, " ",
                shape_text(look.value.rows(), look.value.cols()), ") is not finite, though every value is");
    return;
  }
}

void Trace::rewound() {
  records_.clear();
  place_.clear();
  first_not_finite_.reset();
}

}  // namespace autograd
