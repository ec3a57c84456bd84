// Operations that must stay finite and right where a naive formula overflows, and what infinities and NaN give.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/autograd/operations.hpp"
#include "tests/not_finite.hpp"

using namespace autograd_test;
using autograd::Matrix;

namespace {

template <class S>
constexpr S kInf = std::numeric_limits<S>::infinity();

// Value and derivative at x, computed with a matrix and with a number. Both must agree. The 9 elements of the matrix
// do not fill a whole number of vector registers.
template <class S, class F>
std::pair<double, double> at_point(F f, double x) {
  Tape tape;
  const auto number = tape.variable(S(x));
  const auto y = f(number);
  tape.backward(y);
  const std::pair<double, double> of_number(y.value(), number.grad());
  const auto matrix = tape.variable(Matrix<S>::Constant(3, 3, x));
  const auto Y = f(matrix);
  tape.backward(sum(Y));
  for (Index i = 0; i < 9; ++i) {
    const double value = Y.value().data()[i], gradient = matrix.grad().data()[i];
    CHECK((value == doctest::Approx(of_number.first).epsilon(1e-6) || value == of_number.first ||
           (std::isnan(value) && std::isnan(of_number.first))));
    CHECK(gradient == doctest::Approx(of_number.second).epsilon(1e-6));
  }
  return of_number;
}

#define CHECK_POINT(S, f, x, y, slope)                                         \
  do {                                                                         \
    const auto [value_, slope_] = at_point<S>([](auto v) { return f(v); }, x); \
    CHECK(value_ == y);                                                        \
    CHECK(slope_ == slope);                                                    \
  } while (false)

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE_TEMPLATE("stable: elementwise operations at ±800 and ±∞", S, float, double) {
    for (const double big : {800.0, double(kInf<S>)}) {
      CAPTURE(big);
      CHECK_POINT(S, softplus, big, big, 1);
      CHECK_POINT(S, softplus, -big, 0, 0);
      CHECK_POINT(S, log_sigmoid, big, 0, 0);
      CHECK_POINT(S, log_sigmoid, -big, -big, 1);
      CHECK_POINT(S, tanh, big, 1, 0);
      CHECK_POINT(S, tanh, -big, -1, 0);
      CHECK_POINT(S, relu, big, big, 1);
      CHECK_POINT(S, relu, -big, 0, 0);
      const auto [low, low_slope] = at_point<S>([](auto v) { return sigmoid(v); }, -big);
      CHECK(low == doctest::Approx(0));
      CHECK(low_slope == doctest::Approx(0));
      const auto [high, high_slope] = at_point<S>([](auto v) { return sigmoid(v); }, big);
      CHECK(high == 1);
      CHECK(high_slope == doctest::Approx(0));
    }
    CHECK(at_point<double>([](auto v) { return softplus(v); }, 0).first ==
          doctest::Approx(std::log(2)).epsilon(1e-15));
    CHECK(at_point<double>([](auto v) { return softplus(v); }, -40).first ==
          doctest::Approx(std::exp(-40)).epsilon(1e-14));
    CHECK(at_point<double>([](auto v) { return log_sigmoid(v); }, 40).first ==
          doctest::Approx(-std::exp(-40)).epsilon(1e-14));
  }

  TEST_CASE("stable: NaN gives NaN") {
    Tape tape;
    const auto x = tape.variable(M::Constant(3, 3, kNaN));
    for (const Var<M>& y : {relu(x), softplus(x), log_sigmoid(x), sigmoid(x), tanh(x), log_softmax(x)}) {
      CHECK(y.value().array().isNaN().all());
    }
    const auto n = tape.variable(kNaN);
    for (const Var<double>& y : {relu(n), softplus(n), log_sigmoid(n)}) CHECK(std::isnan(y.value()));
    M some(1, 3);
    some << 1, kNaN, kInf<double>;
    CHECK(std::isnan(log_sum_exp(tape.variable(some)).value()));
  }

  TEST_CASE_TEMPLATE("stable: log_sum_exp and log_softmax at ±800", S, float, double) {
    Tape tape;
    Matrix<S> values(4, 3);
    values << 800, 800, -800, -800, -800, -800, 800, -800, 0, -kInf<S>, 2, 2;
    const auto x = tape.variable(values);
    const S ln2 = std::log(S(2)), ln3 = std::log(S(3));
    const auto y = log_sum_exp(x, By::row);
    CHECK(y.value()(0, 0) == doctest::Approx(800 + ln2));
    CHECK(y.value()(1, 0) == doctest::Approx(-800 + ln3));
    CHECK(y.value()(2, 0) == 800);
    CHECK(y.value()(3, 0) == doctest::Approx(2 + ln2));
    Matrix<S> softmax(4, 3);
    softmax << 0.5, 0.5, 0, S(1) / 3, S(1) / 3, S(1) / 3, 1, 0, 0, 0, 0.5, 0.5;
    tape.backward(sum(y));
    CHECK((x.grad() - softmax).cwiseAbs().maxCoeff() < 1000 * std::numeric_limits<S>::epsilon());

    const auto logs = log_softmax(x);
    CHECK(logs.value()(0, 2) == doctest::Approx(-1600 - ln2));
    CHECK(logs.value()(1, 1) == doctest::Approx(-ln3));
    CHECK(logs.value()(3, 0) == -kInf<S>);
    const Matrix<S> cotangent = sample(4, 3, -1, 1, 3).cast<S>();
    tape.backward(sum(where(values.array() > -1000, logs, S(0)) * cotangent));
    Matrix<S> expected = cotangent;
    expected(3, 0) = 0;
    expected -= (softmax.array().colwise() * expected.rowwise().sum().array()).matrix();
    CHECK((x.grad() - expected).cwiseAbs().maxCoeff() < 1000 * std::numeric_limits<S>::epsilon());
  }

