// The gradient check catches operations with a wrong pullback, which are written here, outside the engine.
#include "autograd/instruments/gradcheck.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;
using autograd::gradcheck;
using autograd::record;

namespace {

// y = x³, whose pullback is off by a factor.
template <class T>
Var<T> cube(const Var<T>& x, double factor) {
  if constexpr (autograd::MatrixValue<T>) {
    return record<"cube">(
        [](auto& x) { return x.value().array().cube(); },
        [factor](auto& y, auto& x) { x.accumulate(factor * 3 * x.value().array().square() * y.grad().array()); }, x);
  } else {
    return record<"cube">([](auto& x) { return x.value() * x.value() * x.value(); },
                          [factor](auto& y, auto& x) { x.accumulate(factor * 3 * x.value() * x.value() * y.grad()); },
                          x);
  }
}

// y = softmax of each row. x̄ += y (ȳ - Σⱼ ȳⱼ yⱼ); without `mean` the pullback is wrong: x̄ += y ȳ.
Var<M> softmax(const Var<M>& x, bool mean) {
  return record<"softmax">(
      [](auto& x) -> M {
        const M shifted = (x.value().colwise() - x.value().rowwise().maxCoeff()).array().exp();
        return shifted.array().colwise() / shifted.rowwise().sum().array();
      },
      [mean](auto& y, auto& x) {
        M gradient(x.rows(), x.cols());
        for (Index i = 0; i < x.rows(); ++i) {
          const Eigen::RowVectorXd y_i = y.value().row(i), grad_i = y.grad().row(i);
          gradient.row(i) = y_i.array() * (grad_i.array() - (mean ? y_i.dot(grad_i) : 0.0));
        }
        x.accumulate(gradient);
      },
      x);
}

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("gradcheck: an operation from outside the engine passes, and fails if its gradient is off by 0.1 %") {
    const M x = sample(3, 4, 0.3, 2, 1);
    CHECK(gradcheck([](auto x) { return cube(x, 1); }, x).passed);
    CHECK(gradcheck([](auto x) { return cube(x, 1); }, 0.7).passed);
    const auto off = gradcheck([](auto x) { return cube(x, 1.001); }, x);
    CHECK_FALSE(off.passed);
    CHECK(off.worst == doctest::Approx(1e-3).epsilon(0.01));
    CHECK_FALSE(gradcheck([](auto x) { return cube(x, 0.999); }, 0.7).passed);
    CHECK_FALSE(gradcheck([](auto x) { return cube(x, 0); }, x).passed);
    CHECK_FALSE(gradcheck([](auto x) { return cube(x, -1); }, x).passed);
  }

  TEST_CASE("gradcheck: an error of ten times the tolerance is caught, and one of a tenth is not") {
    const M x = sample(3, 4, 0.8, 2, 1);  // 3 x² > 1, so that the error is relative
    const auto passes = [&](double factor) { return gradcheck([=](auto x) { return cube(x, factor); }, x).passed; };
    CHECK(passes(1 + 1e-8));
    CHECK_FALSE(passes(1 + 1e-6));
    CHECK_FALSE(passes(1 - 1e-6));
    // and the check of the records of operations, which is ten times as strict
    const auto record_passes = [&](double factor) {
      return disagreement({"cube", "", {x}, [=](V x) { return cube(x[0], factor); }, {}}) == "";
    };
    CHECK(record_passes(1));
    CHECK_FALSE(record_passes(1 + 1e-7));
  }

  TEST_CASE("gradcheck: the result says where it is worst") {
    M x = M::Constant(2, 3, 0.1);
    x(1, 2) = 2;  // 3 x² is largest here
    const auto result = gradcheck([](auto a, auto x) { return a * cube(x, 1.01); }, 1.0, x);
    CHECK(result.input == 1);
    CHECK(result.row == 1);
    CHECK(result.col == 2);
    CHECK(result.tape / result.differences == doctest::Approx(1.01).epsilon(1e-6));
    CHECK(result.message().starts_with("differs: largest relative error 9.9"));
    CHECK(result.message().find("at input 1, row 1, column 2: tape ") != std::string::npos);
  }

  TEST_CASE("gradcheck: one wrong element among many is caught") {
    const auto wrong = [](auto x) {
      return record<"copy">([](auto& x) { return x.value(); },
                            [](auto& y, auto& x) {
                              M gradient = y.grad();
                              gradient(17, 9) *= 1.001;
                              x.accumulate(gradient);
                            },
                            x);
    };
    const auto result = gradcheck(wrong, sample(30, 20, -1, 1, 1));
    CHECK_FALSE(result.passed);
    CHECK(result.row == 17);
    CHECK(result.col == 9);
  }

