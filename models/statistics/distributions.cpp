#include "models/statistics/distributions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/statistics/normal.hpp"

namespace models {

namespace {

using autograd::Index;
using autograd::written;

template <Element S>
struct Operand {
  const char* name;
  Var<Matrix<S>> x;
  bool may_be_number = false;  // 1×1 for all columns
};

// The number of rows R of the result; checks that every operand's rows divide it and that the columns agree.
template <Element S>
Index common_rows(const char* operation, std::initializer_list<Operand<S>> operands) {
  Index rows = 1, cols = 1;
  for (const Operand<S>& operand : operands) {
    rows = std::max(rows, operand.x.rows());
    cols = std::max(cols, operand.x.cols());
  }
  for (const auto& [name, x, may_be_number] : operands) {
    const bool number = may_be_number && x.rows() == 1 && x.cols() == 1;
    if (number || (x.cols() == cols && x.rows() > 0 && rows % x.rows() == 0)) continue;
    throw std::invalid_argument(
        fmt::format("{}: {} is {}×{}, the result has {} rows of {} columns (need as many "
                    "columns, and rows that divide {})",
                    operation, name, x.rows(), x.cols(), rows, cols, rows));
  }
  return rows;
}

template <Element S>
using Row = Eigen::Map<const Eigen::Array<S, 1, Eigen::Dynamic>>;

// Row r of R of an operand: its own row, or the one that serves r. x maps rows that lie one after the other.
template <class M>
Row<typename M::Scalar> row_of(const M& x, Index r, Index R) {
  return {x.data() + r / (R / x.rows()) * x.cols(), x.cols()};
}

// An operand of d columns as it is; one number as a row that repeats it.
template <Element S>
autograd::ConstMatrixMap<S> repeated(autograd::Tape& tape, const autograd::ConstMatrixMap<S>& x, Index d) {
  if (x.cols() == d) return x;
  const autograd::MatrixMap<S> row = tape.scratch<S>(1, d);
  autograd::MatrixMap<S>(row).setConstant(x(0, 0));
  return {row.data(), 1, d};
}

// Adds to row r's share of an operand's adjoint; over all columns if the operand is one number.
template <class Node, class E>
void add_to_row(Node& x, Index r, Index R, const E& gradient) {
  auto adjoint = x.adjoint();
  if (x.cols() == gradient.cols())
    adjoint.row(r / (R / x.rows())).array() += gradient;
  else
    adjoint(0, 0) += gradient.sum();
}

}  // namespace

template <Element S>
Var<Matrix<S>> bernoulli_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& logits) {
  const Index R = common_rows<S>("bernoulli_log_prob", {{"x", x}, {"logits", logits}});
  if (logits.rows() != R) throw std::invalid_argument("bernoulli_log_prob: x has more rows than the logits");
  // log(1 + exp ℓ) = max(ℓ, 0) + log(1 + exp -|ℓ|): nothing overflows.
  return record<"bernoulli_log_prob">(
      [R](auto& x, auto& logits) {
        return written<S>(R, 1, [R, &x, &logits](auto y) {
          for (Index r = 0; r < R; ++r) {
            const auto l = row_of(logits.value(), r, R);
            y(r, 0) = (row_of(x.value(), r, R) * l - l.max(S(0)) - (-l.abs()).exp().log1p()).sum();
          }
        });
      },
      [R](auto& y, auto& x, auto& logits) {
        logits.accumulate(written<S>(R, logits.cols(), [&](auto gradient) {
          for (Index r = 0; r < R; ++r) {
            gradient.row(r).array() =
                y.grad()(r, 0) * (row_of(x.value(), r, R) - S(1) / (S(1) + (-row_of(logits.value(), r, R)).exp()));
          }
        }));
      },
      x, logits);
}

template <Element S>
Var<Matrix<S>> normal_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var) {
  const Index R = common_rows<S>("normal_log_prob", {{"x", x}, {"mu", mu, true}, {"log_var", log_var, true}});
  autograd::Tape& tape = x.tape();
  // 1 / σ² in the operand's own shape: one exponential for each of its numbers, forward and backward.
  const autograd::MatrixMap<S> inverse = tape.scratch<S>(log_var.rows(), log_var.cols());
  autograd::MatrixMap<S>(inverse).array() = (-log_var.value().array()).exp();
  const bool numbers = mu.value().size() == 1 && log_var.value().size() == 1;
  const Index d = numbers ? 1 : x.cols();  // numbers stay as they are
  const auto m = repeated<S>(tape, mu.value(), d), l = repeated<S>(tape, log_var.value(), d);
  const auto precision = repeated<S>(tape, {inverse.data(), inverse.rows(), inverse.cols()}, d);
  // f(r, μ, log σ², 1/σ²) for every row r of the result: with numbers if μ and σ are numbers for all of x, else with
  // rows.
  const auto each_row = [=](auto f) {
    for (Index r = 0; r < R; ++r) {
      if (numbers)
        f(r, m(0, 0), l(0, 0), precision(0, 0));
      else
        f(r, row_of(m, r, R), row_of(l, r, R), row_of(precision, r, R));
    }
  };
  return record<"normal_log_prob">(
      [=](auto& x, auto&, auto&) {
        return written<S>(R, 1, [=, &x](auto y) {
          each_row([&](Index r, const auto& mu, const auto& log_var, const auto& precision) {
            const auto squares = (row_of(x.value(), r, R) - mu).square();
            y(r, 0) = S(-0.5) * (S(kLog2Pi) + log_var + squares * precision).sum();
          });
        });
      },
      [=](auto& y, auto& x, auto& mu, auto& log_var) {
        for (auto* operand : {&mu, &log_var}) {
          if (operand->needs_gradient()) operand->adjoint();
        }
        if (x.needs_gradient()) x.adjoint();
        each_row([&](Index r, const auto& mean, const auto&, const auto& precision) {
          const S g = y.grad()(r, 0);
          const auto difference = row_of(x.value(), r, R) - mean;
          const auto u = difference * precision;
          if (x.needs_gradient()) add_to_row(x, r, R, -g * u);
          if (mu.needs_gradient()) add_to_row(mu, r, R, g * u);
          if (log_var.needs_gradient()) add_to_row(log_var, r, R, S(0.5) * g * (u * difference - S(1)));
        });
      },
      x, mu, log_var);
}

