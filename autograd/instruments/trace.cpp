#include "autograd/instruments/trace.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <map>
#include <set>

#include "autograd/arithmetic/dual.hpp"
#include "autograd/core/errors.hpp"

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

Look look_at(const Record& record) {
#define LOOK_IF_OF(S)                                                    \
  if (record.operation->value_t == typeid(S)) return look_as<S>(record); \
  if (record.operation->value_t == typeid(Matrix<S>)) return look_as<Matrix<S>>(record);
  TAPESTRY_FOR_EACH_ELEMENT(LOOK_IF_OF)
  return {};
}

struct Line {
  std::string name;  // v1, v2, ...
  const Record* record;
  std::vector<std::string> operands;
  Look look;
};

// The records that y depends on, y included, in the order of the tape.
std::vector<Line> ancestors(const Tape& tape, const Record& y) {
  const auto* trace = dynamic_cast<const Trace*>(tape.observer());
  if (!trace) throw_invalid("graph: the tape kept no operands; make a Trace trace(tape) before recording");
  std::set<const Record*> needed{&y};
  for (auto traced = trace->records().rbegin(); traced != trace->records().rend(); ++traced)
    if (needed.contains(traced->record)) needed.insert(traced->operands.begin(), traced->operands.end());
  std::vector<Line> lines;
  std::map<const Record*, std::string> names;
  for (const Trace::Traced& traced : trace->records()) {
    if (!needed.contains(traced.record)) continue;
    std::string& name = names[traced.record] = text_of("v", lines.size() + 1);
    lines.push_back({name, traced.record, {}, look_at(*traced.record)});
    for (const Record* operand : traced.operands) lines.back().operands.push_back(names.at(operand));
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
  std::string text;
  for (const auto& [name, record, operands, look] : ancestors(tape, y)) {
    const std::string operation = text_of(record->operation->name, "(", listed(operands), ")");
    text += right(name, 5) + " = " + left(operation, 28) + " " + right(shape_text(look.value), 9) + "  value " +
            left(numbers(look.value), 26) + (look.adjoint ? "  adjoint " + numbers(*look.adjoint) : "") + "\n";
  }
  return text;
}

std::string graph_dot(const Tape& tape, const Record& y) {
  std::string text = "digraph tape {\n  rankdir=LR;\n  node [shape=box, fontname=\"DejaVu Sans\", fontsize=11];\n";
  for (const auto& [name, record, operands, look] : ancestors(tape, y)) {
    text += text_of("  ", name, " [label=\"", record->operation->name, " (", name, ")\\n", shape_text(look.value),
                    "\\n", numbers(look.value), look.adjoint ? "\\nadjoint " + numbers(*look.adjoint) : "", "\"",
                    record->needs_gradient() ? "" : ", style=dashed", "];\n");
    for (const std::string& operand : operands) text += text_of("  ", operand, " -> ", name, ";\n");
  }
  return text + "}\n";
}

Trace::Trace(Tape& tape) : tape_(tape) {
  if (tape.observer()) throw_invalid("Trace: this tape has an observer already");
  if (tape.arena().used() > 0)
    throw_invalid("Trace: this tape holds records already; make the Trace before anything is recorded");
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
              " of ", shape_text(value), " (record ", records_.size(), " of the tape)");
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
                shape_text(look.value), ") is not finite, though every value is");
    return;
  }
}

void Trace::rewound() {
  records_.clear();
  place_.clear();
  first_not_finite_.reset();
}

}  // namespace autograd
