// Products of a gradient that wait until they are asked for: their sum is the gradient, and some products do not wait.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <utility>

#include "autograd/parameters/watched.hpp"
#include "tests/autograd/operations.hpp"
#include "tests/dense.hpp"

using namespace autograd_test;
using autograd::Buffer;
using autograd::Parameters;
using autograd::Trace;
using autograd::Watched;

namespace {

constexpr double kNotWritten = 77;

// Parameters W: 30×20 and V: 20×30. X: 2×30 has few rows, so that the products of their gradients wait.
struct Model {
  M X = sample(2, 30, -1, 1, 1);
  Parameters<double> parameters;
  autograd::Slot W = parameters.add("W", 30, 20), V = parameters.add("V", 20, 30);
  Buffer<double> gradient = Buffer<double>::Constant(parameters.size(), kNotWritten);

  Model() {
    parameters[W] = sample(30, 20, -1, 1, 2);
    parameters[V] = sample(20, 30, -1, 1, 3);
  }
  auto gradient_of(autograd::Slot slot) { return parameters.view(gradient, slot); }
};

// The loss's gradient with respect to a slot, by variables, whose gradients never wait.
M gradient_at_once(const Model& model, const std::function<Var<double>(const Var<M>& W, const Var<M>& V)>& loss,
                   autograd::Slot slot) {
  Tape tape;
  const auto W = tape.variable(model.parameters[model.W]), V = tape.variable(model.parameters[model.V]);
  tape.backward(loss(W, V));
  return slot.number == model.W.number ? W.grad() : V.grad();
}

double distance(const M& a, const M& b) { return (a - b).cwiseAbs().maxCoeff(); }

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("waiting: a gradient is the same in rows, as a whole, and without waiting") {
    Model model;
    const auto loss = [&](const Var<M>& W, const Var<M>& V) {
      const auto h = tanh(affine(W.tape().constant(model.X) * 2, W, W.tape().constant(M(M::Ones(1, 20)))));
      const auto y = matmul(sin(h), V);
      return squared_norm(matmul(y, W)) + sum(square(V)) +
             sum(V);  // two products of W wait, one of V waits and two terms are added to V
    };
    Tape tape;
    for (int repeat = 0; repeat < 2; ++repeat) {
      tape.rewind();
      model.gradient.setConstant(kNotWritten);
      const Watched<double> theta(tape, model.parameters, model.gradient);
      const auto y = loss(theta[model.W], theta[model.V]);
      for (int sweep = 0; sweep < 2; ++sweep) {  // the second sweep drops what the first left waiting
        tape.backward(y);
        CHECK((model.gradient_of(model.W).array() == kNotWritten).all());
        for (const auto slot : {model.W, model.V}) {
          const M expected = gradient_at_once(model, loss, slot);
          const Index first = 3, count = 11;
          M rows = M::Constant(count, expected.cols(), 5);
          theta.add_gradient_rows(slot, first, {rows.data(), rows.rows(), rows.cols()});
          CHECK(distance(rows, expected.middleRows(first, count).array() + 5) < 1e-11);
          CHECK(distance(rows, expected.middleRows(first + 1, count).array() + 5) > 1e-3);
          CHECK(theta.gradient_bound() >= expected.cwiseAbs().maxCoeff());
        }
      }
      theta.complete_gradient();
      theta.complete_gradient();  // a second time changes nothing
      for (const auto slot : {model.W, model.V}) {
        CHECK(distance(model.gradient_of(slot), gradient_at_once(model, loss, slot)) < 1e-11);
        CHECK(distance(theta[slot].grad(), model.gradient_of(slot)) == 0);
      }
    }
  }

  TEST_CASE("waiting: asking for rows that the parameter does not have throws") {
    Model model;
    Tape tape;
    const Watched<double> theta(tape, model.parameters, model.gradient);
    const auto add = [&](Index first, Index rows, Index cols) {
      M target = M::Zero(rows, cols);
      theta.add_gradient_rows(model.W, first, {target.data(), rows, cols});
    };
    add(19, 11, 20);
    CHECK_THROWS_WITH_AS(add(20, 11, 20),
                         "Watched::add_gradient_rows: 11×20 from row 20 on, of a parameter that is 30×20",
                         std::invalid_argument);
    CHECK_THROWS_AS(add(-1, 11, 20), std::invalid_argument);
    CHECK_THROWS_AS(add(std::numeric_limits<Index>::max(), 11, 20), std::invalid_argument);
    CHECK_THROWS_AS(add(0, 11, 19), std::invalid_argument);
  }

  TEST_CASE("waiting: grad() of a parameter completes its gradient") {
    Model model;
    Tape tape;
    const Watched<double> theta(tape, model.parameters, model.gradient);
    tape.backward(sum(matmul(tape.constant(model.X) * 1, theta[model.W])));
    CHECK((model.gradient_of(model.W).array() == kNotWritten).all());
    const M expected = model.X.colwise().sum().transpose().replicate(1, 20);
    CHECK(distance(theta[model.W].grad(), expected) < 1e-14);
  }