template <Element S>
Var<Matrix<S>> standard_normal_log_prob(const Var<Matrix<S>>& z) {
  const S constant = S(kLog2Pi * double(z.cols()));
  return record<"standard_normal_log_prob">(
      [constant](auto& z) { return S(-0.5) * (z.value().rowwise().squaredNorm().array() + constant); },
      [](auto& y, auto& z) {
        z.accumulate(written<S>(z.rows(), z.cols(), [&](auto gradient) {
          for (Index r = 0; r < z.rows(); ++r) gradient.row(r) = S(-y.grad()(r, 0)) * z.value().row(r);
        }));
      },
      z);
}

template <Element S>
Var<Matrix<S>> kl_to_standard_normal(const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var) {
  const Index R = common_rows<S>("kl_to_standard_normal", {{"mu", mu}, {"log_var", log_var}});
  return record<"kl_to_standard_normal">(
      [R](auto& mu, auto& log_var) {
        return written<S>(R, 1, [R, &mu, &log_var](auto y) {
          for (Index r = 0; r < R; ++r) {
            const auto l = row_of(log_var.value(), r, R);
            y(r, 0) = S(0.5) * (row_of(mu.value(), r, R).square() + l.exp() - S(1) - l).sum();
          }
        });
      },
      [R](auto& y, auto& mu, auto& log_var) {
        for (auto* operand : {&mu, &log_var}) {
          if (operand->needs_gradient()) operand->adjoint();
        }
        for (Index r = 0; r < R; ++r) {
          const S g = y.grad()(r, 0);
          if (mu.needs_gradient()) add_to_row(mu, r, R, g * row_of(mu.value(), r, R));
          if (!log_var.needs_gradient()) continue;
          add_to_row(log_var, r, R, S(0.5) * g * (row_of(log_var.value(), r, R).exp() - S(1)));
        }
      },
      mu, log_var);
}

template <Element S>
Var<Matrix<S>> reparameterise(const Var<Matrix<S>>& mu, const Var<Matrix<S>>& log_var, const Var<Matrix<S>>& epsilon) {
  const Index R = common_rows<S>("reparameterise", {{"mu", mu}, {"log_var", log_var}, {"epsilon", epsilon}});
  if (epsilon.rows() != R) throw std::invalid_argument("reparameterise: epsilon has fewer rows than mu or log_var");
  return record<"reparameterise">(
      [R](auto& mu, auto& log_var, auto& epsilon) {
        return written<S>(R, mu.cols(), [R, &mu, &log_var, &epsilon](auto z) {
          for (Index r = 0; r < R; ++r) {
            z.row(r).array() = row_of(mu.value(), r, R) +
                               (S(0.5) * row_of(log_var.value(), r, R)).exp() * row_of(epsilon.value(), r, R);
          }
        });
      },
      [R](auto& z, auto& mu, auto& log_var, auto& epsilon) {
        for (auto* operand : {&mu, &log_var}) {
          if (operand->needs_gradient()) operand->adjoint();
        }
        for (Index r = 0; r < R; ++r) {
          const auto g = row_of(z.grad(), r, R);
          if (mu.needs_gradient()) add_to_row(mu, r, R, g);
          if (!log_var.needs_gradient()) continue;
          add_to_row(log_var, r, R, S(0.5) * g * (row_of(z.value(), r, R) - row_of(mu.value(), r, R)));
        }
        epsilon.accumulate(written<S>(R, epsilon.cols(), [&](auto gradient) {
          for (Index r = 0; r < R; ++r)
            gradient.row(r).array() = row_of(z.grad(), r, R) * (S(0.5) * row_of(log_var.value(), r, R)).exp();
        }));
      },
      mu, log_var, epsilon);
}

// Everything above, once for each element type that models train with.
// clang-format off
template Var<Matrix<float>> bernoulli_log_prob(const Var<Matrix<float>>&, const Var<Matrix<float>>&);
template Var<Matrix<double>> bernoulli_log_prob(const Var<Matrix<double>>&, const Var<Matrix<double>>&);
template Var<Matrix<float>> normal_log_prob(const Var<Matrix<float>>&, const Var<Matrix<float>>&, const Var<Matrix<float>>&);
template Var<Matrix<double>> normal_log_prob(const Var<Matrix<double>>&, const Var<Matrix<double>>&, const Var<Matrix<double>>&);
template Var<Matrix<float>> standard_normal_log_prob(const Var<Matrix<float>>&);
template Var<Matrix<double>> standard_normal_log_prob(const Var<Matrix<double>>&);
template Var<Matrix<float>> kl_to_standard_normal(const Var<Matrix<float>>&, const Var<Matrix<float>>&);
template Var<Matrix<double>> kl_to_standard_normal(const Var<Matrix<double>>&, const Var<Matrix<double>>&);
template Var<Matrix<float>> reparameterise(const Var<Matrix<float>>&, const Var<Matrix<float>>&, const Var<Matrix<float>>&);
template Var<Matrix<double>> reparameterise(const Var<Matrix<double>>&, const Var<Matrix<double>>&, const Var<Matrix<double>>&);
// clang-format on

}  // namespace models
