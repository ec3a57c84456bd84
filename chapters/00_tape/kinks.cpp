#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chapters/00_tape/chapter.hpp"

namespace ch00 {

namespace {

using Numbers = std::vector<double>;

// The derivative of f at x, by the tape.
template <class F>
double slope(const F& f, double x) {
  return std::get<1>(autograd::value_and_gradient(f, x));
}

// The worst disagreement of the gradient check over these points.
template <class F>
double worst(const F& f, const Numbers& points) {
  double largest = 0;
  for (const double x : points) largest = std::max(largest, autograd::gradcheck(f, x).worst);
  return largest;
}

// Huber's function, with that slope.
template <class Derivative>
Var<double> huber_with(const Var<double>& x, Derivative derivative) {
  return autograd::record<"huber">(
      [](auto& x) {
        const double size = std::abs(x.value());
        return size <= 1 ? 0.5 * size * size : size - 0.5;
      },
      [derivative](auto& y, auto& x) { x.accumulate(y.grad() * derivative(x.value())); }, x);
}

// A slope that is right for |x| <= 1 only: beyond, x stands where its sign belongs.
Var<double> wrong_huber(const Var<double>& x) {
  return huber_with(x, [](double x) { return x; });
}

// √x where x > 0, and 3x elsewhere; the root is taken of what `argument` makes of x.
Var<Matrix<double>> root_or_line(const Var<Matrix<double>>& x,
                                 Var<Matrix<double>> (*argument)(const Var<Matrix<double>>&)) {
  return where(x.value().array() > 0, sqrt(argument(x)), 3.0 * x);
}
Var<double> root_or_line(const Var<double>& x) { return x.value() > 0 ? sqrt(x) : 3.0 * x; }

Var<Matrix<double>> as_it_is(const Var<Matrix<double>>& x) { return x; }

}  // namespace

Var<double> huber(const Var<double>& x) {
  return huber_with(x, [](double x) { return std::clamp(x, -1.0, 1.0); });
}

Var<double> sine_a_little_off(const Var<double>& x) {
  return autograd::record<"sin">([](auto& x) { return std::sin(x.value()); },
                                 [](auto& y, auto& x) { x.accumulate(1.001 * y.grad() * std::cos(x.value())); }, x);
}

void gradient_check(lesson::Lesson& lesson, const Ingredients& use) {
  const Numbers& points = use.check_points;
  const auto inside = std::ranges::count_if(points, [](double x) { return std::abs(x) <= 1; });
  const auto outside = std::ranges::count_if(points, [](double x) { return std::abs(x) > 1; });
  lesson.equation("-", "gradcheck:   f'(x) = (f(x + h) - f(x - h)) / 2h  up to h²", "test:gradcheck")
      .at_most("huber: worst disagreement", worst(huber, points), 1e-7)
      .at_least("a pullback 0.1 % off is seen", worst(sine_a_little_off, {0.5, 2}), 1e-4)
      .at_least("a wrong branch |x| > 1 is seen", worst(wrong_huber, points), 0.1)
      .at_least("  points with |x| <= 1", inside, 1)
      .at_least("  points with |x| > 1", outside, 1);
}

void kink(lesson::Lesson& lesson, const Ingredients& use) {
  const auto identity = [&](const Var<double>& x) { return use.relu(x) - use.relu(-x); };
  const Numbers points{-2, -0.5, 0.5, 2}, ones(4, 1.0);
  Numbers values, slopes;
  for (const double x : points) {
    const auto [value, slope] = autograd::value_and_gradient(identity, x);
    values.push_back(value), slopes.push_back(slope);
  }
  lesson.equation("-", "relu(x) - relu(-x) = x,   and its derivative at 0 comes out as 0", "claim:kink")
      .exact("values at -2, -½, ½, 2", values, points)
      .exact("derivatives there", slopes, ones)
      .exact("value at 0", std::get<0>(autograd::value_and_gradient(identity, 0.0)), 0)
      .exact("derivative at 0: 0, not 1", slope(identity, 0), 0)
      .at_least("the gradient check sees it", worst(identity, {0.0}), 0.5);
}

void branch_not_taken(lesson::Lesson& lesson, const Ingredients& use) {
  const Matrix<double> x{{-1, 0, 1, 4}};
  const Numbers wanted{3, 3, 0.5, 0.25};
  const auto gradient = [&](auto argument) {
    const auto [value, slope] =
        autograd::value_and_gradient([&](const auto& x) { return sum(root_or_line(x, argument)); }, x);
    return Numbers(slope.data(), slope.data() + slope.size());
  };
  const Numbers plain = gradient(as_it_is), safe = gradient(use.safe);
  const auto nan = std::ranges::count_if(plain, [](double slope) { return std::isnan(slope); });

  Numbers scalars;
  std::int64_t operations = 0;
  for (const double one : x.reshaped()) {
    Tape tape;
    const Counter counter(tape);
    const Var<double> at = tape.variable(one);
    tape.backward(root_or_line(at));
    scalars.push_back(at.grad()), operations += counter.operations;
  }
  lesson.equation("-", "where(x > 0, √x, 3x) at -1, 0, 1, 4:   derivatives 3, 3, ½, ¼", "claim:where")
      .exact("matrices: slopes that are NaN", nan, 2)
      .exact("  the argument made safe", safe, wanted)
      .exact("scalars, x > 0 ? √x : 3x", scalars, wanted)
      .exact("  operations, of 4 points", operations, 4);

  Tape tape;
  const autograd::Trace trace(tape);
  const Var<Matrix<double>> zero = tape.variable(Matrix<double>(Matrix<double>::Zero(1, 1)));
  tape.backward(sum(root_or_line(zero, as_it_is)));
  lesson.say("        what a trace says at x = 0:");
  lesson.say("          " + trace.first_not_finite().value_or("every number is finite"));
}

}  // namespace ch00
