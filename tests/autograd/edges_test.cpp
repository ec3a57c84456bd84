// Kinks, infinities and NaN: the table of autograd/README.md, row by row, for numbers and for matrices.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "tests/autograd/operations.hpp"
#include "tests/not_finite.hpp"

using namespace autograd_test;
using autograd::Matrix;
namespace rules = autograd::rules;

namespace {

struct Row {
  std::string operation;
  std::vector<double> operands, value, derivatives;
};

double number_of(const std::string& text) {
  if (text == "∞") return kInfinity;
  if (text == "-∞") return -kInfinity;
  if (text == "NaN") return kNaN;
  return std::stod(text);
}

// "∞, -0" as numbers.
std::vector<double> numbers_of(const std::string& cell) {
  std::vector<double> numbers;
  std::istringstream in(cell);
  for (std::string text; std::getline(in >> std::ws, text, ',');) {
    numbers.push_back(number_of(text.substr(0, text.find_last_not_of(' ') + 1)));
  }
  return numbers;
}

// The lines "| `operation` | operands | value | derivatives | remark |".
std::vector<Row> table() {
  std::ifstream in(TAPESTRY_DATA "/../../autograd/README.md");
  std::vector<Row> rows;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `")) continue;
    std::istringstream cells(line.substr(1));
    std::vector<std::string> cell(4);
    for (std::string& text : cell) std::getline(cells, text, '|');
    if (cell[3].empty()) continue;  // another table, of fewer columns
    rows.push_back(
        {cell[0].substr(2, cell[0].rfind('`') - 2), numbers_of(cell[1]), numbers_of(cell[2]), numbers_of(cell[3])});
  }
  return rows;
}

// Exactly, with the sign of zero.
bool is(double found, double expected) {
  if (std::isnan(expected)) return std::isnan(found);
  return found == expected && std::signbit(found) == std::signbit(expected);
}
// Zeros of either sign are the same derivative.
bool is_slope(double found, double expected) { return found == expected || is(found, expected); }

// A value and its derivatives, which are compared with a row.
template <class S>
struct Found {
  std::vector<S> value, derivatives;
};
template <class S>
bool agrees(const Found<S>& found, const Row& row) {
  if (found.value.size() != row.value.size() || found.derivatives.size() != row.derivatives.size()) return false;
  for (std::size_t i = 0; i < row.value.size(); ++i)
    if (!is(found.value[i], row.value[i])) return false;
  for (std::size_t i = 0; i < row.derivatives.size(); ++i)
    if (!is_slope(found.derivatives[i], row.derivatives[i])) return false;
  return true;
}

// An elementwise rule of one or two operands, for numbers and for matrices.
template <class S>
struct Elementwise {
  std::string name;
  std::size_t operands;
  std::function<Var<S>(const std::vector<Var<S>>&)> of_numbers;
  std::function<Var<Matrix<S>>(const std::vector<Var<Matrix<S>>>&)> of_matrices;
};
template <class S, class... A, class... B>
std::vector<Elementwise<S>> all_elementwise(std::tuple<A...>, std::tuple<B...>) {
  return {{A::name.text, 1, [](const auto& x) { return autograd::elementwise<A>(x[0]); },
           [](const auto& x) { return autograd::elementwise<A>(x[0]); }}...,
          {B::name.text, 2, [](const auto& x) { return autograd::elementwise<B>(x[0], x[1]); },
           [](const auto& x) { return autograd::elementwise<B>(x[0], x[1]); }}...};
}

template <class S>
Found<S> as_numbers(const Elementwise<S>& f, const Row& row) {
  Tape tape;
  std::vector<Var<S>> x;
  for (const double operand : row.operands) x.push_back(tape.variable(S(operand)));
  const Var<S> y = f.of_numbers(x);
  tape.backward(y);
  Found<S> found{{y.value()}, {}};
  for (const Var<S>& operand : x) found.derivatives.push_back(operand.grad());
  return found;
}

// The row's operands at place k of n, ordinary numbers at the others.
template <class S>
Found<S> at_place(const Elementwise<S>& f, const Row& row, Index k, Index n) {
  Tape tape;
  std::vector<Var<Matrix<S>>> x;
  for (const double operand : row.operands) {
    Matrix<S> matrix = Matrix<S>::Constant(1, n, S(0.5));
    matrix(0, k) = S(operand);
    x.push_back(tape.variable(matrix));
  }
  const Var<Matrix<S>> y = f.of_matrices(x);
  tape.backward(sum(y));
  Found<S> found{{y.value()(0, k)}, {}};
  for (const auto& operand : x) found.derivatives.push_back(operand.grad()(0, k));
  return found;
}

