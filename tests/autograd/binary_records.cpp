#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "tests/autograd/operations.hpp"

namespace autograd_test {

namespace {

using Reference = double (*)(double, double);

// NumPy's rule, written down without the engine: an extent of 1 is repeated.
M broadcast(const M& a, const M& b, Reference f) {
  const Index rows = std::max(a.rows(), b.rows()), cols = std::max(a.cols(), b.cols());
  return M::NullaryExpr(rows, cols, [&](Index i, Index j) {
    return f(a(a.rows() == 1 ? 0 : i, a.cols() == 1 ? 0 : j), b(b.rows() == 1 ? 0 : i, b.cols() == 1 ? 0 : j));
  });
}

struct Shapes {
  const char* form;
  Index a_rows, a_cols, b_rows, b_cols;
};
constexpr Shapes kShapes[] = {
    {"same", 3, 4, 3, 4},
    {"a single one left", 1, 1, 3, 4},
    {"a single one right", 3, 4, 1, 1},
    {"row left", 1, 4, 3, 4},
    {"row right", 3, 4, 1, 4},
    {"column left", 3, 1, 3, 4},
    {"column right", 3, 4, 3, 1},
    {"row and column", 1, 4, 3, 1},
    {"column and row", 3, 1, 1, 4},
    {"row and single", 1, 4, 1, 1},
    {"column and single", 3, 1, 1, 1},
    {"single and single", 1, 1, 1, 1},
    {"columns", 3, 1, 3, 1},
    {"rows", 1, 4, 1, 4},
};

template <class F>
void add_records(std::vector<OperationRecord>& records, const char* name, double low, double high, F f,
                 Reference reference) {
  const auto add = [&](const char* form, std::vector<M> inputs, auto of, auto its_reference) {
    records.push_back({name, form, std::move(inputs), of, its_reference});
  };
  const auto numbers = [reference](const std::vector<M>& x) { return broadcast(x[0], x[1], reference); };
  records.push_back({name,
                     "number, number",
                     {b, sample(1, 1, low, high, 8)},
                     [f](const Vars& x) { return as_matrix(f(number(x[0]), number(x[1]))); },
                     numbers});
  records.push_back({name,
                     "number, plain",
                     {b},
                     [=](const Vars& x) { return as_matrix(f(number(x[0]), c)); },
                     with(number(c), false)});
  records.push_back({name,
                     "plain, number",
                     {b},
                     [=](const Vars& x) { return as_matrix(f(c, number(x[0]))); },
                     with(number(c), true)});
  records.push_back({name, "matrix, number", {a, b}, [f](const Vars& x) { return f(x[0], number(x[1])); }, numbers});
  records.push_back({name, "number, matrix", {b, a}, [f](const Vars& x) { return f(number(x[0]), x[1]); }, numbers});
  records.push_back({name, "matrix, plain", {a}, [=](const Vars& x) { return f(x[0], c); }, with(number(c), false)});
  records.push_back({name, "plain, matrix", {a}, [=](const Vars& x) { return f(c, x[0]); }, with(number(c), true)});
  records.push_back({name, "matrix, Eigen", {a}, [=](const Vars& x) { return f(x[0], row); }, with(row, false)});
  records.push_back({name, "Eigen, matrix", {a}, [=](const Vars& x) { return f(row, x[0]); }, with(row, true)});
  records.push_back(
      {name, "matrix, Eigen temporary", {a}, [=](const Vars& x) { return f(x[0], M(row)); }, with(row, false)});
  records.push_back(
      {name, "Eigen expression, matrix", {a}, [=](const Vars& x) { return f(row * 1.0, x[0]); }, with(row, true)});
  records.push_back(
      {name, "number, Eigen", {b}, [=](const Vars& x) { return f(number(x[0]), row); }, with(row, false)});
}

}  // namespace

std::vector<OperationRecord> binary_records() {
  std::vector<OperationRecord> records;
  const auto add = [&records](const char* name, double low, double high, auto f, auto reference) {
    add_records(records, name, low, high, f, reference);
  };
  add(
      "add", -2, 2, [](const auto& a, const auto& b) { return a + b; }, [](double a, double b) { return a + b; });
  add(
      "subtract", -2, 2, [](const auto& a, const auto& b) { return a - b; }, [](double a, double b) { return a - b; });
  add(
      "multiply", -2, 2, [](const auto& a, const auto& b) { return a * b; }, [](double a, double b) { return a * b; });
  add(
      "divide", 0.5, 2, [](const auto& a, const auto& b) { return a / b; }, [](double a, double b) { return a / b; });
  add(
      "pow", 0.5, 2, [](const auto& a, const auto& b) { return autograd::pow(a, b); },
      [](double a, double b) { return std::pow(a, b); });
  add(
      "minimum", -2, 2, [](const auto& a, const auto& b) { return autograd::minimum(a, b); },
      [](double a, double b) { return std::fmin(a, b); });
  add(
      "maximum", -2, 2, [](const auto& a, const auto& b) { return autograd::maximum(a, b); },
      [](double a, double b) { return std::fmax(a, b); });

  const M condition = sample(3, 4, -1, 1, 3);
  const auto choose = [condition](R x) -> M {
    const auto full = [](const M& m) { return broadcast(m, M::Zero(3, 4), [](double v, double) { return v; }); };
    return (condition.array() > 0).select(full(x[0]).array(), full(x[1]).array());
  };
  for (const Shapes& s : kShapes) {
    records.push_back({"where",
                       s.form,
                       {sample(s.a_rows, s.a_cols, -2, 2, 1), sample(s.b_rows, s.b_cols, -2, 2, 2)},
                       [=](V x) { return where(condition.array() > 0, x[0], x[1]); },
                       choose});
  }
  records.push_back({"where",
                     "number, plain",
                     {number(0.7)},
                     [=](V x) { return where(condition.array() > 0, number(x[0]) + x[0], 3.0); },
                     [=](R x) {
                       return choose({2 * x[0], number(3.0)});
                     }});
  return records;
}

}  // namespace autograd_test
