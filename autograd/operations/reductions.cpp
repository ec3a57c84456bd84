#include "autograd/operations/reductions.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "autograd/arithmetic/dual.hpp"

namespace autograd {

namespace {

template <Element S>
void check_not_empty(const char* operation, const Var<Matrix<S>>& x) {
  if (x.rows() * x.cols() == 0) throw_shape(operation, "x", x.rows(), x.cols(), "need at least one element");
}

// f(x, By::row) for either; columns are the rows of xᵀ.
template <class F, Element S>
Var<Matrix<S>> by_row_or_column(const Var<Matrix<S>>& x, By by, F f) {
  return by == By::row ? f(x) : transpose(f(transpose(x)));
}

// y(i) = reduce(row i of x), n×1.
template <Element S, class F>
auto each_row_to_number(const Node<Matrix<S>>& x, F reduce) {
  return written<S>(x.rows(), 1, [&x, reduce](auto y) {
    for (Index i = 0; i < x.rows(); ++i) y(i, 0) = reduce(x.value().row(i));
  });
}

// Row i of x̄ += what write(i, row) writes to its row.
template <Element S, class F>
void accumulate_rows(Node<Matrix<S>>& x, F write) {
  x.accumulate(written<S>(x.rows(), x.cols(), [&](MatrixMap<S> gradient) {
    for (Index i = 0; i < x.rows(); ++i) write(i, gradient.row(i));
  }));
}

// gradient(i) = ȳ Π_{j≠i} x(j): the product of what is before i times the product of what is behind it, which is right
// with zeros too. The two products grow from both ends at once, because each multiplication waits for the one before.
// Whichever comes to i first assigns, the second multiplies.
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

// exp x, and 0 where that is not a normal number: for -∞ Eigen gives the smallest of its values, which is not 0.
template <class X>
auto exp_or_zero(const X& x) {
  using S = typename X::Scalar;
  if constexpr (std::floating_point<S>)
    return (x.exp() - std::numeric_limits<S>::min()).max(S(0));  // NaN stays
  else
    return x.exp();
}

// m = max xᵢ and log Σ exp(xᵢ - m). Where m is infinite, so is the result, and the sum counts as 1: its log is 0.
template <class X>
auto max_and_log_sum(const X& x) {
  using S = typename X::Scalar;
  using std::log, std::isfinite;
  const S m = x.template maxCoeff<Eigen::PropagateNaN>();
  return std::pair(m, isfinite(m) ? S(log((x.array() - m).exp().sum())) : S(0));
}
template <class X>
auto stable_log_sum_exp(const X& x) {
  const auto [m, log_sum] = max_and_log_sum(x);
  return m + log_sum;
}

// The derivatives of log_sum_exp times ȳ: exp(xᵢ - m) / Σ. Where m = +∞, all xᵢ that are +∞ have equal shares; where
// m = -∞, nothing depends on x.
template <class X, class S, class G>
void log_sum_exp_gradient(const X& x, const S& y_grad, G&& gradient) {
  using std::isinf;
  const S m = x.template maxCoeff<Eigen::PropagateNaN>();
  if (isinf(m) && m < S(0))
    gradient.setZero();
  else if (isinf(m))
    gradient.array() = (x.array() == m).template cast<S>();
  else
    gradient.array() = exp_or_zero(x.array() - m);
  const S total = gradient.sum();
  if (!(total == S(0))) gradient.array() *= y_grad / total;
}

}  // namespace

template <Element S>
Var<S> sum(const Var<Matrix<S>>& x) {
  return record<"sum">([](auto& x) { return S(x.value().sum()); },
                       [](auto& y, auto& x) { x.accumulate(Matrix<S>::Constant(x.rows(), x.cols(), y.grad())); }, x);
}

template <Element S>
Var<Matrix<S>> sum(const Var<Matrix<S>>& x, By by) {
  return by_row_or_column(x, by, [](const Var<Matrix<S>>& x) {
    return record<"sum">([](auto& x) { return x.value().rowwise().sum(); },
                         [](auto& y, auto& x) { x.accumulate(y.grad().replicate(1, x.cols())); }, x);
  });
}

template <Element S>
Var<S> mean(const Var<Matrix<S>>& x) {
  check_not_empty("mean", x);
  return sum(x) / double(x.rows() * x.cols());
}

template <Element S>
Var<Matrix<S>> mean(const Var<Matrix<S>>& x, By by) {
  check_not_empty("mean", x);
  return sum(x, by) / double(by == By::row ? x.cols() : x.rows());
}

template <Element S>
Var<S> prod(const Var<Matrix<S>>& x) {
  check_not_empty("prod", x);
  return record<"prod">([](auto& x) { return S(x.value().prod()); },
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
  return by_row_or_column(x, by, [](const Var<Matrix<S>>& x) {
    return record<"prod">([](auto& x) { return each_row_to_number(x, [](const auto& row) { return row.prod(); }); },
                          [](auto& y, auto& x) {
                            accumulate_rows(x, [&](Index i, auto gradient) {
                              product_gradient(x.value().row(i), y.grad()(i, 0), gradient);
                            });
                          },
                          x);
  });
}

template <Element S>
Var<S> log_sum_exp(const Var<Matrix<S>>& x) {
  check_not_empty("log_sum_exp", x);
  return record<"log_sum_exp">([](auto& x) { return stable_log_sum_exp(x.value()); },
                               [](auto& y, auto& x) {
                                 x.accumulate(written<S>(x.rows(), x.cols(), [&](auto gradient) {
                                   log_sum_exp_gradient(x.value(), y.grad(), gradient);
                                 }));
                               },
                               x);
}

template <Element S>
Var<Matrix<S>> log_sum_exp(const Var<Matrix<S>>& x, By by) {
  check_not_empty("log_sum_exp", x);
  return by_row_or_column(x, by, [](const Var<Matrix<S>>& x) {
    return record<"log_sum_exp">(
        [](auto& x) { return each_row_to_number(x, [](const auto& row) { return stable_log_sum_exp(row); }); },
        [](auto& y, auto& x) {
          accumulate_rows(
              x, [&](Index i, auto gradient) { log_sum_exp_gradient(x.value().row(i), y.grad()(i, 0), gradient); });
        },
        x);
  });
}

template <Element S>
Var<Matrix<S>> log_softmax(const Var<Matrix<S>>& x) {
  check_not_empty("log_softmax", x);
  return record<"log_softmax">(
      [](auto& x) {
        return written<S>(x.rows(), x.cols(), [&x](auto y) {
          for (Index i = 0; i < x.rows(); ++i) {
            const auto [m, log_sum] = max_and_log_sum(x.value().row(i));
            y.row(i).array() = (x.value().row(i).array() - m) - log_sum;
          }
        });
      },
      [](auto& y, auto& x) {
        accumulate_rows(x, [&](Index i, auto gradient) {
          const auto g = y.grad().row(i).array();
          gradient.array() = g - exp_or_zero(y.value().row(i).array()) * S(g.sum());
        });
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
Var<Matrix<S>> stack(std::span<const Var<S>> x) {
  if (x.empty()) throw std::invalid_argument("stack: the span is empty (need at least one Var)");
  return record<"stack">(
      [](auto& x) {
        return written<S>(1, x.size(), [&x](auto y) {
          for (Index i = 0; i < x.size(); ++i) y(0, i) = x[i].value();
        });
      },
      [](auto& y, auto& x) {
        for (Index i = 0; i < x.size(); ++i) x[i].accumulate(y.grad()(0, i));
      },
      x);
}

// Everything above, once for each element type.
// clang-format off
#define REDUCTIONS_OF(S)                                                 \
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
  template Var<Matrix<S>> stack(std::span<const Var<S>>);
REDUCTIONS_OF(float)
REDUCTIONS_OF(double)
REDUCTIONS_OF(Dual<double>)
#undef REDUCTIONS_OF
// clang-format on

}  // namespace autograd
