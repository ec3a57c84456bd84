#include "autograd/reductions.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "autograd/shapes.hpp"

namespace autograd {

namespace {

template <Element S>
void check_not_empty(const char* operation, const Var<Matrix<S>>& x) {
  if (x.rows() * x.cols() == 0) throw_shape(operation, "x", x.rows(), x.cols(), "need at least one element");
}
template <Element S>
void check_not_empty(const char* operation, std::span<const Var<S>> x) {
  if (x.empty()) throw std::invalid_argument(std::string(operation) + ": the span is empty (need at least one Var)");
}

// Calls f(k, lane k of x) for every row, or every column.
template <class M, class F>
void each_lane(const M& x, By by, F f) {
  if (by == By::row) {
    for (Index i = 0; i < x.rows(); ++i) f(i, x.row(i));
  } else {
    for (Index j = 0; j < x.cols(); ++j) f(j, x.col(j));
  }
}

// One number for each lane: n×1 by row, 1×d by column.
template <Element S, class F>
auto lanes_to_numbers(const Var<Matrix<S>>& x, By by, F reduce) {
  const auto fill = [x = x.value(), by, reduce](auto y) {
    each_lane(x, by, [&](Index k, const auto& lane) { y.data()[k] = reduce(lane); });
  };
  return written<S>(by == By::row ? x.rows() : 1, by == By::row ? 1 : x.cols(), fill);
}

// x̄ += number(k), the same in all of lane k.
template <Element S, class F>
void accumulate_numbers(Node<Matrix<S>>& x, By by, F number) {
  if (by == By::row)
    x.accumulate_rows([&](Index i) { return Matrix<S>::Constant(1, x.cols(), number(i)); });
  else
    x.accumulate_columns([&](Index j) { return Matrix<S>::Constant(x.rows(), 1, number(j)); });
}

// gradient(i) = ȳ Π_{j≠i} x(j): what is before i times what is behind it, so that zeros need no care. The two products
// grow from both ends at once, since each multiplication waits for the one before; whichever is second at i multiplies.
template <class X, class S, class G>
void product_gradient(const X& x, const S& y_grad, G&& gradient) {
  S before(1), behind = y_grad;
  for (Index i = 0, j = x.size() - 1; j >= 0; ++i, --j) {
    if (i < j)
      gradient(i) = before, gradient(j) = behind;
    else if (i == j)
      gradient(i) = before * behind;
    else
      gradient(i) *= before, gradient(j) *= behind;
    before *= x(i), behind *= x(j);
  }
}

template <class X>
auto stable_log_sum_exp(const X& x) {
  using S = typename X::Scalar;
  using std::exp, std::log, std::isfinite;
  const S m = x.template maxCoeff<Eigen::PropagateNaN>();
  if (!isfinite(m)) return m;  // -∞ if all are, else +∞ or NaN
  return S(m + log((x.array() - m).exp().sum()));
}

// exp(x - y), and 0 where y = -∞: there nothing depends on x.
template <class X, class S>
auto exp_minus(const X& x, const S& y) {
  return (x.array() - (y == S(-std::numeric_limits<double>::infinity()) ? S(0) : y)).exp();
}

// The numbers of a span of scalar Vars or of their nodes, as a column.
template <class Vars>
auto values(const Vars& x) {
  using S = std::remove_cvref_t<decltype(x[0].value())>;
  return Eigen::Array<S, Eigen::Dynamic, 1>::NullaryExpr(static_cast<Index>(x.size()),
                                                         [x](Index i) { return x[i].value(); });
}

}  // namespace

template <Element S>
Var<S> sum(const Var<Matrix<S>>& x) {
  return record<"sum">(
      S(x.value().sum()), [](auto& y, auto& x) { x.accumulate(Matrix<S>::Constant(x.rows(), x.cols(), y.grad())); }, x);
}

template <Element S>
Var<Matrix<S>> sum(const Var<Matrix<S>>& x, By by) {
  return record<"sum">(
      lanes_to_numbers(x, by, [](const auto& lane) { return lane.sum(); }),
      [by](auto& y, auto& x) { accumulate_numbers(x, by, [&](Index k) { return y.grad().data()[k]; }); }, x);
}

template <Element S>
Var<S> mean(const Var<Matrix<S>>& x) {
  check_not_empty("mean", x);
  return record<"mean">(
      S(x.value().sum() / S(double(x.rows() * x.cols()))),
      [](auto& y, auto& x) { x.accumulate(Matrix<S>::Constant(x.rows(), x.cols(), y.grad() / S(double(x.size())))); },
      x);
}

template <Element S>
Var<Matrix<S>> mean(const Var<Matrix<S>>& x, By by) {
  check_not_empty("mean", x);
  const S n(double(by == By::row ? x.cols() : x.rows()));
  return record<"mean">(
      lanes_to_numbers(x, by, [n](const auto& lane) { return S(lane.sum() / n); }),
      [by, n](auto& y, auto& x) { accumulate_numbers(x, by, [&](Index k) { return S(y.grad().data()[k] / n); }); }, x);
}

template <Element S>
Var<S> prod(const Var<Matrix<S>>& x) {
  check_not_empty("prod", x);
  return record<"prod">(
      S(x.value().prod()),
      [](auto& y, auto& x) {
        const auto flat = [](auto map) { return decltype(map)(map.data(), 1, map.size()); };
        x.accumulate(written<S>(x.rows(), x.cols(), [&](MatrixMap<S> gradient) {
          product_gradient(flat(x.value()), y.grad(), flat(gradient));
        }));
      },
      x);
}

template <Element S>
Var<Matrix<S>> prod(const Var<Matrix<S>>& x, By by) {
  check_not_empty("prod", x);
  return record<"prod">(
      lanes_to_numbers(x, by, [](const auto& lane) { return lane.prod(); }),
      [by](auto& y, auto& x) {
        MatrixMap<S> gradient = x.tape().template scratch<S>(x.rows(), x.cols());
        each_lane(x.value(), by, [&](Index k, const auto& lane) {
          const S y_grad = y.grad().data()[k];
          if (by == By::row)
            product_gradient(lane, y_grad, gradient.row(k));
          else
            product_gradient(lane, y_grad, gradient.col(k));
        });
        x.accumulate(gradient);
      },
      x);
}

template <Element S>
Var<S> log_sum_exp(const Var<Matrix<S>>& x) {
  check_not_empty("log_sum_exp", x);
  return record<"log_sum_exp">(
      stable_log_sum_exp(x.value()), [](auto& y, auto& x) { x.accumulate(y.grad() * exp_minus(x.value(), y.value())); },
      x);
}

template <Element S>
Var<Matrix<S>> log_sum_exp(const Var<Matrix<S>>& x, By by) {
  check_not_empty("log_sum_exp", x);
  return record<"log_sum_exp">(
      lanes_to_numbers(x, by, [](const auto& lane) { return stable_log_sum_exp(lane); }),
      [by](auto& y, auto& x) {
        const S* value = y.value().data();
        const S* grad = y.grad().data();
        if (by == By::row)
          x.accumulate_rows([&](Index i) { return grad[i] * exp_minus(x.value().row(i), value[i]); });
        else
          x.accumulate_columns([&](Index j) { return grad[j] * exp_minus(x.value().col(j), value[j]); });
      },
      x);
}

template <Element S>
Var<Matrix<S>> log_softmax(const Var<Matrix<S>>& x) {
  check_not_empty("log_softmax", x);
  const auto fill = [x = x.value()](auto y) {
    for (Index i = 0; i < x.rows(); ++i) y.row(i).array() = x.row(i).array() - stable_log_sum_exp(x.row(i));
  };
  return record<"log_softmax">(
      written<S>(x.rows(), x.cols(), fill),
      [](auto& y, auto& x) {
        x.accumulate_rows([&](Index i) {
          return y.grad().row(i).array() - y.value().row(i).array().exp() * S(y.grad().row(i).sum());
        });
      },
      x);
}

template <Element S>
Var<S> dot(const Var<Matrix<S>>& a, const Var<Matrix<S>>& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) {
    throw_shapes("dot", "a", a.rows(), a.cols(), "b", b.rows(), b.cols(), "need equal shapes");
  }
  return record<"dot">(
      S(a.value().cwiseProduct(b.value()).sum()),
      [](auto& y, auto& a, auto& b) {
        a.accumulate(y.grad() * b.value());
        b.accumulate(y.grad() * a.value());
      },
      a, b);
}

