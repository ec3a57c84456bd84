#include "models/gaussian_mixture.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "autograd/core/errors.hpp"
#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/fast_gaussian_mixture.hpp"

namespace models {

using autograd::By;
using autograd::Index;
using autograd::written;

namespace {

template <Element S>
void check_shapes(const GaussianMixture<S>& mixture) {
  const Index K = mixture.mu.rows(), d = mixture.mu.cols();
  const auto need = [&](const char* name, const Var<Matrix<S>>& x, Index rows, Index cols) {
    if (x.rows() == rows && x.cols() == cols) return;
    autograd::throw_invalid("GaussianMixture: mu is ", autograd::shape_text(mixture.mu), ", so ", name, " must be ",
                            rows, "×", cols, ", found ", autograd::shape_text(x));
  };
  need("alpha", mixture.alpha, 1, K);
  need("log_diagonal", mixture.log_diagonal, K, d);
  need("below", mixture.below, K, d * (d - 1) / 2);
}

// Calls f(k, i, j, column of `below` that holds Q_k(i, j)) for all entries below the diagonals.
template <class F>
void each_below(Index K, Index d, F f) {
  for (Index k = 0; k < K; ++k) {
    Index column = 0;
    for (Index i = 1; i < d; ++i) {
      for (Index j = 0; j < i; ++j) f(k, i, j, column++);
    }
  }
}

// log Γ_d(a) = ¼ d (d - 1) log π + Σ_{j<d} log Γ(a - ½ j)
double log_multivariate_gamma(double a, Index d) {
  const double D = d;
  double sum = 0.25 * D * (D - 1) * std::log(std::numbers::pi);
  for (Index j = 0; j < d; ++j) sum += std::lgamma(a - 0.5 * j);
  return sum;
}

}  // namespace

template <Element S>
Var<Matrix<S>> formulas::squared_distances(const Var<Matrix<S>>& x, const Var<Matrix<S>>& mu,
                                           const Var<Matrix<S>>& Q) {
  const Index d = mu.cols();
  Var<Matrix<S>> D;
  for (Index k = 0; k < mu.rows(); ++k) {
    const auto u = matmul(x - rows(mu, k, 1), transpose(rows(Q, k * d, d)));  // row i is Q_k (xᵢ - μ_k)
    const auto D_k = sum(square(u), By::row);
    D = k == 0 ? D_k : hstack(D, D_k);
  }
  return D;
}

// Q(k)ᵢᵢ = exp lᵢ      Q(k)ᵢⱼ = bᵢⱼ for i > j          l̄ᵢ += Q̄ᵢᵢ Qᵢᵢ      b̄ᵢⱼ += Q̄ᵢⱼ
template <Element S>
Var<Matrix<S>> GaussianMixture<S>::inverse_factors() const {
  check_shapes(*this);
  const Index K = mu.rows(), d = mu.cols();
  return record<"inverse_factors">(
      [K, d](auto& l, auto& b) {
        return written<S>(K * d, d, [=, &l, &b](auto Q) {
          Q.setZero();
          for (Index k = 0; k < K; ++k) Q.middleRows(k * d, d).diagonal() = l.value().row(k).array().exp().matrix();
          each_below(K, d, [&](Index k, Index i, Index j, Index column) { Q(k * d + i, j) = b.value()(k, column); });
        });
      },
      [K, d](auto& Q, auto& l, auto& b) {
        if (l.needs_gradient()) {
          auto gradient = l.adjoint();
          for (Index k = 0; k < K; ++k) {
            const auto diagonal = [&](auto all) { return all.middleRows(k * d, d).diagonal().transpose().array(); };
            gradient.row(k).array() += diagonal(Q.grad()) * diagonal(Q.value());
          }
        }
        if (!b.needs_gradient()) return;
        auto gradient = b.adjoint();
        each_below(K, d,
                   [&](Index k, Index i, Index j, Index column) { gradient(k, column) += Q.grad()(k * d + i, j); });
      },
      log_diagonal, below);
}

template <Element S>
Var<Matrix<S>> GaussianMixture<S>::log_joint(const Var<Matrix<S>>& x) const {
  check_shapes(*this);
  const Index d = mu.cols();
  if (x.cols() != d)
    autograd::throw_invalid("GaussianMixture: mu is ", autograd::shape_text(mu), ", so x must have ", d,
                            " columns, found ", x.cols());
  const S constant = -0.5 * d * std::log(2 * std::numbers::pi);
  const Var<Matrix<S>> log_scale = log_softmax(alpha) + transpose(sum(log_diagonal, By::row)) + constant;
  return log_scale - S(0.5) * squared_distances(x, mu, inverse_factors());
}

template <Element S>
Var<Matrix<S>> GaussianMixture<S>::log_prob(const Var<Matrix<S>>& x) const {
  return log_sum_exp(log_joint(x), By::row);
}

template <Element S>
Var<S> GaussianMixture<S>::log_prior(const WishartPrior& prior) const {
  check_shapes(*this);
  if (!(prior.gamma > 0) || !(prior.m > -2)) {
    throw std::invalid_argument(
        fmt::format("WishartPrior: expected gamma > 0 and m > -2, found {} and {}", prior.gamma, prior.m));
  }
  const double K = mu.rows(), d = mu.cols(), nu = d + 1 + prior.m;
  const double constant =
      nu * d * (std::log(prior.gamma) - 0.5 * std::log(2)) - log_multivariate_gamma(nu / 2, mu.cols());
  const Var<S> squared_norms = sum(exp(S(2) * log_diagonal)) + squared_norm(below);
  return S(prior.m) * sum(log_diagonal) - S(0.5 * prior.gamma * prior.gamma) * squared_norms + S(K * constant);
}

template struct GaussianMixture<double>;
template Var<Matrix<double>> formulas::squared_distances(const Var<Matrix<double>>&, const Var<Matrix<double>>&,
                                                         const Var<Matrix<double>>&);

}  // namespace models
