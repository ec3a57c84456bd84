#pragma once
// Reverse-mode differentiation of numbers, whole: a tape, the arithmetic that records on it, and the sweep back. The
// text of the chapter writes it step by step.

#include <cmath>
#include <utility>
#include <vector>

namespace tiny {

// An operand x of a value y: the number of the record that holds x, and the slope ∂y/∂x.
struct Operand {
  int number;
  double slope;
};

// A value y, what it was computed from, and the adjoint ȳ = ∂f/∂y of the result f that was swept.
struct Record {
  double value;
  std::vector<Operand> operands;
  double adjoint = 0;
};

struct Var;

struct Tape {
  std::vector<Record> records;  // every record stands after its operands

  Var variable(double x);
  Var record(double value, std::vector<Operand> operands);
  void backward(Var f);
};

// What a program computes with: a place on a tape.
struct Var {
  Tape* tape;
  int number;
  double value() const { return tape->records[number].value; }
  double grad() const { return tape->records[number].adjoint; }
};

inline Var Tape::variable(double x) { return record(x, {}); }

inline Var Tape::record(double value, std::vector<Operand> operands) {
  records.push_back({value, std::move(operands)});
  return {this, int(records.size()) - 1};
}

inline void Tape::backward(Var f) {
  for (Record& record : records) record.adjoint = 0;
  records[f.number].adjoint = 1;
  for (int y = f.number; y >= 0; --y)
    for (const auto& [x, slope] : records[y].operands)
      records[x].adjoint += records[y].adjoint * slope;  // x̄ += ȳ ∂y/∂x
}

// y = φ(a) and y = φ(a, b), with their slopes.
inline Var unary(Var a, double y, double da) { return a.tape->record(y, {{a.number, da}}); }
inline Var binary(Var a, Var b, double y, double da, double db) {
  return a.tape->record(y, {{a.number, da}, {b.number, db}});
}

// clang-format off
//                                                          y                      ∂y/∂a           ∂y/∂b
inline Var operator+(Var a, Var b)    { return binary(a, b, a.value() + b.value(), 1,              1); }
inline Var operator-(Var a, Var b)    { return binary(a, b, a.value() - b.value(), 1,             -1); }
inline Var operator*(Var a, Var b)    { return binary(a, b, a.value() * b.value(), b.value(),      a.value()); }
inline Var operator+(double c, Var a) { return unary (a,    c + a.value(),         1); }
inline Var operator-(double c, Var a) { return unary (a,    c - a.value(),        -1); }
inline Var operator*(double c, Var a) { return unary (a,    c * a.value(),         c); }
inline Var sin (Var a)                { return unary (a,    std::sin(a.value()),   std::cos(a.value())); }
inline Var log (Var a)                { return unary (a,    std::log(a.value()),   1 / a.value()); }
inline Var exp (Var a)  { const double y = std::exp(a.value());  return unary(a, y, y); }
inline Var tanh(Var a)  { const double y = std::tanh(a.value()); return unary(a, y, 1 - y * y); }
// clang-format on

}  // namespace tiny
