#include "models/statistics/fast_distributions.hpp"

#include <stdexcept>

#include "models/statistics/shared_rows.hpp"

namespace models {

namespace {

// Row r of R of an operand: its own row, or the one that serves r. x maps rows that lie one after the other.
template <class M>
auto row_of(const M& x, Index r, Index R) {
  using Row = Eigen::Map<const Eigen::Array<typename M::Scalar, 1, Eigen::Dynamic>>;
  return Row(x.data() + r / (R / x.rows()) * x.cols(), x.cols());
}

}  // namespace

// log(1 + exp ℓ) = max(ℓ, 0) + log(1 + exp -|ℓ|): nothing overflows.
template <Element S>
Var<Matrix<S>> bernoulli_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& logits) {
  const Index R = common_rows<S>("bernoulli_log_prob", {{"x", x}, {"logits", logits}});
  if (logits.rows() != R) throw std::invalid_argument("bernoulli_log_prob: x has more rows than the logits");
  return record<"bernoulli_log_prob">(
      [R](auto& x, auto& logits) {
        return autograd::written<S>(R, 1, [R, &x, &logits](auto y) {
          for (Index r = 0; r < R; ++r) {
            const auto l = row_of(logits.value(), r, R);
            y(r, 0) = (row_of(x.value(), r, R) * l - l.max(S(0)) - (-l.abs()).exp().log1p()).sum();
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

template Var<Matrix<float>> bernoulli_log_prob(const Var<Matrix<float>>&, const Var<Matrix<float>>&);
template Var<Matrix<double>> bernoulli_log_prob(const Var<Matrix<double>>&, const Var<Matrix<double>>&);

}  // namespace models
