#include "models/gaussian_mixture.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "autograd/arithmetic/gemm.hpp"
#include "autograd/core/errors.hpp"
#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"

namespace models {

using autograd::By;
using autograd::Index;
using autograd::MatrixMap;
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

// Dᵢₖ = ‖uᵢ‖² for u = Q_k (x - μ_k)ᵀ, one column a data point: n×K, for x: n×d, μ: K×d and the Q_k under one another.
//   with s = u scaled by 2 D̄ᵢₖ:      Q̄_k += s (x - μ_k)      μ̄_k -= (Σᵢ sᵢ)ᵀ Q_k      x̄ += sᵀ Q_k
template <Element S>
Var<Matrix<S>> squared_distances(const Var<Matrix<S>>& x, const Var<Matrix<S>>& mu, const Var<Matrix<S>>& Q) {
  const Index n = x.rows(), d = x.cols(), K = mu.rows();
  autograd::Tape* tape = &x.tape();
  MatrixMap<S> columns = tape->scratch<S>(d, n);
  columns = x.value().transpose();
  const MatrixMap<S> u = tape->scratch<S>(K * d, n);  // of all k: the pullback needs it too
  return record<"squared_distances">(
      [=](auto&, auto& mu, auto& Q) {
        return written<S>(n, K, [=, &mu, &Q](auto D) {
          MatrixMap<S> centred = tape->scratch<S>(d, n), squares = tape->scratch<S>(1, n);
          for (Index k = 0; k < K; ++k) {
            auto u_k = MatrixMap<S>(u).middleRows(k * d, d);
            centred = columns.colwise() - mu.value().row(k).transpose();
            u_k.noalias() = Q.value().middleRows(k * d, d) * centred;
            squares = u_k.colwise().squaredNorm();
            D.col(k) = squares.transpose();
          }
        });
      },
      [=](auto& D, auto& x, auto& mu, auto& Q) {
        MatrixMap<S> centred = tape->scratch<S>(d, n), s = tape->scratch<S>(d, n), weights = tape->scratch<S>(1, n);
        for (Index k = 0; k < K; ++k) {
          const auto Q_k = Q.value().middleRows(k * d, d);
          weights = S(2) * D.grad().col(k).transpose();
          s.array() = u.middleRows(k * d, d).array().rowwise() * weights.row(0).array();
          if (Q.needs_gradient()) {
            centred = columns.colwise() - mu.value().row(k).transpose();
            Q.adjoint().middleRows(k * d, d).noalias() += s * centred.transpose();
          }
          if (mu.needs_gradient()) {
            for (Index i = 0; i < d; ++i) mu.adjoint().row(k) -= s.row(i).sum() * Q_k.row(i);
          }
          x.accumulate(s.transpose() * Q_k);
        }
      },
      x, mu, Q);
}

// log Γ_d(a) = ¼ d (d - 1) log π + Σ_{j<d} log Γ(a - ½ j)
double log_multivariate_gamma(double a, Index d) {
  const double D = d;
  double sum = 0.25 * D * (D - 1) * std::log(std::numbers::pi);
  for (Index j = 0; j < d; ++j) sum += std::lgamma(a - 0.5 * j);
  return sum;
}

}  // namespace

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

}  // namespace models