template <Element S>
Var<S> squared_norm(const Var<Matrix<S>>& x) {
  return record<"squared_norm">(
      S(x.value().array().square().sum()), [](auto& y, auto& x) { x.accumulate(S(2 * y.grad()) * x.value()); }, x);
}

template <Element S>
Var<S> sum(std::span<const Var<S>> x) {
  check_not_empty("sum", x);
  return record<"sum">(
      S(values(x).sum()),
      [](auto& y, auto& x) {
        for (Index i = 0; i < x.size(); ++i) x[i].accumulate(y.grad());
      },
      x);
}

template <Element S>
Var<S> prod(std::span<const Var<S>> x) {
  check_not_empty("prod", x);
  const std::span<S> before = x.front().tape().template array<S>(x.size());
  S product(1);
  for (std::size_t i = 0; i < x.size(); ++i) before[i] = product, product *= x[i].value();
  return record<"prod">(
      product,
      [before](auto& y, auto& x) {
        S behind = y.grad();
        for (Index i = x.size(); i-- > 0;) {
          x[i].accumulate(behind * before[static_cast<std::size_t>(i)]);
          behind *= x[i].value();
        }
      },
      x);
}

template <Element S>
Var<S> log_sum_exp(std::span<const Var<S>> x) {
  check_not_empty("log_sum_exp", x);
  return record<"log_sum_exp">(
      stable_log_sum_exp(values(x)),
      [](auto& y, auto& x) {
        const auto softmax = exp_minus(values(x), y.value());
        for (Index i = 0; i < x.size(); ++i) x[i].accumulate(y.grad() * softmax(i));
      },
      x);
}

