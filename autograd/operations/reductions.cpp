#include "autograd/operations/reductions.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "autograd/arithmetic/dual.hpp"

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

// Calls f(k, line k of x) for every row, or every column; the numbers of a line lie beside each other, as 1×n.
template <Element S, class F>
void each_line(const Node<Matrix<S>>& x, By by, F f) {
  if (by == By::row) {
    for (Index i = 0; i < x.rows(); ++i) f(i, ConstMatrixMap<S>(x.value().row(i).data(), 1, x.cols()));
  } else {
    MatrixMap<S> column = x.tape().template scratch<S>(1, x.rows());
    for (Index j = 0; j < x.cols(); ++j) {
      column = x.value().col(j).transpose();
      f(j, ConstMatrixMap<S>(column.data(), 1, x.rows()));
    }
  }
}

// One number for each line: n×1 by row, 1×d by column.
template <Element S, class F>
auto lines_to_numbers(const Node<Matrix<S>>& x, By by, F reduce) {
  return written<S>(by == By::row ? x.rows() : 1, by == By::row ? 1 : x.cols(), [&x, by, reduce](auto y) {
    each_line(x, by, [&](Index k, const auto& line) { y.data()[k] = reduce(line); });
  });
}

// Line k of x̄ += ȳ(k) / n, the same in all of it.
template <Element S>
void accumulate_numbers(Node<Matrix<S>>& x, By by, const ConstMatrixMap<S>& y_grad, const S& n) {
  x.accumulate(written<S>(x.rows(), x.cols(), [&](MatrixMap<S> gradient) {
    for (Index i = 0; i < x.rows(); ++i) {
      if (by == By::row)
        gradient.row(i).setConstant(y_grad(i, 0) / n);
      else
        gradient.row(i) = y_grad.row(0) / n;
    }
  }));
}

// Line k of x̄ += what write(k, line k of x, target) writes to its target, 1×n.
template <Element S, class F>
void accumulate_lines(Node<Matrix<S>>& x, By by, F write) {
  x.accumulate(written<S>(x.rows(), x.cols(), [&](MatrixMap<S> gradient) {
    const bool rows = by == By::row;
    MatrixMap<S> column = x.tape().template scratch<S>(1, rows ? 0 : x.rows());
    each_line(x, by, [&](Index k, const auto& line) {
      const MatrixMap<S> target(rows ? gradient.row(k).data() : column.data(), 1, line.size());
      write(k, line, target);
      if (!rows) gradient.col(k) = target.transpose();
    });
  }));
}

// gradient(i) = ȳ Π_{j≠i} x(j): what is before i times what is behind it, so that zeros need no care. The two products
// grow from both ends at once, since each multiplication waits for the one before; whichever is second at i multiplies.
template <Element S>
void product_gradient(const ConstMatrixMap<S>& x, const S& y_grad, MatrixMap<S> gradient) {
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

// exp(x - y) of a number or an array x, and 0 where y = -∞: there nothing depends on x.
template <class X, class S>
auto exp_minus(const X& x, const S& y) {
  using std::exp;
  return exp(x - (y == S(-std::numeric_limits<double>::infinity()) ? S(0) : y));
}

}  // namespace

template <Element S>
Var<S> sum(const Var<Matrix<S>>& x) {
  return record<"sum">([](auto& x) { return S(x.value().sum()); },
                       [](auto& y, auto& x) { x.accumulate(Matrix<S>::Constant(x.rows(), x.cols(), y.grad())); }, x);
}

template <Element S>
Var<Matrix<S>> sum(const Var<Matrix<S>>& x, By by) {
  return record<"sum">([by](auto& x) { return lines_to_numbers(x, by, [](const auto& line) { return line.sum(); }); },
                       [by](auto& y, auto& x) { accumulate_numbers(x, by, y.grad(), S(1)); }, x);
}

