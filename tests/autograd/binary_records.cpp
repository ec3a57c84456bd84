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
  const auto both = [reference](R x) { return broadcast(x[0], x[1], reference); };
  for (const Shapes& s : kShapes) {
    const M left = sample(s.a_rows, s.a_cols, low, high, 1), right = sample(s.b_rows, s.b_cols, low, high, 5);
    // clang-format off
    add(s.form, {left, right}, [f](V x) { return f(x[0], x[1]); }, both);
    // clang-format on
  }
  const M a = sample(3, 4, low, high, 1), row = sample(1, 4, low, high, 6);
  const M b = sample(1, 1, low, high, 5), d = sample(1, 1, low, high, 8);
  const double c = 1.25;
  const M C = number(c);
  const auto left = [=](const M& other) { return [=](R x) { return broadcast(other, x[0], reference); }; };
  const auto right = [=](const M& other) { return [=](R x) { return broadcast(x[0], other, reference); }; };
  // clang-format off
  add("number, number",           {b, d}, [=](V x) { return as_matrix(f(number(x[0]), number(x[1]))); }, both);
  add("number, plain",            {b},    [=](V x) { return as_matrix(f(number(x[0]), c)); },            right(C));
  add("plain, number",            {b},    [=](V x) { return as_matrix(f(c, number(x[0]))); },            left(C));
  add("matrix, number",           {a, b}, [=](V x) { return f(x[0], number(x[1])); },                    both);
  add("number, matrix",           {b, a}, [=](V x) { return f(number(x[0]), x[1]); },                    both);
  add("matrix, plain",            {a},    [=](V x) { return f(x[0], c); },                               right(C));
  add("plain, matrix",            {a},    [=](V x) { return f(c, x[0]); },                               left(C));
  add("matrix, Eigen",            {a},    [=](V x) { return f(x[0], row); },                             right(row));
  add("Eigen, matrix",            {a},    [=](V x) { return f(row, x[0]); },                             left(row));
  add("matrix, Eigen temporary",  {a},    [=](V x) { return f(x[0], M(row)); },                          right(row));
  add("Eigen expression, matrix", {a},    [=](V x) { return f(row * 1.0, x[0]); },                       left(row));
  add("number, Eigen",            {b},    [=](V x) { return f(number(x[0]), row); },                     right(row));
  // clang-format on
}

}  // namespace

std::vector<OperationRecord> binary_records() {
  std::vector<OperationRecord> records;
  const auto add = [&records](const char* name, double low, double high, auto f, auto reference) {
    add_records(records, name, low, high, f, reference);
  };
  using std::forward;
  // Every function forwards its operands, as std::plus<> does, so that a temporary reaches the operation as one.
  // clang-format off
  add("add",      -2, 2, std::plus<>(),       [](double a, double b) { return a + b; });
  add("subtract", -2, 2, std::minus<>(),      [](double a, double b) { return a - b; });
  add("multiply", -2, 2, std::multiplies<>(), [](double a, double b) { return a * b; });
  add("divide",  0.5, 2, std::divides<>(),    [](double a, double b) { return a / b; });
  add("pow",     0.5, 2, []<class A, class B>(A&& a, B&& b) { return pow(forward<A>(a), forward<B>(b)); },
                         [](double a, double b) { return std::pow(a, b); });
  // clang-format on

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