  TEST_CASE("gradcheck: a broadcast operand whose gradient is not summed is caught") {
    const M x = sample(3, 4, -1, 1, 1), row = sample(1, 4, -1, 1, 2);
    const auto add_row = [](bool sum) {
      return [sum](auto x, auto row) {
        return record<"add_row">([](auto& x, auto& row) { return M(x.value().rowwise() + row.value().row(0)); },
                                 [sum](auto& y, auto& x, auto& row) {
                                   x.accumulate(y.grad());
                                   if (sum)
                                     row.accumulate(y.grad().colwise().sum());
                                   else
                                     row.accumulate(y.grad().row(0));
                                 },
                                 x, row);
      };
    };
    CHECK(gradcheck(add_row(true), x, row).passed);
    CHECK_FALSE(gradcheck(add_row(false), x, row).passed);
    CHECK(gradcheck(add_row(false), x, row).input == 1);
  }

  TEST_CASE("gradcheck: an error of softmax that a cotangent of all ones would miss is caught") {
    const M x = sample(3, 4, -2, 2, 1);
    CHECK(gradcheck([](auto x) { return softmax(x, true); }, x).passed);
    CHECK_FALSE(gradcheck([](auto x) { return softmax(x, false); }, x).passed);

    // The opposite mistake: a pullback that is right where ȳ is all ones, and wrong elsewhere. Σⱼ yⱼ = 1 has gradient
    // 0, so that a check with ȳ all ones would let it pass.
    const auto zero = [](auto x) {
      const Var<M> y = softmax(x, true);
      return record<"zero">([](auto& y) { return y.value(); }, [](auto&, auto&) {}, y);
    };
    CHECK_FALSE(gradcheck(zero, x).passed);
    CHECK(gradcheck([&](auto x) { return sum(zero(x)); }, x).passed);  // ȳ all ones
  }

  TEST_CASE("gradcheck: a NaN in the gradient or in the function's value fails") {
    const auto nan_gradient = [](auto x) {
      return record<"nan">([](auto& x) { return x.value(); }, [](auto&, auto& x) { x.accumulate(std::nan("")); }, x);
    };
    CHECK_FALSE(gradcheck(nan_gradient, 1.0).passed);
    CHECK_FALSE(gradcheck([](auto x) { return sqrt(x - 1); }, 1.0).passed);
    CHECK_FALSE(gradcheck([](auto x) { return log(x); }, -1.0).passed);
  }

  TEST_CASE("gradcheck: cotangents are neither small nor all the same") {
    double least = 9, most = 0;
    int negative = 0;
    for (Index i = 0; i < 1000; ++i) {
      const double r = autograd::gradcheck_cotangent(i);
      least = std::min(least, std::abs(r)), most = std::max(most, std::abs(r)), negative += r < 0;
    }
    CHECK(least >= 0.5);
    CHECK(least < 0.51);
    CHECK(most <= 1.5);
    CHECK(most > 1.49);
    CHECK(negative > 450);
    CHECK(negative < 550);
  }

  TEST_CASE("accumulate: a gradient whose shape does not fit throws, also if it is a product") {
    Tape tape;
    const auto x = tape.variable(M::Ones(2, 3).eval()), row = tape.variable(M::Ones(1, 3).eval());
    const auto wrong =
        record<"wrong">([](auto&) { return M::Ones(3, 2); }, [](auto& y, auto& x) { x.accumulate(y.grad()); }, x);
    CHECK_THROWS_WITH_AS(tape.backward(sum(wrong)),
                         "accumulate: the value is 2×3, its gradient is 3×2 (need equal shapes)",
                         std::invalid_argument);
    const auto product =
        record<"product">([](auto&) { return M::Ones(2, 3); },
                          [](auto& y, auto& row) { row.accumulate(y.grad() * M::Identity(3, 3)); }, row);
    CHECK_THROWS_WITH_AS(tape.backward(sum(product)),
                         "accumulate: the value is 1×3, its gradient is 2×3 (need equal shapes)",
                         std::invalid_argument);
    const auto fits = record<"fits">([](auto&) { return M::Ones(1, 3); },
                                     [](auto& y, auto& row) { row.accumulate(y.grad() * M::Identity(3, 3)); }, row);
    tape.backward(sum(fits) * 2);
    CHECK(M(row.grad()) == M::Constant(1, 3, 2));
  }
}