template <Element S>
Var<S> mean(const Var<Matrix<S>>& x) {
  check_not_empty("mean", x);
  return record<"mean">(
      [](auto& x) { return S(x.value().sum() / S(double(x.size()))); },
      [](auto& y, auto& x) { x.accumulate(Matrix<S>::Constant(x.rows(), x.cols(), y.grad() / S(double(x.size())))); },
      x);
}

template <Element S>
Var<Matrix<S>> mean(const Var<Matrix<S>>& x, By by) {
  check_not_empty("mean", x);
  const S n(double(by == By::row ? x.cols() : x.rows()));
  return record<"mean">(
      [by, n](auto& x) { return lines_to_numbers(x, by, [n](const auto& line) { return S(line.sum() / n); }); },
      [by, n](auto& y, auto& x) { accumulate_numbers(x, by, y.grad(), n); }, x);
}

template <Element S>
Var<S> prod(const Var<Matrix<S>>& x) {
  check_not_empty("prod", x);
  return record<"prod">([](auto& x) { return S(x.value().prod()); },
                        [](auto& y, auto& x) {
                          const auto flat = [](auto map) { return decltype(map)(map.data(), 1, map.size()); };
                          x.accumulate(written<S>(x.rows(), x.cols(), [&](MatrixMap<S> gradient) {
                            product_gradient<S>(flat(x.value()), y.grad(), flat(gradient));
                          }));
                        },
                        x);
}

template <Element S>
Var<Matrix<S>> prod(const Var<Matrix<S>>& x, By by) {
  check_not_empty("prod", x);
  return record<"prod">(
      [by](auto& x) { return lines_to_numbers(x, by, [](const auto& line) { return line.prod(); }); },
      [by](auto& y, auto& x) {
        accumulate_lines(x, by, [&](Index k, const auto& line, auto target) {
          product_gradient<S>(line, y.grad().data()[k], target);
        });
      },
      x);
}

template <Element S>
Var<S> log_sum_exp(const Var<Matrix<S>>& x) {
  check_not_empty("log_sum_exp", x);
  return record<"log_sum_exp">(
      [](auto& x) { return stable_log_sum_exp(x.value()); },
      [](auto& y, auto& x) { x.accumulate(y.grad() * exp_minus(x.value().array(), y.value())); }, x);
}

template <Element S>
Var<Matrix<S>> log_sum_exp(const Var<Matrix<S>>& x, By by) {
  check_not_empty("log_sum_exp", x);
  return record<"log_sum_exp">(
      [by](auto& x) { return lines_to_numbers(x, by, [](const auto& line) { return stable_log_sum_exp(line); }); },
      [by](auto& y, auto& x) {
        accumulate_lines(x, by, [&](Index k, const auto& line, auto target) {
          target.array() = y.grad().data()[k] * exp_minus(line.array(), y.value().data()[k]);
        });
      },
      x);
}

template <Element S>
Var<Matrix<S>> log_softmax(const Var<Matrix<S>>& x) {
  check_not_empty("log_softmax", x);
  return record<"log_softmax">(
      [](auto& x) {
        return written<S>(x.rows(), x.cols(), [&x](auto y) {
          for (Index i = 0; i < y.rows(); ++i)
            y.row(i).array() = x.value().row(i).array() - stable_log_sum_exp(x.value().row(i));
        });
      },
      [](auto& y, auto& x) {
        x.accumulate(written<S>(x.rows(), x.cols(), [&](auto gradient) {
          for (Index i = 0; i < y.rows(); ++i) {
            const auto g = y.grad().row(i).array();
            gradient.row(i).array() = g - y.value().row(i).array().exp() * S(g.sum());
          }
        }));
      },
      x);
}

template <Element S>
Var<S> dot(const Var<Matrix<S>>& a, const Var<Matrix<S>>& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) {
    throw_shapes("dot", "a", a.rows(), a.cols(), "b", b.rows(), b.cols(), "need equal shapes");
  }
  return record<"dot">([](auto& a, auto& b) { return S(a.value().cwiseProduct(b.value()).sum()); },
                       [](auto& y, auto& a, auto& b) {
                         a.accumulate(y.grad() * b.value());
                         b.accumulate(y.grad() * a.value());
                       },
                       a, b);
}