// log_sum_exp or log_softmax of the row, between two ordinary rows of a matrix.
template <class S>
Found<S> as_row(const Row& row) {
  Tape tape;
  const Index d = row.operands.size();
  Matrix<S> values = Matrix<S>::Constant(3, d, S(0.5));
  for (Index j = 0; j < d; ++j) values(1, j) = S(row.operands[j]);
  const auto x = tape.variable(values);
  const auto y = row.operation == "log_softmax" ? log_softmax(x) : log_sum_exp(x, By::row);
  tape.backward(at(y, 1, 0));
  Found<S> found;
  for (Index j = 0; j < y.cols(); ++j) found.value.push_back(y.value()(1, j));
  for (Index j = 0; j < d; ++j) found.derivatives.push_back(x.grad()(1, j));
  return found;
}

template <class S>
void check_elementwise(const Elementwise<S>& f, const Row& row) {
  REQUIRE(row.operands.size() == f.operands);
  CHECK(agrees(as_numbers(f, row), row));
  // A single element is computed as a number; 37 are whole registers and a part of one.
  for (const Index n : {1, 2, 37}) {
    for (Index k = 0; k < n; ++k) {
      CAPTURE(k);
      CHECK(agrees(at_place(f, row, k, n), row));
    }
  }
}

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE_TEMPLATE("edges: every row of the table, for numbers and at every place of a matrix", S, float, double) {
    const auto rows = table();
    CHECK(rows.size() > 60);  // the table was found
    const auto operations = all_elementwise<S>(rules::Unary{}, rules::Binary{});
    for (const Row& row : rows) {
      CAPTURE(row.operation);
      CAPTURE(row.operands);
      if (row.operation == "log_sum_exp" || row.operation == "log_softmax") {
        CHECK(agrees(as_row<S>(row), row));
        continue;
      }
      const auto f = std::ranges::find(operations, row.operation, &Elementwise<S>::name);
      REQUIRE(f != operations.end());
      check_elementwise(*f, row);
    }
  }

  TEST_CASE("edges: the table has a row for each operation that has a tie, a kink, or a pole") {
    const auto rows = table();
    for (const std::string name : {"sqrt", "exp", "log", "log1p", "tanh", "sigmoid", "relu", "softplus", "log_sigmoid",
                                   "abs", "multiply", "divide", "pow", "log_sum_exp", "log_softmax"}) {
      CAPTURE(name);
      CHECK(std::ranges::count(rows, name, &Row::operation) >= 1);
    }
  }

  TEST_CASE("edges: what is compared with a row differs from it in a value, a sign, or a derivative") {
    const Row row{"f", {0}, {0}, {1}};
    CHECK(agrees(Found<double>{{0}, {1}}, row));
    CHECK_FALSE(agrees(Found<double>{{-0.0}, {1}}, row));
    CHECK_FALSE(agrees(Found<double>{{kNaN}, {1}}, row));
    CHECK_FALSE(agrees(Found<double>{{0}, {kNaN}}, row));
    CHECK_FALSE(agrees(Found<double>{{0}, {0}}, row));
    CHECK_FALSE(agrees(Found<double>{{0}, {}}, row));
    CHECK(agrees(Found<double>{{0}, {-0.0}}, Row{"f", {0}, {0}, {0}}));
    CHECK(is(number_of("-0"), -0.0));
  }

  TEST_CASE_TEMPLATE("edges: 0 flows into the branch that is not taken, and a safe argument keeps NaN out", S, float,
                     double) {
    Tape tape;
    Matrix<S> values(1, 3);
    values << S(0), S(4), S(-1);
    const auto x = tape.variable(values);
    tape.backward(sum(where(values.array() > 0, sqrt(x), S(0))));
    CHECK(std::isnan(x.grad()(0, 0)));
    CHECK(x.grad()(0, 1) == S(0.25));
    CHECK(std::isnan(x.grad()(0, 2)));
    tape.backward(sum(where(values.array() > 0, sqrt(where(values.array() > 0, x, S(1))), S(0))));
    Matrix<S> expected(1, 3);
    expected << S(0), S(0.25), S(0);
    CHECK(Matrix<S>(x.grad()) == expected);
  }

  TEST_CASE_TEMPLATE("edges: nothing flows back from a number whose adjoint is 0, and 0 ∞ from an element", S, float,
                     double) {
    Tape tape;
    const auto number = tape.variable(S(0));
    tape.backward(0 * sqrt(number));
    CHECK(number.grad() == 0);
    const auto matrix = tape.variable(Matrix<S>(Matrix<S>::Zero(1, 2)));
    tape.backward(sum(0 * sqrt(matrix)));
    CHECK(std::isnan(matrix.grad()(0, 0)));
  }
}
