// The messages of errors name the operation, the shapes that it was given, and the rule that these break.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <utility>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;

#define CHECK_MESSAGE_OF(expression, text) CHECK_THROWS_WITH_AS(expression, text, std::invalid_argument)

namespace {

Var<M> zeros(Tape& tape, Index rows, Index cols) { return tape.variable(M::Zero(rows, cols)); }

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("errors: shapes that do not broadcast") {
    Tape tape;
    const auto a = zeros(tape, 3, 4), b = zeros(tape, 5, 4);
    const std::string rule = " (rows and columns must be equal, or 1 to be repeated)";
    CHECK_MESSAGE_OF(a + b, ("add: a is 3×4, b is 5×4" + rule).c_str());
    CHECK_MESSAGE_OF(a - zeros(tape, 3, 2), ("subtract: a is 3×4, b is 3×2" + rule).c_str());
    CHECK_MESSAGE_OF(a * M::Zero(4, 3), ("multiply: a is 3×4, b is 4×3" + rule).c_str());
    CHECK_MESSAGE_OF(M::Zero(1, 3) / a, ("divide: a is 1×3, b is 3×4" + rule).c_str());
    CHECK_MESSAGE_OF(pow(a, zeros(tape, 0, 4)), ("pow: a is 3×4, b is 0×4" + rule).c_str());
    const M condition = M::Ones(3, 4);
    CHECK_MESSAGE_OF(where(condition, zeros(tape, 2, 4), 0), ("where: the condition is 3×4, a is 2×4" + rule).c_str());
    CHECK_MESSAGE_OF(where(condition, 0, zeros(tape, 3, 3)), ("where: the condition is 3×4, b is 3×3" + rule).c_str());
    CHECK_MESSAGE_OF(where(M::Ones(1, 4), a, 0), ("where: the condition is 1×4, a is 3×4" + rule).c_str());
  }

  TEST_CASE("errors: products") {
    Tape tape;
    const auto a = zeros(tape, 3, 4), b = zeros(tape, 5, 2);
    CHECK_MESSAGE_OF(matmul(a, b), "matmul: inner dimensions differ: A is 3×4, B is 5×2 (need A.cols == B.rows)");
    CHECK_THROWS_AS(affine(a, b, zeros(tape, 1, 2)), std::invalid_argument);
    CHECK_MESSAGE_OF(affine(a, zeros(tape, 4, 2), zeros(tape, 1, 3)),
                     "affine: W is 4×2, b is 1×3 (need b to be 1×W.cols)");
    CHECK_MESSAGE_OF(affine(a, zeros(tape, 4, 2), zeros(tape, 3, 2)),
                     "affine: W is 4×2, b is 3×2 (need b to be 1×W.cols)");
    CHECK_MESSAGE_OF(dot(a, zeros(tape, 4, 3)), "dot: a is 3×4, b is 4×3 (need equal shapes)");
    CHECK_MESSAGE_OF(dot(a, zeros(tape, 3, 3)), "dot: a is 3×4, b is 3×3 (need equal shapes)");
    CHECK_MESSAGE_OF(dot(a, zeros(tape, 2, 4)), "dot: a is 3×4, b is 2×4 (need equal shapes)");
  }

  TEST_CASE("errors: shapes, blocks and stacks") {
    Tape tape;
    const auto a = zeros(tape, 3, 4);
    CHECK_MESSAGE_OF(reshape(a, 5, 2), "reshape: X is 3×4, the result is 5×2 (need as many elements)");
    CHECK_MESSAGE_OF(reshape(a, -6, -2), "reshape: X is 3×4, the result is -6×-2 (need as many elements)");
    CHECK_MESSAGE_OF(at(a, 3, 0), "at: 1 row from 3 on, of a 3×4 matrix (need 0 <= first and first + count <= 3)");
    CHECK_MESSAGE_OF(at(a, 0, -1),
                     "at: 1 column from -1 on, of a 3×4 matrix (need 0 <= first and first + count <= 4)");
    CHECK_MESSAGE_OF(rows(a, 2, 3),
                     "rows: 3 rows from 2 on, of a 3×4 matrix (need 0 <= first and first + count <= 3)");
    CHECK_MESSAGE_OF(columns(a, -1, 2),
                     "columns: 2 columns from -1 on, of a 3×4 matrix (need 0 <= first and first + count <= 4)");
    CHECK_THROWS_AS(rows(a, 1, -1), std::invalid_argument);
    // first + count is no Index any more
    constexpr Index kMost = std::numeric_limits<Index>::max();
    CHECK_MESSAGE_OF(
        rows(a, 1, kMost),
        "rows: 9223372036854775807 rows from 1 on, of a 3×4 matrix (need 0 <= first and first + count <= 3)");
    CHECK_THROWS_AS(rows(a, kMost, 1), std::invalid_argument);
    CHECK_THROWS_AS(columns(a, kMost, kMost), std::invalid_argument);
    CHECK_THROWS_AS(reshape(zeros(tape, 0, 4), Index{1} << 32, Index{1} << 32), std::invalid_argument);
    CHECK_MESSAGE_OF(hstack(a, zeros(tape, 4, 4)), "hstack: A is 3×4, B is 4×4 (need equal rows)");
  }

