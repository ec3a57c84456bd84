#include "models/gaussian_mixture.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <span>
#include <stdexcept>
#include <vector>

#include "autograd/elementwise.hpp"
#include "autograd/linear_algebra.hpp"
#include "autograd/reductions.hpp"
#include "autograd/shapes.hpp"

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
    throw std::invalid_argument(fmt::format("GaussianMixture: mu is {}, so {} must be {}, found {}",
                                            autograd::shape_text(K, d), name, autograd::shape_text(rows, cols),
                                            autograd::shape_text(x.rows(), x.cols())));
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

// Columns n×1 side by side. By halves, so that each is copied log₂ K times and not K.
template <Element S>
Var<Matrix<S>> side_by_side(std::span<const Var<Matrix<S>>> columns) {
  if (columns.size() == 1) return columns[0];
  const std::size_t half = columns.size() / 2;
  return hstack(side_by_side(columns.first(half)), side_by_side(columns.subspan(half)));
}

// log Γ_d(a) = ¼ d (d - 1) log π + Σ_{j<d} log Γ(a - ½ j)
double log_multivariate_gamma(double a, Index d) {
  const double D = static_cast<double>(d);
  double sum = 0.25 * D * (D - 1) * std::log(std::numbers::pi);
  for (Index j = 0; j < d; ++j) sum += std::lgamma(a - 0.5 * static_cast<double>(j));
  return sum;
}

}  // namespace

// Q(k)ᵢᵢ = exp lᵢ      Q(k)ᵢⱼ = bᵢⱼ for i > j          l̄ᵢ += Q̄ᵢᵢ Qᵢᵢ      b̄ᵢⱼ += Q̄ᵢⱼ
template <Element S>
Var<Matrix<S>> GaussianMixture<S>::inverse_factors() const {
  check_shapes(*this);
  const Index K = mu.rows(), d = mu.cols();
  const auto fill = [K, d, l = log_diagonal.value(), b = below.value()](auto Q) {
    Q.setZero();
    for (Index k = 0; k < K; ++k) Q.middleRows(k * d, d).diagonal() = l.row(k).array().exp().matrix();
    each_below(K, d, [&](Index k, Index i, Index j, Index column) { Q(k * d + i, j) = b(k, column); });
  };
  return record<"inverse_factors">(
      written<S>(K * d, d, fill),
      [K, d](auto& Q, auto& l, auto& b) {
        if (l.needs_gradient()) {
          auto gradient = l.touched_grad();
          for (Index k = 0; k < K; ++k) {
            const auto diagonal = [&](auto all) { return all.middleRows(k * d, d).diagonal().transpose().array(); };
            gradient.row(k).array() += diagonal(Q.grad()) * diagonal(Q.value());
          }
        }
        if (!b.needs_gradient()) return;
        auto gradient = b.touched_grad();
        each_below(K, d,
                   [&](Index k, Index i, Index j, Index column) { gradient(k, column) += Q.grad()(k * d + i, j); });
      },
      log_diagonal, below);
}

template <Element S>
Var<Matrix<S>> GaussianMixture<S>::log_joint(const Var<Matrix<S>>& x) const {
  const Index K = mu.rows(), d = mu.cols();
  const Var<Matrix<S>> Q = inverse_factors();
  std::vector<Var<Matrix<S>>> squared_distances;  // ‖Q_k (x - μ_k)‖²: n×1 for each k
  for (Index k = 0; k < K; ++k) {
    const Var<Matrix<S>> u = matmul_nt(x - rows(mu, k, 1), rows(Q, k * d, d));
    squared_distances.push_back(sum(square(u), By::row));
  }
  const S constant = static_cast<S>(-0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi));
  const Var<Matrix<S>> log_scale = log_softmax(alpha) + transpose(sum(log_diagonal, By::row)) + constant;
  return log_scale - S(0.5) * side_by_side<S>(squared_distances);
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
  const double K = static_cast<double>(mu.rows()), d = static_cast<double>(mu.cols()), nu = d + 1 + prior.m;
  const double constant =
      nu * d * (std::log(prior.gamma) - 0.5 * std::log(2)) - log_multivariate_gamma(nu / 2, mu.cols());
  const Var<S> squared_norms = sum(exp(S(2) * log_diagonal)) + squared_norm(below);
  return S(prior.m) * sum(log_diagonal) - S(0.5 * prior.gamma * prior.gamma) * squared_norms + S(K * constant);
}

template struct GaussianMixture<float>;
template struct GaussianMixture<double>;

}  // namespace models