  TEST_CASE("waiting: a product whose factor may change, or is larger than the product, does not wait") {
    Model model;
    Tape tape;
    const Watched<double> theta(tape, model.parameters, model.gradient);
    const auto gradient_of_V = [&](const Var<M>& factor) {
      model.gradient.setConstant(kNotWritten);
      tape.backward(sum(matmul(factor, theta[model.V])));
      return M(model.gradient_of(model.V));
    };
    const auto rows = [](const M& factor) { return M(factor.colwise().sum().transpose().replicate(1, 30)); };
    const M few = sample(2, 20, -1, 1, 4), many = sample(13, 20, -1, 1, 5);
    // The caller may change memory that is referred to, and an optimiser changes W.
    CHECK(distance(gradient_of_V(tape.reference(few)), rows(few)) < 1e-14);
    CHECK(distance(gradient_of_V(theta[model.W]), rows(model.parameters[model.W])) < 1e-14);
    // Waiting would keep 13 (20 + 30) numbers, more than the 20·30 of the product.
    CHECK(distance(gradient_of_V(tape.constant(many) * 1), rows(many)) < 1e-14);
    CHECK((gradient_of_V(tape.constant(few) * 1).array() == kNotWritten).all());
  }

  TEST_CASE("waiting: on a traced tape nothing waits, so that the operation that is not finite can be named") {
    Model model;
    model.X.setConstant(1e200);
    model.parameters[model.W].setZero();  // so every value is finite
    Tape tape;
    const Trace trace(tape);
    const Watched<double> theta(tape, model.parameters, model.gradient);
    tape.backward(sum(matmul(tape.constant(model.X) * 1, theta[model.W])) * 1e200);
    REQUIRE(trace.first_not_finite());
    CHECK(trace.first_not_finite()->find("matmul: the adjoint of its operand 2") != std::string::npos);
  }

  TEST_CASE("waiting: the bound holds for factors and gradients of mixed signs, whose sums are 0") {
    Model model;
    const M signs = M::NullaryExpr(2, 20, [](Index, Index j) { return j % 2 ? -1.0 : 1.0; });
    model.X = M::NullaryExpr(2, 30, [](Index, Index j) { return j % 2 ? -1.0 : 1.0; });
    Tape tape;
    const Watched<double> theta(tape, model.parameters, model.gradient);
    const auto bound_of = [&](const Var<double>& loss) {
      tape.backward(loss);
      const double bound = theta.gradient_bound();
      theta.complete_gradient();
      return std::pair(bound, model.gradient.cwiseAbs().maxCoeff());
    };
    const auto X = tape.constant(model.X) * 1, ones = tape.constant(M::Ones(2, 30).eval()) * 1;
    // Xᵀ Ȳ waits, with signs in X, in Ȳ, in both; then a gradient that does not wait
    for (const auto& [bound, largest] :
         {bound_of(sum(matmul(X, theta[model.W]))), bound_of(sum(matmul(ones, theta[model.W]) * signs)),
          bound_of(sum(matmul(X, theta[model.W]) * signs)),
          bound_of(sum(theta[model.W] * M(signs.row(0).replicate(30, 1))))}) {
      CHECK(largest >= 1);
      CHECK(bound >= largest);
    }
  }

  TEST_CASE("waiting: the bound is not finite where the gradient is not") {
    for (const double bad : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
      Model model;
      Tape tape;
      const Watched<double> theta(tape, model.parameters, model.gradient);
      const auto loss = [&](double factor) {
        return sum(matmul(tape.constant(model.X) * 1, theta[model.W])) * factor + sum(theta[model.V]);
      };
      tape.backward(loss(1));
      CHECK(std::isfinite(theta.gradient_bound()));
      tape.backward(loss(bad));
      CHECK_FALSE(std::isfinite(theta.gradient_bound()));
    }
  }

  TEST_CASE_TEMPLATE("product: few rows and many columns, which take more than one call of gemm", S, float, double) {
    using Many = autograd::Matrix<S>;
    const Many A = sample(30, 301, -1, 1, 7).cast<S>(), B = sample(301, 517, -1, 1, 8).cast<S>();
    Tape tape;
    const M expected = times(A.template cast<double>(), B.template cast<double>());
    const double rounding = 301 * std::numeric_limits<S>::epsilon();
    const auto a = tape.constant(A);
    CHECK(distance(matmul(a, tape.constant(B)).value().template cast<double>(), expected) < rounding);
    const Many Bt = B.transpose();
    Many product(A.rows(), B.cols());
    autograd::assign(autograd::MatrixMap<S>(product.data(), product.rows(), product.cols()), A * Bt.transpose());
    CHECK(distance(product.template cast<double>(), expected) < rounding);
  }

  TEST_CASE("product: blocks that do not lie row after row are multiplied as they stand") {
    const M A = sample(5, 4, -1, 1, 1), B = sample(2, 3, -1, 1, 2), I = M::Identity(2, 2);
    const auto value = [](const auto& product) {
      M result(product.rows(), product.cols());
      autograd::assign(autograd::MatrixMap<double>(result.data(), result.rows(), result.cols()), product);
      return result;
    };
    CHECK(distance(value(A.middleRows(1, 2).transpose() * B), M(A.middleRows(1, 2).transpose() * B)) < 1e-15);
    CHECK(distance(value(A.middleCols(1, 2) * B), M(A.middleCols(1, 2) * B)) < 1e-15);
    CHECK(distance(value(A.middleCols(1, 2).middleRows(1, 2) * I), M(A.block(1, 1, 2, 2))) < 1e-15);
    CHECK(distance(value(I * A.transpose().middleRows(0, 2)), M(A.leftCols(2).transpose())) < 1e-15);
    CHECK(distance(value(A.transpose().middleCols(1, 2) * I), M(A.middleRows(1, 2).transpose())) < 1e-15);
  }
}
