#pragma once
// The table of operations: one record for each operation and each form of its operands.

#include <functional>
#include <string>
#include <vector>

#include "autograd/autograd.hpp"
#include "autograd/instruments/gradcheck.hpp"

namespace autograd_test {

using autograd::By;
using autograd::Index;
using autograd::Tape;
using autograd::Trace;
using autograd::Var;
using M = autograd::Matrix<double>;
using Vars = std::vector<Var<M>>;

// The parameters of the functions in the tables: V is what the engine's function gets, R what its reference gets.
using V = const Vars&;
using R = const std::vector<M>&;

// n×d numbers spread over (low, high) in no order, the same ones for the same seed. None is closer than 1e-3 to 0.
M sample(Index rows, Index cols, double low, double high, unsigned seed);

// One operation in one form. Inputs are matrices; a number is the 1×1 matrix whose only element `number` takes out.
struct OperationRecord {
  std::string name;                                   // of the record on the tape
  std::string form;                                   // "row and column", "span", ...
  std::vector<M> inputs;                              // inside the domain, and away from kinks
  std::function<Var<M>(const Vars&)> f;               // by the engine
  std::function<M(const std::vector<M>&)> reference;  // by loops and the standard library
  double tolerance = 1e-8;                            // of the gradient check
};

Var<double> number(const Var<M>& x);
M number(double x);

std::vector<OperationRecord> unary_records();
std::vector<OperationRecord> binary_records();
std::vector<OperationRecord> reduction_records();
std::vector<OperationRecord> shape_records();
std::vector<OperationRecord> linear_algebra_records();
std::vector<OperationRecord> all_records();

// The check of one record: its message, empty where the gradient agrees.
std::string disagreement(const OperationRecord& record);

}  // namespace autograd_test
