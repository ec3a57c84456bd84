#include <cmath>

#include "tests/autograd/operations.hpp"

namespace autograd_test {

namespace {

struct Unary {
  const char* name;
  double low, high;
  Var<M> (*of_matrix)(const Var<M>&);
  Var<double> (*of_number)(const Var<double>&);
  double (*reference)(double);
};

template <class T>
Var<T> negate(const Var<T>& x) {
  return -x;
}
double sigmoid(double x) { return 0.5 + 0.5 * std::tanh(x / 2); }
double softplus(double x) { return std::log(1 + std::exp(x)); }
double log_sigmoid(double x) { return -std::log(1 + std::exp(-x)); }

// clang-format off
const Unary kUnary[] = {
    {"negate",      -2,   2, negate,                negate,                [](double x) { return -x; }},
    {"square",      -2,   2, autograd::square,      autograd::square,      [](double x) { return x * x; }},
    {"sqrt",       0.2,   4, autograd::sqrt,        autograd::sqrt,        [](double x) { return std::sqrt(x); }},
    {"exp",         -2,   2, autograd::exp,         autograd::exp,         [](double x) { return std::exp(x); }},
    {"log",        0.2,   4, autograd::log,         autograd::log,         [](double x) { return std::log(x); }},
    {"log1p",     -0.8,   4, autograd::log1p,       autograd::log1p,       [](double x) { return std::log1p(x); }},
    {"tanh",        -3,   3, autograd::tanh,        autograd::tanh,        [](double x) { return std::tanh(x); }},
    {"sigmoid",     -5,   5, autograd::sigmoid,     autograd::sigmoid,     sigmoid},
    {"relu",        -2,   2, autograd::relu,        autograd::relu,        [](double x) { return std::fmax(x, 0); }},
    {"softplus",    -5,   5, autograd::softplus,    autograd::softplus,    softplus},
    {"log_sigmoid", -5,   5, autograd::log_sigmoid, autograd::log_sigmoid, log_sigmoid},
    {"sin",         -4,   4, autograd::sin,         autograd::sin,         [](double x) { return std::sin(x); }},
    {"cos",         -4,   4, autograd::cos,         autograd::cos,         [](double x) { return std::cos(x); }},
    {"abs",         -2,   2, autograd::abs,         autograd::abs,         [](double x) { return std::fabs(x); }},
};
// clang-format on

}  // namespace

std::vector<OperationRecord> unary_records() {
  std::vector<OperationRecord> records;
  for (const Unary& row : kUnary) {
    const auto each = [f = row.reference](R x) -> M { return x[0].unaryExpr(f); };
    // 5×7 and 3×1: whole vector registers and what is left over
    for (const auto& [rows, cols] : {std::pair{5, 7}, std::pair{3, 1}, std::pair{1, 1}}) {
      records.push_back({row.name,
                         "matrix",
                         {sample(rows, cols, row.low, row.high, 1)},
                         [f = row.of_matrix](V x) { return f(x[0]); },
                         each});
    }
    records.push_back({row.name,
                       "number",
                       {sample(1, 1, row.low, row.high, 2)},
                       [f = row.of_number](V x) { return as_matrix(f(number(x[0]))); },
                       each});
  }
  return records;
}

}  // namespace autograd_test