  TEST_CASE("errors: pick") {
    Tape tape;
    const auto a = zeros(tape, 3, 4);
    const auto picking = [&](std::vector<int> column) { return pick(a, std::span<const int>(column)); };
    CHECK(picking({0, 3, 1}).rows() == 3);
    CHECK_MESSAGE_OF(picking({0, 1}), "pick: X has 3 rows, 2 columns are given (need one a row)");
    CHECK_THROWS_WITH_AS(picking({0, 4, 1}), "pick: column 4 of a 3×4 matrix (need 0 to 3)", std::out_of_range);
    CHECK_THROWS_WITH_AS(picking({0, 1, -1}), "pick: column -1 of a 3×4 matrix (need 0 to 3)", std::out_of_range);
  }

  TEST_CASE("errors: reductions of nothing") {
    Tape tape;
    const auto none = zeros(tape, 0, 3);
    CHECK_MESSAGE_OF(mean(none), "mean: x is 0×3 (need at least one element)");
    CHECK_MESSAGE_OF(mean(none, By::row), "mean: x is 0×3 (need at least one element)");
    CHECK_MESSAGE_OF(prod(none), "prod: x is 0×3 (need at least one element)");
    CHECK_MESSAGE_OF(log_sum_exp(zeros(tape, 2, 0), By::column), "log_sum_exp: x is 2×0 (need at least one element)");
    CHECK_MESSAGE_OF(log_softmax(zeros(tape, 2, 0)), "log_softmax: x is 2×0 (need at least one element)");
    const std::vector<Var<double>> empty;
    CHECK_MESSAGE_OF(sum(empty), "stack: the span is empty (need at least one Var)");
    CHECK_MESSAGE_OF(prod(empty), "stack: the span is empty (need at least one Var)");
    CHECK_MESSAGE_OF(log_sum_exp(empty), "stack: the span is empty (need at least one Var)");
    const auto first = [](std::span<const Var<double>> x) {
      return autograd::record<"first">([](auto& x) { return x[0].value(); },
                                       [](auto& y, auto& x) { x[0].accumulate(y.grad()); }, x);
    };
    CHECK_MESSAGE_OF(first(empty), "record: an operand is an empty span (need at least one Var)");
    CHECK(first(std::vector{tape.variable(3.0)}).value() == 3);
  }

  TEST_CASE("errors: matrices that are not square or not positive definite, and solves whose shapes differ") {
    Tape tape;
    const auto a = zeros(tape, 3, 4), square = zeros(tape, 3, 3);
    CHECK_MESSAGE_OF(cholesky(a), "cholesky: A is 3×4 (need a square matrix)");
    CHECK_MESSAGE_OF(log_det(a), "log_det: L is 3×4 (need a square matrix)");
    CHECK_MESSAGE_OF(solve_lower(a, square), "solve_lower: L is 3×4 (need a square matrix)");
    CHECK_MESSAGE_OF(solve_lower(square, zeros(tape, 2, 1)),
                     "solve_lower: L is 3×3, B is 2×1 (need L.cols == B.rows)");

    M indefinite(2, 2), nan = M::Identity(3, 3);
    indefinite << 1, 2, 2, 1;
    nan(2, 0) = std::nan("");
    CHECK_THROWS_WITH_AS(cholesky(tape.variable(indefinite)),
                         "cholesky: the 2×2 matrix is not positive definite (smallest eigenvalue -1)",
                         std::domain_error);
    CHECK_THROWS_WITH_AS(cholesky(tape.variable(number(-2.0))),
                         "cholesky: the 1×1 matrix is not positive definite (smallest eigenvalue -2)",
                         std::domain_error);
    CHECK_THROWS_WITH_AS(cholesky(square), "cholesky: the 3×3 matrix is not positive definite (smallest eigenvalue 0)",
                         std::domain_error);
    CHECK_THROWS_AS(cholesky(tape.variable(nan)), std::domain_error);
    CHECK_THROWS_AS(cholesky(tape.variable(number(std::nan("")))), std::domain_error);
    CHECK(cholesky(tape.variable(number(4.0))).value()(0, 0) == 2);
  }

  TEST_CASE("errors: watching a matrix with a gradient of another shape") {
    Tape tape;
    const M value = M::Zero(3, 4);
    M gradient(4, 3);
    CHECK_MESSAGE_OF(autograd::watch(tape, autograd::ConstMatrixMap<double>(value.data(), 3, 4),
                                     autograd::MatrixMap<double>(gradient.data(), 4, 3)),
                     "watch: the value is 3×4, its gradient is 4×3 (need equal shapes)");
    // rows alone, and columns alone
    for (const auto& [rows, cols] : {std::pair<Index, Index>{2, 4}, {3, 2}}) {
      CHECK_THROWS_AS(autograd::watch(tape, autograd::ConstMatrixMap<double>(value.data(), 3, 4),
                                      autograd::MatrixMap<double>(gradient.data(), rows, cols)),
                      std::invalid_argument);
    }
  }

  TEST_CASE("errors: a gradient of as many rows and other columns, or of as many columns and other rows") {
    Tape tape;
    const auto x = zeros(tape, 2, 3);
    const auto of = [&](Index rows, Index cols) {
      return autograd::record<"wrong">([=](auto&) { return M::Ones(rows, cols); },
                                       [](auto& y, auto& x) { x.accumulate(y.grad()); }, x);
    };
    CHECK_MESSAGE_OF(tape.backward(sum(of(2, 4))),
                     "accumulate: the value is 2×3, its gradient is 2×4 (need equal shapes)");
    CHECK_MESSAGE_OF(tape.backward(sum(of(1, 3))),
                     "accumulate: the value is 2×3, its gradient is 1×3 (need equal shapes)");
    tape.backward(sum(of(2, 3)));
    CHECK(M(x.grad()) == M::Ones(2, 3));
  }
}
