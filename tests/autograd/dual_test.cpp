// Dual numbers as element type: exact Hessian-vector products, against differences of the tape's gradient.
#include "autograd/arithmetic/dual.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <tuple>

#include "autograd/instruments/hessian.hpp"
#include "tests/autograd/operations.hpp"
#include "tests/not_finite.hpp"

using namespace autograd_test;
using autograd::hessian_vector_product;
using autograd::Matrix;
using D = autograd::Dual<double>;
namespace rules = autograd::rules;

namespace {

template <class S>
Matrix<S> cast(const M& x) {
  return x.unaryExpr([](double v) { return S(v); });
}

// A network's loss in its weights (4×3), and a Gaussian's in what its covariance is made from (3×3).
struct Network {
  template <class S>
  Var<S> operator()(const Var<Matrix<S>>& w) const {
    Tape& tape = w.tape();
    const auto x = tape.constant(cast<S>(sample(6, 4, -1, 1, 1))), b = tape.constant(cast<S>(sample(1, 3, -1, 1, 2)));
    const auto h = tanh(affine(x, w, b));
    return mean(square(h)) + sum(log_sum_exp(h * w.tape().constant(cast<S>(sample(6, 3, -1, 1, 3))), By::row)) +
           prod(rows(h, 0, 1)) - mean(log_softmax(h) * softplus(h));
  }
};
struct Gaussian {
  template <class S>
  Var<S> operator()(const Var<Matrix<S>>& w) const {
    Tape& tape = w.tape();
    const auto y = tape.constant(cast<S>(sample(3, 2, -1, 1, 4)));
    const auto L = cholesky(matmul(w, transpose(w)) + cast<S>(M(2 * M::Identity(3, 3))));
    return log_det(L) + squared_norm(solve_lower(L, y)) + sum(matmul(L, y)) + dot(L, w);
  }
};

template <class F>
M gradient(const F& f, const M& w) {
  Tape tape;
  const auto x = tape.variable(w);
  tape.backward(f(x));
  return x.grad();
}

template <class F>
void check_hessian(const F& f, Index rows, Index cols) {
  const M w = sample(rows, cols, -1, 1, 5), v = sample(rows, cols, -1, 1, 6), u = sample(rows, cols, -1, 1, 7);
  const auto [value, g, Hv] = hessian_vector_product(f, w, v);
  CHECK((g - gradient(f, w)).norm() < 1e-13 * g.norm());
  const double h = 1e-5;
  const M differences = (gradient(f, w + h * v) - gradient(f, w - h * v)) / (2 * h);
  CHECK((Hv - differences).norm() < 1e-8 * Hv.norm());
  CHECK(Hv.norm() > 0.1);
  const M Hu = hessian_vector_product(f, w, u).product;
  CHECK(Hu.cwiseProduct(v).sum() == doctest::Approx(Hv.cwiseProduct(u).sum()).epsilon(1e-12));
  CHECK((Hv - differences * 1.001).norm() > 1e-8 * Hv.norm());  // an error of 0.1 % is seen
}

// A rule whose type is erased, so that the checks below are compiled once.
struct UnaryRule {
  const char* name;
  double (*f)(double);
  double (*df)(double, double);
  D (*f_of_dual)(D);
  Var<D> (*of_number)(const Var<D>&);
  Var<Matrix<D>> (*of_matrix)(const Var<Matrix<D>>&);
};
template <class Rule>
constexpr UnaryRule kUnary{Rule::name.text,
                           [](double x) -> double { return Rule::f(x); },
                           [](double x, double y) -> double { return Rule::df(x, y); },
                           [](D x) -> D { return Rule::f(x); },
                           [](const Var<D>& x) { return autograd::elementwise<Rule>(x); },
                           [](const Var<Matrix<D>>& x) { return autograd::elementwise<Rule>(x); }};
struct BinaryRule {
  const char* name;
  double (*f)(double, double);
  double (*da)(double, double, double);
  double (*db)(double, double, double);
  D (*f_of_duals)(D, D);
};
template <class Rule>
constexpr BinaryRule kBinary{Rule::name.text, [](double a, double b) -> double { return Rule::f(a, b); },
                             [](double a, double b, double c) -> double { return Rule::da(a, b, c); },
                             [](double a, double b, double c) -> double { return Rule::db(a, b, c); },
                             [](D a, D b) -> D { return Rule::f(a, b); }};

// At x: the rule's tangent is f'(x). On a tape the adjoint is f'(x) + f''(x) ε, for numbers and for matrices.
void check_unary(const UnaryRule& rule, double x) {
  CAPTURE(rule.name);
  CAPTURE(x);
  const double y = rule.f(x), slope = rule.df(x, y), h = 1e-5;
  CHECK(rule.f_of_dual(D(x, 1)).tangent == doctest::Approx(slope).epsilon(1e-12));
  CHECK(rule.f_of_dual(D(x, 1)).value == doctest::Approx(y).epsilon(1e-14));
  const double curvature = (rule.df(x + h, rule.f(x + h)) - rule.df(x - h, rule.f(x - h))) / (2 * h);
  Tape tape;
  const auto number = tape.variable(D(x, 1));
  tape.backward(rule.of_number(number));
  CHECK(number.grad().value == doctest::Approx(slope).epsilon(1e-12));
  CHECK(number.grad().tangent == doctest::Approx(curvature).epsilon(1e-7));
  const auto matrix = tape.variable(Matrix<D>::Constant(2, 3, D(x, 1)));
  const auto Y = rule.of_matrix(matrix);
  tape.backward(sum(Y));
  CHECK(Y.value()(1, 2).tangent == doctest::Approx(slope).epsilon(1e-12));
  CHECK(matrix.grad()(1, 2).tangent == doctest::Approx(curvature).epsilon(1e-7));
}

void check_binary(const BinaryRule& rule, double a, double b) {
  CAPTURE(rule.name);
  const D c = rule.f_of_duals(D(a, 0.3), D(b, -0.7));
  const double da = rule.da(a, b, c.value), db = rule.db(a, b, c.value);
  CHECK(c.tangent == doctest::Approx(0.3 * da - 0.7 * db).epsilon(1e-12));
  CHECK(c.value == doctest::Approx(rule.f(a, b)).epsilon(1e-14));
}

template <class... Rules>
void for_each_rule(std::tuple<Rules...>, auto check) {
  (check.template operator()<Rules>(), ...);
}

template <class Rule, class... Rules>
constexpr bool is_one_of = (std::is_same_v<Rule, Rules> || ...);

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("dual: Hessian-vector products of a network") { check_hessian(Network(), 4, 3); }
  TEST_CASE("dual: Hessian-vector products of a Gaussian's log-density") { check_hessian(Gaussian(), 3, 3); }

