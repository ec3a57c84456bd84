#include "models/statistics/fast_distributions.hpp"

#include <cmath>
#include <stdexcept>

#include "models/statistics/normal.hpp"
#include "models/statistics/shared_rows.hpp"

namespace models {

using autograd::ConstMatrixMap, autograd::MatrixMap;

namespace {

// Row r of R of an operand: its own row, or the one that serves r. x maps rows that lie one after the other.
template <class M>
auto row_of(const M& x, Index r, Index R) {
  using Row = Eigen::Map<const Eigen::Array<typename M::Scalar, 1, Eigen::Dynamic>>;
  return Row(x.data() + r / (R / x.rows()) * x.cols(), x.cols());
}

// An operand of d columns as it is, and one number as a row that repeats it.
template <Element S>
ConstMatrixMap<S> repeated(autograd::Arena& arena, const ConstMatrixMap<S>& x, Index d) {
  if (x.cols() == d) return x;
  MatrixMap<S> row = autograd::scratch<S>(arena, 1, d);
  row.setConstant(x(0, 0));
  return {row.data(), 1, d};
}

// Calls f(r, μ, log σ², 1/σ) for every row r of the result: with numbers where all of x has one μ and one σ, else with
// rows of d numbers.
template <Element S, class F>
void each_normal(autograd::Arena& arena, const ConstMatrixMap<S>& mu, const ConstMatrixMap<S>& log_var,
                 const ConstMatrixMap<S>& inverse_sigma, Index R, Index d, F f) {
  if (mu.size() == 1 && log_var.size() == 1) {
    for (Index r = 0; r < R; ++r) f(r, mu(0, 0), log_var(0, 0), inverse_sigma(0, 0));
    return;
  }
  const auto m = repeated<S>(arena, mu, d), l = repeated<S>(arena, log_var, d),
             s = repeated<S>(arena, inverse_sigma, d);
  for (Index r = 0; r < R; ++r) f(r, row_of(m, r, R), row_of(l, r, R), row_of(s, r, R));
}

// Row r's share of an operand's adjoint += gradient, which is summed if the operand is one number.
template <class Node, class E>
void add_to_row(Node& x, Index r, Index R, const E& gradient) {
  auto adjoint = x.adjoint();
  if (x.cols() == gradient.cols())
    adjoint.row(r / (R / x.rows())).array() += gradient;
  else
    adjoint(0, 0) += gradient.sum();
}

// Σⱼ xⱼ ℓⱼ - log(1 + exp ℓⱼ), where log(1 + exp ℓ) = max(ℓ, 0) + log(1 + exp -|ℓ|), so that no finite ℓ overflows. An
// infinite ℓ gives ∞ - ∞ or 0 ∞. For a row that has one,
//   x ℓ - max(ℓ, 0) = -w |ℓ|,   w = 1 - x for ℓ > 0 and x for ℓ < 0,   which is 0 where w is.
template <class Row>
auto bernoulli_of_row(const Row& x, const Row& l) {
  using S = typename Row::Scalar;
  const auto log_denied = (-l.abs()).exp().log1p();
  const S log_p = (x * l - l.max(S(0)) - log_denied).sum();
  if (!std::isnan(log_p)) return log_p;
  const auto w = (l > S(0)).select(S(1) - x, x);
  return -((w == S(0)).select(S(0), w * l.abs()) + log_denied).sum();
}

}  // namespace

template <Element S>
Var<Matrix<S>> bernoulli_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& logits) {
  const Index R = common_rows<S>("bernoulli_log_prob", {{"x", x}, {"logits", logits}});
  if (logits.rows() != R) throw std::invalid_argument("bernoulli_log_prob: x has more rows than the logits");
  return record<"bernoulli_log_prob">(
      [R](auto& x, auto& logits) {
        return autograd::written<S>(R, 1, [R, &x, &logits](auto y) {
          for (Index r = 0; r < R; ++r) {
            y(r, 0) = bernoulli_of_row(row_of(x.value(), r, R), row_of(logits.value(), r, R));
          }
        });
      },
      [R](auto& y, auto& x, auto& logits) {
        logits.accumulate(autograd::written<S>(R, logits.cols(), [&](auto gradient) {
          for (Index r = 0; r < R; ++r) {
            const auto sigmoid = S(1) / (S(1) + (-row_of(logits.value(), r, R)).exp());
            gradient.row(r).array() = y.grad()(r, 0) * (row_of(x.value(), r, R) - sigmoid);
          }
        }));
        if (!x.needs_gradient()) return;
        auto x_adjoint = x.adjoint();
        for (Index r = 0; r < R; ++r) {
          x_adjoint.row(r / (R / x.rows())).array() += y.grad()(r, 0) * row_of(logits.value(), r, R);
        }
      },
      x, logits);
}

template <Element S>
Var<Matrix<S>> normal_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var) {
  const Index R = common_rows<S>("normal_log_prob", {{"x", x}, {"mu", mu, true}, {"log_var", log_var, true}});
  const Index d = x.cols();
  MatrixMap<S> inverse = x.tape().template scratch<S>(log_var.rows(), log_var.cols());
  inverse.array() = (S(-0.5) * log_var.value().array()).exp();
  const ConstMatrixMap<S> inverse_sigma(inverse.data(), inverse.rows(), inverse.cols());
  return record<"normal_log_prob">(
      [=](auto& x, auto& mu, auto& log_var) {
        return autograd::written<S>(R, 1, [=, &x, &mu, &log_var](auto y) {
          each_normal<S>(x.arena(), mu.value(), log_var.value(), inverse_sigma, R, d,
                         [&](Index r, const auto& mu, const auto& log_var, const auto& inverse_sigma) {
                           const auto u = (row_of(x.value(), r, R) - mu) * inverse_sigma;
                           y(r, 0) = S(-0.5) * (S(kLog2Pi) + log_var + u.square()).sum();
                         });
        });
      },
      [=](auto& y, auto& x, auto& mu, auto& log_var) {
        each_normal<S>(x.arena(), mu.value(), log_var.value(), inverse_sigma, R, d,
                       [&](Index r, const auto& mean, const auto&, const auto& inverse_sigma) {
                         const S g = y.grad()(r, 0);
                         const auto u = (row_of(x.value(), r, R) - mean) * inverse_sigma;
                         if (x.needs_gradient()) add_to_row(x, r, R, -g * u * inverse_sigma);
                         if (mu.needs_gradient()) add_to_row(mu, r, R, g * u * inverse_sigma);
                         if (log_var.needs_gradient()) add_to_row(log_var, r, R, S(0.5) * g * (u.square() - S(1)));
                       });
      },
      x, mu, log_var);
}

template Var<Matrix<float>> bernoulli_log_prob(const Var<Matrix<float>>&, const Var<Matrix<float>>&);
template Var<Matrix<double>> bernoulli_log_prob(const Var<Matrix<double>>&, const Var<Matrix<double>>&);
template Var<Matrix<float>> normal_log_prob(const Var<Matrix<float>>&, const Var<Matrix<float>>&,
                                            const Var<Matrix<float>>&);
template Var<Matrix<double>> normal_log_prob(const Var<Matrix<double>>&, const Var<Matrix<double>>&,
                                             const Var<Matrix<double>>&);

}  // namespace models
