#include "chapters/lesson/exercise/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/statistics/random.hpp"

namespace lesson {

using autograd::Index;
using autograd::Matrix;
using autograd::Tape;
using autograd::Var;

namespace {

constexpr double kTolerance = 1e-10;  // room for another way of summing
constexpr double kNearly = 1e-5;      // no typical mistake comes as close

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

// y = f(inputs), and the gradients of Σ Rᵢⱼ yᵢⱼ, R random: all ones would be blind to errors that cancel in a sum.
struct Result {
  Matrix<double> value;
  std::vector<Matrix<double>> gradients;
};
Result evaluate(const Formula& f, const std::vector<Matrix<double>>& inputs) {
  Tape tape;
  Vars vars;
  for (const Matrix<double>& x : inputs) vars.push_back(tape.variable(x));
  const Var<Matrix<double>> y = f(vars);
  if (&y.tape() != &tape) throw WrongAnswer("the answer lies on a tape of its own: compute with the arguments");
  const Matrix<double> R = normal_matrix(1, 99, y.rows(), y.cols());
  tape.backward(sum(y * R));
  Result result{y.value(), {}};
  for (const Var<Matrix<double>>& x : vars) result.gradients.push_back(x.grad());
  return result;
}

std::vector<double> numbers(const Matrix<double>& x) { return {x.data(), x.data() + x.size()}; }

std::string shape(const Matrix<double>& x) { return fmt::format("{}×{}", x.rows(), x.cols()); }

void compare_values(Attempt& attempt, const Question& q, const Matrix<double>& yours, const Matrix<double>& right) {
  std::string otherwise = fmt::format("your answer is {}, expected is {}", shape(yours), shape(right));
  if (right.cols() == 1) otherwise += ": one number for each row, which a reduction with By::row gives";
  attempt.require(shape(yours) == shape(right), otherwise);
  std::vector<Mistake> mistakes;
  for (const Wrong& w : q.wrong) mistakes.push_back({numbers(evaluate(w.formula, q.inputs).value), w.ratio, w.likely});
  equal(attempt, fmt::format("your answer, {}:", shape(right)), numbers(yours), numbers(right), mistakes);
}

void compare_gradients(Attempt& attempt, const Question& q, std::size_t input, const Matrix<double>& yours,
                       const Matrix<double>& right) {
  const std::string& name = q.names[input];
  attempt.require(yours.allFinite(),
                  fmt::format("your answer's value is right, but its gradient in {} is not finite\n"
                              "likely: 0 · ∞ flows back, through something that overflows and is then not used",
                              name));
  const std::string cut =
      fmt::format("no gradient reaches {0}. Is {0}.value(), or a constant, used in its place?", name);
  std::vector<Mistake> mistakes{{std::vector<double>(right.size()), "", cut}};
  for (const WrongGradient& w : q.wrong_gradients)
    if (w.input == input) mistakes.push_back({numbers(evaluate(w.formula, q.inputs).gradients[input]), "", w.likely});
  const std::string what =
      fmt::format("your answer's value is right. Its gradient in {}, {}, weighted by a random R:", name, shape(right));
  equal(attempt, what, numbers(yours), numbers(right), mistakes);
}

}  // namespace

void compare(Attempt& attempt, const Question& q) {
  const Result right = evaluate(q.right, q.inputs), yours = evaluate(q.yours, q.inputs);
  compare_values(attempt, q, yours.value, right.value);
  for (std::size_t i = 0; i < q.inputs.size(); ++i)
    compare_gradients(attempt, q, i, yours.gradients[i], right.gradients[i]);
}

void compare_extreme(Attempt& attempt, const Question& q, const std::string& where, const std::string& likely) {
  try {
    compare(attempt, q);
  } catch (const WrongAnswer& wrong) {
    std::string report = where + '\n' + wrong.what();
    if (report.find("likely:") == std::string::npos) report += "\nlikely: " + likely;
    throw WrongAnswer(report);
  }
}

void equal(Attempt& attempt, const std::string& what, const Answer& yours, const Answer& right,
           const std::vector<Mistake>& mistakes) {
  try {
    attempt.equal(yours, right, kTolerance, mistakes);
  } catch (const WrongAnswer& wrong) {
    std::string report = what + '\n' + wrong.what();
    const bool nearly =
        yours.values.size() == right.values.size() && judge_exact(yours.values, right.values, kNearly).holds;
    if (nearly && report.find("likely:") == std::string::npos)
      report += fmt::format("\nlikely: right but for {:.0e}. Is a small number added for safety, or float used?",
                            largest_difference(yours.values, right.values));
    throw WrongAnswer(report, wrong.guess);
  }
}

Matrix<double> normal_matrix(std::uint64_t seed, std::uint64_t number, Index rows, Index cols) {
  Matrix<double> x(rows, cols);
  const std::span<double> all(x.data(), x.size());
  models::Random(seed, models::Purpose::data, number).fill_normal(all);
  return x;
}

}  // namespace lesson