  TEST_CASE("stable: log_sum_exp of infinities, in all its forms") {
    const double inf = kInf<double>;
    M values(3, 2), infinite(2, 2);
    values << -inf, -inf, 2, -inf, 3, 1;
    infinite << inf, -inf, inf, 1;
    Tape tape;
    const auto x = tape.variable(values);
    const auto y = log_sum_exp(x, By::row);
    CHECK(y.value()(0, 0) == -inf);
    CHECK(y.value()(1, 0) == 2);
    CHECK(M(log_sum_exp(tape.variable(infinite), By::row).value()) == M::Constant(2, 1, inf));
    CHECK(log_sum_exp(tape.variable(infinite)).value() == inf);
    CHECK(log_sum_exp(rows(x, 0, 1)).value() == -inf);
    tape.backward(at(y, 0, 0));
    CHECK(M(x.grad()) == M::Zero(3, 2));  // all of x is -∞, so the gradient is 0
    tape.backward(log_sum_exp(rows(x, 0, 1)));
    CHECK(M(x.grad()) == M::Zero(3, 2));
    const std::vector<Var<double>> numbers = {tape.variable(-inf), tape.variable(-inf)};
    const auto z = log_sum_exp(numbers);
    tape.backward(z);
    CHECK(z.value() == -inf);
    CHECK(numbers[0].grad() == 0);
  }

  // At logits of 1e4 a float keeps no more than 1e-3 of m + log Σ, at 1e8 nothing: log Σ is subtracted from x - m.
  TEST_CASE_TEMPLATE("stable: log_softmax and log_sum_exp of large equal numbers are those of small ones", S, float,
                     double) {
    const S half_log = -std::log(S(2)), epsilon = 4 * std::numeric_limits<S>::epsilon();
    Matrix<S> first(1, 2), halves(1, 2);
    first << S(0.5), S(-0.5);
    halves << S(0.5), S(0.5);
    const auto equal = [&](const Matrix<S>& found, const Matrix<S>& expected) {
      return (found - expected).cwiseAbs().maxCoeff() <= epsilon;
    };
    for (const S large : {S(1e4), S(-1e4), S(1e8), S(1e30)}) {
      CAPTURE(large);
      Tape tape;
      const auto x = tape.variable(Matrix<S>::Constant(1, 2, large).eval());
      const auto y = log_softmax(x);
      tape.backward(at(y, 0, 0));
      CHECK(equal(y.value(), Matrix<S>::Constant(1, 2, half_log)));
      CHECK(equal(x.grad(), first));
      tape.backward(log_sum_exp(x));
      CHECK(equal(x.grad(), halves));
      tape.backward(sum(log_sum_exp(x, By::row)));
      CHECK(equal(x.grad(), halves));
      const std::vector<Var<S>> numbers = {tape.variable(large), tape.variable(large)};
      tape.backward(log_sum_exp(numbers));
      for (const Var<S>& number : numbers) CHECK(std::abs(number.grad() - S(0.5)) <= epsilon);
    }
    // one +∞ among numbers of a span, too
    Tape tape;
    const std::vector<Var<S>> numbers = {tape.variable(S(1)), tape.variable(kInf<S>)};
    tape.backward(log_sum_exp(numbers));
    CHECK(numbers[0].grad() == 0);
    CHECK(numbers[1].grad() == 1);
  }

  TEST_CASE_TEMPLATE("stable: among many -∞, one number has all of the gradient, wherever it stands", S, float,
                     double) {
    for (Index n = 2; n < 40; ++n) {
      for (const Index k : {Index{0}, n / 2, n - 1}) {
        Matrix<S> values = Matrix<S>::Constant(1, n, -kInf<S>), one = Matrix<S>::Zero(1, n);
        values(0, k) = 2, one(0, k) = 1;
        Tape tape;
        const auto x = tape.variable(values);
        tape.backward(log_sum_exp(x));
        CHECK(Matrix<S>(x.grad()) == one);
        const auto y = log_softmax(x);
        tape.backward(at(y, 0, n - 1 - k));
        Matrix<S> gradient = Matrix<S>::Zero(1, n);
        gradient(0, n - 1 - k) += 1, gradient(0, k) -= 1;
        CHECK(Matrix<S>(x.grad()) == gradient);
        CHECK(y.value()(0, k) == 0);
      }
    }
  }

  TEST_CASE("stable: powers at 0") {
    Tape tape;
    const auto x = tape.variable(M::Zero(1, 4).eval());
    M exponents(1, 4);
    exponents << 0, 1, 2, 0.5;
    const auto y = pow(x, exponents);
    tape.backward(sum(columns(y, 0, 3)));
    M values(1, 4), slopes(1, 4);
    values << 1, 0, 0, 0;
    slopes << 0, 1, 0, 0;
    CHECK(M(y.value()) == values);
    CHECK(M(x.grad().leftCols(3)) == M(slopes.leftCols(3)));
    const auto a = tape.variable(0.0), b = tape.variable(2.0);
    tape.backward(pow(a, b));
    CHECK(a.grad() == 0);
    CHECK(b.grad() == 0);  // 0ᵇ is 0 for every b near 2
    tape.backward(pow(a, 0));
    CHECK(a.grad() == 0);
  }
}
