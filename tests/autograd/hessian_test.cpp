// Hessian-vector products: closed forms, differences of gradients, and the whole matrix.

#include "autograd/instruments/hessian.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;
using autograd::Element;
using autograd::Matrix;

namespace {

// f(x) = ½ Σ (x A)ⱼ xⱼ + Σ e^xⱼ, with ∇f = ½ x (A + Aᵀ) + e^x and ∇²f = ½ (A + Aᵀ) + diag e^x.
struct Parabola {
  M A = sample(4, 4, -1, 1, 1);
  template <Element S>
  Var<S> operator()(const Var<Matrix<S>>& x) const {
    return 0.5 * sum(matmul(x, x.tape().constant(A.template cast<S>())) * x) + sum(exp(x));
  }
  M hessian(const M& x) const {
    return 0.5 * (A + A.transpose()) + M(x.transpose().array().exp().matrix().asDiagonal());
  }
};

// A shape of two rows, operations with a factorisation, and terms between all coefficients.
struct Mixed {
  template <Element S>
  Var<S> operator()(const Var<Matrix<S>>& x) const {
    const auto L = cholesky(matmul(x, transpose(x)) + M(M::Identity(2, 2)).template cast<S>());
    return log_det(L) + log_sum_exp(x * tanh(x)) - mean(log_sigmoid(x)) * prod(x);
  }
};

// The whole Hessian of f in the n numbers of x, read row by row: n×n, from n products.
template <class F>
M hessian_of(const F& f, const M& x) {
  M H(x.size(), x.size());
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    M v = M::Zero(x.rows(), x.cols());
    v.data()[j] = 1;
    H.col(j) = autograd::hessian_vector_product(f, x, v).product.template reshaped<Eigen::RowMajor>();
  }
  return H;
}

// Flat or straight far from 0, where an exponential is infinite.
struct Flat {
  template <Element S>
  Var<S> operator()(const Var<Matrix<S>>& x) const {
    return sum(sigmoid(x) + softplus(x) + log_sigmoid(x) + tanh(x));
  }
};

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("hessian: 0 far out, where a function is flat or straight") {
    M x(1, 4), slope(1, 4);
    x << -1000, -50, 50, 1000;
    slope << 1, 1, 1, 1;
    const auto [value, gradient, product] = autograd::hessian_vector_product(Flat(), x, M::Ones(1, 4));
    CHECK((gradient - slope).norm() < 1e-14);
    CHECK(product.norm() < 1e-14);
  }

  TEST_CASE("hessian: value, gradient and product in closed form") {
    const Parabola f;
    const M x = sample(1, 4, -1, 1, 2), v = sample(1, 4, -1, 1, 3);
    const auto [value, gradient, product] = autograd::hessian_vector_product(f, x, v);
    CHECK(value == doctest::Approx(0.5 * (x * f.A).cwiseProduct(x).sum() + x.array().exp().sum()).epsilon(1e-14));
    CHECK((gradient - 0.5 * x * (f.A + f.A.transpose()) - M(x.array().exp())).norm() < 1e-14);
    CHECK((product - v * f.hessian(x)).norm() < 1e-14);
    CHECK((product - v * f.A).norm() > 0.1);  // without the other half of a symmetric matrix, and the exponentials
    CHECK((hessian_of(f, x) - f.hessian(x)).norm() < 1e-14);
  }

  TEST_CASE("hessian: differences of gradients, for a matrix of parameters") {
    const Mixed f;
    const M x = sample(2, 3, -1, 1, 4), v = sample(2, 3, -1, 1, 5);
    const double h = 1e-5;
    const auto gradient_at = [&](const M& at) { return std::get<1>(autograd::value_and_gradient(f, at)); };
    const M differences = (gradient_at(x + h * v) - gradient_at(x - h * v)) / (2 * h);
    const M product = autograd::hessian_vector_product(f, x, v).product;
    CHECK((product - differences).norm() < 1e-8 * product.norm());
    CHECK((1.001 * product - differences).norm() > 1e-8 * product.norm());

    const M H = hessian_of(f, x);
    CHECK((H - H.transpose()).norm() < 1e-12);
    CHECK((H * v.reshaped<Eigen::RowMajor>() - product.reshaped<Eigen::RowMajor>()).norm() < 1e-12);
  }

  TEST_CASE("hessian: a direction of another shape is refused") {
    CHECK_THROWS_WITH_AS(autograd::hessian_vector_product(Parabola(), M::Zero(1, 4), M::Zero(4, 1)),
                         doctest::Contains("hessian_vector_product: x is 1×4, v is 4×1"), std::invalid_argument);
  }
}
