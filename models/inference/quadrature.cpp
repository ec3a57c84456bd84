#include "models/inference/quadrature.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <stdexcept>

namespace models {
namespace {

void expect_points(const char* rule, int n) {
  if (n < 1) throw std::invalid_argument(fmt::format("{}: expected at least one point, found n = {}", rule, n));
}

// Golub & Welsch 1969. The polynomials p_k that are orthonormal under the weight w follow  z p_k = b_{k+1} p_{k+1} +
// b_k p_{k-1}  where w is symmetric about 0. The points are the zeros of p_n, which are the eigenvalues of the
// tridiagonal matrix with the b_k beside its diagonal of zeros; weight_i = 1 / Σ_{k<n} p_k(z_i)², with p_0 = 1 for a
// weight that integrates to 1.
template <class Recurrence>
Quadrature gauss(int n, Recurrence b) {
  Eigen::VectorXd beside(n - 1);
  for (int k = 1; k < n; ++k) beside[k - 1] = b(k);
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> tridiagonal;
  tridiagonal.computeFromTridiagonal(Eigen::VectorXd::Zero(n), beside, Eigen::EigenvaluesOnly);
  const Eigen::ArrayXd z = tridiagonal.eigenvalues();

  Eigen::ArrayXd p_before = Eigen::ArrayXd::Zero(n), p = Eigen::ArrayXd::Ones(n), squares = p;
  for (int k = 1; k < n; ++k) {
    const double b_before = k == 1 ? 0 : b(k - 1);
    const Eigen::ArrayXd p_next = (z * p - b_before * p_before) / b(k);
    p_before = p;
    p = p_next;
    squares += p.square();
  }
  return {z.matrix(), squares.isFinite().select(1 / squares, 0)};
}

Eigen::ArrayXd values_at(const Quadrature& rule, const OfPoints& f) {
  Eigen::ArrayXd values = f(rule.points);
  if (values.size() != rule.points.rows()) {
    throw std::invalid_argument(fmt::format("quadrature: expected a value for each of {} points, found {}",
                                            rule.points.rows(), values.size()));
  }
  return values;
}

}  // namespace

Quadrature gauss_legendre(int n, double a, double b) {
  expect_points("gauss_legendre", n);
  if (!(a < b) || !std::isfinite(b - a)) {
    throw std::invalid_argument(fmt::format("gauss_legendre: expected finite a < b, found a = {}, b = {}", a, b));
  }
  // Legendre's polynomials: b_k = k / √(4k² - 1) under the uniform density on [-1, 1].
  Quadrature rule = gauss(n, [](double k) { return k / std::sqrt(4 * k * k - 1); });
  rule.points.array() = a + (b - a) * 0.5 * (1 + rule.points.array());
  rule.weights *= b - a;
  return rule;
}

Quadrature gauss_hermite(int n) {
  expect_points("gauss_hermite", n);
  // Hermite's polynomials: b_k = √k under the standard normal density.
  return gauss(n, [](double k) { return std::sqrt(k); });
}

Quadrature product_rule(const Quadrature& rule, int d) {
  const Eigen::Index n = rule.points.rows();
  if (rule.points.cols() != 1 || d < 1 || d * std::log(n) > std::log(1.0001e7)) {
    throw std::invalid_argument(
        fmt::format("product_rule: expected a rule of one dimension, d >= 1 and at most 10 million points, found {} "
                    "dimensions, d = "
                    "{} and {}^{} points",
                    rule.points.cols(), d, n, d));
  }
  Eigen::Index size = 1;
  for (int j = 0; j < d; ++j) size *= n;
  Quadrature product{autograd::Matrix<double>(size, d), Eigen::ArrayXd::Ones(size)};
  for (Eigen::Index i = 0; i < size; ++i) {
    Eigen::Index rest = i;
    for (int j = d - 1; j >= 0; --j, rest /= n) {
      product.points(i, j) = rule.points(rest % n, 0);
      product.weights[i] *= rule.weights[rest % n];
    }
  }
  return product;
}

double integral(const Quadrature& rule, const OfPoints& f) { return (rule.weights * values_at(rule, f)).sum(); }

double log_integral(const Quadrature& rule, const OfPoints& log_f) {
  const Eigen::ArrayXd log_terms = values_at(rule, log_f) + rule.weights.log();
  const double largest = log_terms.maxCoeff();
  return std::isfinite(largest) ? largest + std::log((log_terms - largest).exp().sum()) : largest;
}

}  // namespace models