  TEST_CASE("dual: a unary rule's tangent is its derivative, and its adjoint's tangent is the second derivative") {
    for_each_rule(rules::Unary{}, []<class Rule> {
      for (const double x : {0.3, 0.9, 2.5}) check_unary(kUnary<Rule>, x);
      if constexpr (!is_one_of<Rule, rules::Sqrt, rules::Log, rules::Log1p>) check_unary(kUnary<Rule>, -1.7);
      // These rules are smooth at 0, although the code of some chooses between two formulas there.
      if constexpr (is_one_of<Rule, rules::Softplus, rules::LogSigmoid, rules::Tanh, rules::Sigmoid, rules::Log1p,
                              rules::Sin, rules::Square>) {
        check_unary(kUnary<Rule>, 0);
      }
    });
  }

  TEST_CASE("dual: a binary rule's tangent is the sum of both derivatives times the tangents") {
    for_each_rule(rules::Binary{}, []<class Rule> {
      check_binary(kBinary<Rule>, 0.8, 1.9);
      check_binary(kBinary<Rule>, 1.9, 0.8);
      if constexpr (is_one_of<Rule, rules::Power, rules::Divide>) check_binary(kBinary<Rule>, 1.2, 1.2);
    });
  }

  TEST_CASE("dual: powers at base 0, and tangents of 0 where the derivative is infinite") {
    const auto is = [](const D& found, double value, double tangent) {
      return found.value == value && found.tangent == tangent;
    };
    CHECK(is(pow(D(0, 0), D(2, 1)), 0, 0));  // 0ᵇ is 0 for every b near 2
    CHECK(is(pow(D(0, 1), D(2, 1)), 0, 0));
    CHECK(is(pow(D(0, 1), D(1, 1)), 0, 1));
    CHECK(is(pow(D(0, 0), D(0.5, 1)), 0, 0));  // the slope in the base is infinite, but the base does not move
    CHECK(is(pow(D(0, 1), D(0, 0)), 1, 0));
    CHECK(is(pow(D(2, 1), D(3, 1)), 8, 12 + 8 * std::log(2.0)));
    CHECK(is(pow(D(-2, 1), D(3, 0)), -8, 12));  // no logarithm of -2 is needed
    CHECK(is(sqrt(D(0, 0)), 0, 0));
    CHECK(is(log(D(0, 0)), -kInfinity, 0));
    CHECK(is(exp(D(kInfinity, 0)), kInfinity, 0));
    CHECK(is(sqrt(D(0, 1)), 0, kInfinity));

    // on a tape: a^b with both moving, and the second derivatives of a²
    Tape tape;
    const auto a = tape.variable(D(0, 1)), b = tape.variable(D(2, 0));
    tape.backward(pow(a, b));
    CHECK(is(a.grad(), 0, 2));
    CHECK(is(b.grad(), 0, 0));
    const auto A = tape.variable(Matrix<D>::Constant(2, 3, D(0, 1))),
               B = tape.variable(Matrix<D>::Constant(2, 3, D(2, 1)));
    tape.backward(sum(pow(A, B)));
    CHECK(is(A.grad()(1, 2), 0, 2));
    CHECK(is(B.grad()(1, 2), 0, 0));
  }

  TEST_CASE("dual: prod is right with a zero among its factors") {
    Matrix<D> x(1, 3);
    x << D(0, 1), D(3, 0), D(2, 0);
    Tape tape;
    const auto v = tape.variable(x);
    const auto y = prod(v);
    tape.backward(y);
    CHECK(y.value() == D(0, 6));
    CHECK(v.grad()(0, 0) == D(6, 0));
    CHECK(v.grad()(0, 1) == D(0, 2));  // ∂²(abc)/∂a∂b = c
    CHECK(v.grad()(0, 2) == D(0, 3));
    const std::vector<Var<D>> factors = {tape.variable(x(0)), tape.variable(x(1)), tape.variable(x(2))};
    tape.backward(prod(factors));
    CHECK(factors[1].grad() == D(0, 2));
  }
}
