#include <cmath>
#include <span>
#include <utility>

#include "tests/autograd/operations.hpp"

namespace autograd_test {

namespace {

using Numbers = std::vector<double>;

// The reference of a reduction: f of all numbers (rows = cols = 1), of each row (cols = 1), or of each column.
M reduced(const M& x, Index rows, Index cols, double (*f)(const Numbers&)) {
  return M::NullaryExpr(rows, cols, [&](Index i, Index j) {
    Numbers lane;
    for (Index r = rows == 1 ? 0 : i; r < (rows == 1 ? x.rows() : i + 1); ++r) {
      for (Index c = cols == 1 ? 0 : j; c < (cols == 1 ? x.cols() : j + 1); ++c) lane.push_back(x(r, c));
    }
    return f(lane);
  });
}

double sum_of(const Numbers& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum;
}
double mean_of(const Numbers& x) { return sum_of(x) / x.size(); }
double product_of(const Numbers& x) {
  double product = 1;
  for (const double v : x) product *= v;
  return product;
}
double log_sum_exp_of(const Numbers& x) {
  double sum = 0;
  for (const double v : x) sum += std::exp(v);
  return std::log(sum);
}

auto reduction(double (*f)(const Numbers&), Index rows, Index cols) {
  return [=](R x) { return reduced(x[0], rows, cols, f); };
}
M log_softmax_of(R x) { return x[0] - reduced(x[0], x[0].rows(), 1, log_sum_exp_of).replicate(1, x[0].cols()); }

// The elements of a row as scalar Vars.
std::vector<Var<double>> numbers(const Var<M>& x) {
  std::vector<Var<double>> out;
  for (Index j = 0; j < x.cols(); ++j) out.push_back(at(x, 0, j));
  return out;
}

struct Reduction {
  const char* name;
  Var<double> (*whole)(const Var<M>&);
  Var<M> (*by)(const Var<M>&, By);
  double (*reference)(const Numbers&);
};
const Reduction kReductions[] = {
    {"sum", autograd::sum, autograd::sum, sum_of},
    {"sum", autograd::mean, autograd::mean, mean_of},
    {"prod", autograd::prod, autograd::prod, product_of},
    {"log_sum_exp", autograd::log_sum_exp, autograd::log_sum_exp, log_sum_exp_of},
};

}  // namespace

std::vector<OperationRecord> reduction_records() {
  std::vector<OperationRecord> records;
  const auto add = [&records](const char* name, const char* form, std::vector<M> inputs, auto f, auto reference) {
    records.push_back({name, form, std::move(inputs), f, reference});
  };
  for (const auto& [name, whole, by, reference] : kReductions) {
    for (const auto& [n, d] : {std::pair{3, 4}, std::pair{1, 5}, std::pair{5, 1}, std::pair{1, 1}}) {
      const M x = sample(n, d, -2, 2, 1);
      // clang-format off
      add(name, "all",       {x}, [f = whole](V x) { return as_matrix(f(x[0])); }, reduction(reference, 1, 1));
      add(name, "by row",    {x}, [f = by](V x) { return f(x[0], By::row); },      reduction(reference, n, 1));
      add(name, "by column", {x}, [f = by](V x) { return f(x[0], By::column); },   reduction(reference, 1, d));
      // clang-format on
    }
  }
  M zeros = sample(3, 4, -2, 2, 1);  // rows with one zero, with two, and with none
  zeros(0, 1) = zeros(1, 0) = zeros(1, 3) = 0;
  const auto product = [](Index rows, Index cols) { return reduction(product_of, rows, cols); };
  const M one = zeros.row(0), two = zeros.row(1);
  const M row = sample(1, 5, -2, 2, 1), x = sample(3, 4, -3, 3, 3), y = sample(3, 4, -2, 2, 8);
  // clang-format off
  add("prod", "zeros, all",       {zeros}, [](V x) { return as_matrix(prod(x[0])); },          product(1, 1));
  add("prod", "zeros, by row",    {zeros}, [](V x) { return prod(x[0], By::row); },            product(3, 1));
  add("prod", "zeros, by column", {zeros}, [](V x) { return prod(x[0], By::column); },         product(1, 4));
  add("prod", "zero, span",       {one},   [](V x) { return as_matrix(prod(numbers(x[0]))); }, product(1, 1));
  add("prod", "zeros, span",      {two},   [](V x) { return as_matrix(prod(numbers(x[0]))); }, product(1, 1));
  add("prod", "span",             {row},   [](V x) { return as_matrix(prod(numbers(x[0]))); }, product(1, 1));

  add("sum",          "span",     {row},  [](V x) { return as_matrix(sum(numbers(x[0]))); },
                                          reduction(sum_of, 1, 1));
  add("log_sum_exp",  "span",     {row},  [](V x) { return as_matrix(log_sum_exp(numbers(x[0]))); },
                                          reduction(log_sum_exp_of, 1, 1));
  add("stack",        "span",     {row},  [](V x) { return stack(std::span<const Var<double>>(numbers(x[0]))); },
                                          [](R x) { return x[0]; });
  add("dot",          "matrices", {x, y}, [](V x) { return as_matrix(dot(x[0], x[1])); },
                                          [](R x) { return number((x[0].array() * x[1].array()).sum()); });
  add("squared_norm", "matrix",   {x},    [](V x) { return as_matrix(squared_norm(x[0])); },
                                          [](R x) { return number((x[0].array() * x[0].array()).sum()); });
  add("log_softmax",  "3×4",      {x},    [](V x) { return log_softmax(x[0]); }, log_softmax_of);
  add("log_softmax",  "1×5",      {row},  [](V x) { return log_softmax(x[0]); }, log_softmax_of);
  // clang-format on
  return records;
}

}  // namespace autograd_test