template <Element S>
Var<S> squared_norm(const Var<Matrix<S>>& x) {
  return record<"squared_norm">([](auto& x) { return S(x.value().array().square().sum()); },
                                [](auto& y, auto& x) { x.accumulate(S(2 * y.grad()) * x.value()); }, x);
}

template <Element S>
Var<S> sum(std::span<const Var<S>> x) {
  check_not_empty("sum", x);
  return record<"sum">(
      [](auto& x) {
        S total(0);
        for (Index i = 0; i < x.size(); ++i) total += x[i].value();
        return total;
      },
      [](auto& y, auto& x) {
        for (Index i = 0; i < x.size(); ++i) x[i].accumulate(y.grad());
      },
      x);
}

template <Element S>
Var<S> prod(std::span<const Var<S>> x) {
  check_not_empty("prod", x);
  const std::span<S> before = x.front().tape().template array<S>(x.size());
  return record<"prod">(
      [before](auto& x) {
        S product(1);
        for (Index i = 0; i < x.size(); ++i) before[i] = product, product *= x[i].value();
        return product;
      },
      [before](auto& y, auto& x) {
        S behind = y.grad();
        for (Index i = x.size(); i-- > 0;) {
          x[i].accumulate(behind * before[i]);
          behind *= x[i].value();
        }
      },
      x);
}

template <Element S>
Var<S> log_sum_exp(std::span<const Var<S>> x) {
  check_not_empty("log_sum_exp", x);
  return record<"log_sum_exp">(
      [](auto& x) {
        MatrixMap<S> values = x.tape().template scratch<S>(1, x.size());
        for (Index i = 0; i < x.size(); ++i) values(i) = x[i].value();
        return stable_log_sum_exp(values);
      },
      [](auto& y, auto& x) {
        for (Index i = 0; i < x.size(); ++i) x[i].accumulate(y.grad() * exp_minus(x[i].value(), y.value()));
      },
      x);
}

template <Element S>
Var<S> dot(std::span<const Var<S>> a, std::span<const Var<S>> b) {
  check_not_empty("dot", a);
  if (a.size() != b.size()) throw_shapes("dot", "a", a.size(), 1, "b", b.size(), 1, "need spans of equal length");
  return record<"dot">(
      [](auto& a, auto& b) {
        S total(0);
        for (Index i = 0; i < a.size(); ++i) total += a[i].value() * b[i].value();
        return total;
      },
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
#define REDUCTIONS_OF(S)                                                  \
  template Var<S> sum(const Var<Matrix<S>>&);                            \
  template Var<S> mean(const Var<Matrix<S>>&);                           \
  template Var<S> prod(const Var<Matrix<S>>&);                           \
  template Var<S> log_sum_exp(const Var<Matrix<S>>&);                    \
  template Var<S> squared_norm(const Var<Matrix<S>>&);                   \
  template Var<Matrix<S>> sum(const Var<Matrix<S>>&, By);                \
  template Var<Matrix<S>> mean(const Var<Matrix<S>>&, By);               \
  template Var<Matrix<S>> prod(const Var<Matrix<S>>&, By);               \
  template Var<Matrix<S>> log_sum_exp(const Var<Matrix<S>>&, By);        \
  template Var<Matrix<S>> log_softmax(const Var<Matrix<S>>&);            \
  template Var<S> dot(const Var<Matrix<S>>&, const Var<Matrix<S>>&);     \
  template Var<S> sum(std::span<const Var<S>>);                          \
  template Var<S> prod(std::span<const Var<S>>);                         \
  template Var<S> log_sum_exp(std::span<const Var<S>>);                  \
  template Var<S> dot(std::span<const Var<S>>, std::span<const Var<S>>);
REDUCTIONS_OF(float)
REDUCTIONS_OF(double)
REDUCTIONS_OF(Dual<double>)
#undef REDUCTIONS_OF
// clang-format on

}  // namespace autograd
