// Laplace's approximation: exact for a parabola, the known closed form for a Gamma density, and the maximum of
// logistic regression that Newton's method on the formula finds.

#include "models/inference/laplace.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "autograd/autograd.hpp"
#include "models/logistic_regression.hpp"
#include "models/statistics/normal.hpp"
#include "tests/models/matrices.hpp"

using namespace models;

namespace {

using autograd::Element;
using autograd::Matrix;
using autograd::Var;
using M = Matrix<double>;

// log of c N(θ; m, P⁻¹), with c = e³.
struct ScaledNormal {
  M m = (M(1, 2) << 1, -2).finished(), P = (M(2, 2) << 2, 1.2, 1.2, 1).finished();
  template <Element S>
  Var<S> operator()(const Var<Matrix<S>>& theta) const {
    const auto u = theta - m.template cast<S>();
    const double constant = 3 - kLog2Pi + 0.5 * std::log(P.determinant());
    return constant - 0.5 * sum(matmul(u, u.tape().constant(P.template cast<S>())) * u);
  }
};

// θ = log g with g ~ Gamma(a, 1), times its normaliser Γ(a): log p = a θ - e^θ. Laplace is Stirling's formula.
struct LogGamma {
  double a = 20;
  template <Element S>
  Var<S> operator()(const Var<Matrix<S>>& theta) const {
    return sum(a * theta - exp(theta));
  }
};

struct Logistic {
  M x = normal_matrix(40, 2, 1);
  Eigen::VectorXd y() const { return (x.col(0) + normal_matrix(40, 1, 2) + 0.5 * x.col(1)).array().max(0).sign(); }
  template <Element S>
  Var<S> operator()(const Var<Matrix<S>>& w) const {
    const M sign = 2 * y().array() - 1;
    const auto eta = matmul(w.tape().constant(x.template cast<S>()), transpose(w));
    return sum(log_sigmoid(eta * sign.template cast<S>())) - 0.5 * sum(square(w));
  }
};

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("laplace: a normal density is found exactly, in one step of Newton's method") {
    const ScaledNormal f;
    const Laplace found = laplace(second_derivatives(f), Eigen::Vector2d(30, 40));
    CHECK(found.steps == 1);
    CHECK((found.mode.transpose() - f.m).norm() < 1e-12);
    CHECK((found.precision - f.P).norm() < 1e-12);
    CHECK((found.covariance - f.P.inverse()).norm() < 1e-12);
    CHECK(found.log_evidence == doctest::Approx(3).epsilon(1e-12));
  }

  TEST_CASE("laplace: of a Gamma density it is Stirling's formula, off by 1/(12a)") {
    const LogGamma f;
    const Laplace found = laplace(second_derivatives(f), Eigen::VectorXd::Zero(1));
    CHECK(found.mode[0] == doctest::Approx(std::log(f.a)).epsilon(1e-12));
    CHECK(found.precision(0, 0) == doctest::Approx(f.a).epsilon(1e-9));
    const double stirling = f.a * std::log(f.a) - f.a + 0.5 * (kLog2Pi - std::log(f.a));
    CHECK(found.log_evidence == doctest::Approx(stirling).epsilon(1e-12));
    CHECK(std::lgamma(f.a) - found.log_evidence == doctest::Approx(1 / (12 * f.a)).epsilon(1e-3));
  }

  TEST_CASE("laplace: logistic regression's posterior, its gradient 0 and its precision XᵀRX + I") {
    const Logistic f;
    const Laplace found = laplace(second_derivatives(f), Eigen::VectorXd::Zero(2));
    const Eigen::ArrayXd p = 1 / (1 + (-(f.x * found.mode).array()).exp());
    CHECK((f.x.transpose() * (f.y().array() - p).matrix() - found.mode).norm() < 1e-8);
    const Eigen::Matrix2d expected =
        f.x.transpose() * (p * (1 - p)).matrix().asDiagonal() * f.x + Eigen::Matrix2d::Identity();
    CHECK((found.precision - expected).norm() < 1e-10);
  }

  TEST_CASE("laplace: where there is no peak, it says so") {
    const auto saddle = []<Element S>(const Var<Matrix<S>>& x) { return sum(x * x) - sum(exp(x)); };
    CHECK_THROWS_AS(laplace(second_derivatives(saddle), Eigen::VectorXd::Zero(1)), std::domain_error);
    CHECK_THROWS_AS(laplace(second_derivatives(LogGamma()), Eigen::VectorXd::Zero(1), {.most_steps = 2}),
                    std::runtime_error);
  }
}