template <Element S>
Var<S> dot(std::span<const Var<S>> a, std::span<const Var<S>> b) {
  check_not_empty("dot", a);
  if (a.size() != b.size()) throw_shapes("dot", "a", a.size(), 1, "b", b.size(), 1, "need spans of equal length");
  return record<"dot">(
      S((values(a) * values(b)).sum()),
      [](auto& y, auto& a, auto& b) {
        for (Index i = 0; i < a.size(); ++i) {
          a[i].accumulate(y.grad() * b[i].value());
          b[i].accumulate(y.grad() * a[i].value());
        }
      },
      a, b);
}

// Everything above, once for each element type.
// clang-format off
template Var<float> sum(const Var<Matrix<float>>&);
template Var<float> mean(const Var<Matrix<float>>&);
template Var<float> prod(const Var<Matrix<float>>&);
template Var<float> log_sum_exp(const Var<Matrix<float>>&);
template Var<float> squared_norm(const Var<Matrix<float>>&);
template Var<Matrix<float>> sum(const Var<Matrix<float>>&, By);
template Var<Matrix<float>> mean(const Var<Matrix<float>>&, By);
template Var<Matrix<float>> prod(const Var<Matrix<float>>&, By);
template Var<Matrix<float>> log_sum_exp(const Var<Matrix<float>>&, By);
template Var<Matrix<float>> log_softmax(const Var<Matrix<float>>&);
template Var<float> dot(const Var<Matrix<float>>&, const Var<Matrix<float>>&);
template Var<float> sum(std::span<const Var<float>>);
template Var<float> prod(std::span<const Var<float>>);
template Var<float> log_sum_exp(std::span<const Var<float>>);
template Var<float> dot(std::span<const Var<float>>, std::span<const Var<float>>);
template Var<double> sum(const Var<Matrix<double>>&);
template Var<double> mean(const Var<Matrix<double>>&);
template Var<double> prod(const Var<Matrix<double>>&);
template Var<double> log_sum_exp(const Var<Matrix<double>>&);
template Var<double> squared_norm(const Var<Matrix<double>>&);
template Var<Matrix<double>> sum(const Var<Matrix<double>>&, By);
template Var<Matrix<double>> mean(const Var<Matrix<double>>&, By);
template Var<Matrix<double>> prod(const Var<Matrix<double>>&, By);
template Var<Matrix<double>> log_sum_exp(const Var<Matrix<double>>&, By);
template Var<Matrix<double>> log_softmax(const Var<Matrix<double>>&);
template Var<double> dot(const Var<Matrix<double>>&, const Var<Matrix<double>>&);
template Var<double> sum(std::span<const Var<double>>);
template Var<double> prod(std::span<const Var<double>>);
template Var<double> log_sum_exp(std::span<const Var<double>>);
template Var<double> dot(std::span<const Var<double>>, std::span<const Var<double>>);
template Var<Dual<double>> sum(const Var<Matrix<Dual<double>>>&);
template Var<Dual<double>> mean(const Var<Matrix<Dual<double>>>&);
template Var<Dual<double>> prod(const Var<Matrix<Dual<double>>>&);
template Var<Dual<double>> log_sum_exp(const Var<Matrix<Dual<double>>>&);
template Var<Dual<double>> squared_norm(const Var<Matrix<Dual<double>>>&);
template Var<Matrix<Dual<double>>> sum(const Var<Matrix<Dual<double>>>&, By);
template Var<Matrix<Dual<double>>> mean(const Var<Matrix<Dual<double>>>&, By);
template Var<Matrix<Dual<double>>> prod(const Var<Matrix<Dual<double>>>&, By);
template Var<Matrix<Dual<double>>> log_sum_exp(const Var<Matrix<Dual<double>>>&, By);
template Var<Matrix<Dual<double>>> log_softmax(const Var<Matrix<Dual<double>>>&);
template Var<Dual<double>> dot(const Var<Matrix<Dual<double>>>&, const Var<Matrix<Dual<double>>>&);
template Var<Dual<double>> sum(std::span<const Var<Dual<double>>>);
template Var<Dual<double>> prod(std::span<const Var<Dual<double>>>);
template Var<Dual<double>> log_sum_exp(std::span<const Var<Dual<double>>>);
template Var<Dual<double>> dot(std::span<const Var<Dual<double>>>, std::span<const Var<Dual<double>>>);
// clang-format on

}  // namespace autograd
