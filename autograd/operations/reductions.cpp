#include "autograd/operations/reductions.hpp"

#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "autograd/arithmetic/dual.hpp"

namespace autograd {

namespace {

template <Element S>
void check_not_empty(const char* operation, const Var<Matrix<S>>& x) {
  if (x.rows() * x.cols() == 0) throw_invalid(operation, ": x is ", shape_text(x), " (need at least one element)");
}

// f(x, By::row) for either; columns are the rows of xᵀ.
template <class F, Element S>
Var<Matrix<S>> by_row_or_column(const Var<Matrix<S>>& x, By by, F f) {
  return by == By::row ? f(x) : transpose(f(transpose(x)));
}

// The numbers of x, read as a matrix with `rows` rows.
template <class Map>
Map in_rows(Map x, Index rows) {
  return {x.data(), rows, x.size() / rows};
}

// x̄, read as a matrix with `rows` rows, += what write(i, row) writes to each.
template <Element S, class F>
void accumulate_rows(Node<Matrix<S>>& x, Index rows, F write) {
  x.accumulate(written<S>(x.rows(), x.cols(), [&](MatrixMap<S> x_grad) {
    for (Index i = 0; i < rows; ++i) write(i, in_rows(x_grad, rows).row(i));
  }));
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
// Flattened, as below: everything that it calls is inlined, so that the constants of exp stay in registers.
template <class X>
[[gnu::flatten]] auto max_and_log_sum(const X& x) {
  using S = typename X::Scalar;
  using std::log, std::isfinite;
  const S m = x.template maxCoeff<Eigen::PropagateNaN>();
  return std::pair(m, isfinite(m) ? S(log((x.array() - m).exp().sum())) : S(0));
}

// Operations that make one number y of a row of numbers x. `Kept` is what the value stores for the derivatives.

struct Prod : rules::Named<"prod"> {
  template <class S>
  struct Kept {};
  static auto value(const auto& x, auto&) { return x.prod(); }

  // x̄ᵢ = ȳ Π_{j≠i} xⱼ: the product of what is before i times the product of what is behind it, which is right with
  // zeros too. The two grow from both ends at once, because each multiplication waits for the one before.
  template <class S>
  static void derivatives(const auto& x, const Kept<S>&, const S& y_grad, auto&& x_grad) {
    x_grad.setConstant(y_grad);
    S before(1), behind(1);
    for (Index i = 0, j = x.size() - 1; j >= 0; ++i, --j) {
      x_grad(i) *= before, x_grad(j) *= behind;
      before *= x(i), behind *= x(j);
    }
  }
};

struct LogSumExp : rules::Named<"log_sum_exp"> {
  template <class S>
  struct Kept {
    S m, log_sum;
  };
  static auto value(const auto& x, auto& kept) {
    std::tie(kept.m, kept.log_sum) = max_and_log_sum(x);
    return kept.m + kept.log_sum;
  }

  // x̄ᵢ = ȳ exp((xᵢ - m) - log Σ). With y instead of m and log Σ, little would be left of log Σ where m is large.
  // Where m = +∞, all xᵢ that are +∞ have equal shares; where m = -∞, nothing depends on x.
  template <class S>
  [[gnu::flatten]] static void derivatives(const auto& x, const Kept<S>& kept, const S& y_grad, auto&& x_grad) {
    using std::isinf;
    const auto& [m, log_sum] = kept;
    if (!isinf(m)) return void(x_grad.array() = y_grad * exp_or_zero((x.array() - m) - log_sum));
    if (m < S(0)) return void(x_grad.setZero());
    x_grad.array() = (x.array() == m).template cast<S>();
    x_grad.array() *= y_grad / S(x_grad.sum());
  }
};

// Of each row of x, read as a matrix with `rows` rows.
template <class Operation, Element S>
Var<Matrix<S>> reduce_rows(const Var<Matrix<S>>& x, Index rows) {
  auto* kept = x.tape().template allocate<typename Operation::template Kept<S>>(rows);
  return record<Operation::name>(
      [=](auto& x) {
        return written<S>(rows, 1, [=, x = in_rows(x.value(), rows)](auto y) {
          for (Index i = 0; i < rows; ++i) y(i, 0) = Operation::value(x.row(i), kept[i]);
        });
      },
      [=](auto& y, auto& x) {
        accumulate_rows(x, rows, [&](Index i, auto x_grad) {
          Operation::derivatives(in_rows(x.value(), rows).row(i), kept[i], y.grad()(i, 0), x_grad);
        });
      },
      x);
}

template <class Operation, Element S>
Var<S> reduce(const Var<Matrix<S>>& x) {
  check_not_empty(Operation::name.text, x);
  return at(reduce_rows<Operation>(x, 1), 0, 0);
}
template <class Operation, Element S>
Var<Matrix<S>> reduce(const Var<Matrix<S>>& x, By by) {
  check_not_empty(Operation::name.text, x);
  return by_row_or_column(x, by, [](const auto& x) { return reduce_rows<Operation>(x, x.rows()); });
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

// clang-format off
template <Element S> Var<S> prod(const Var<Matrix<S>>& x) { return reduce<Prod>(x); }
template <Element S> Var<S> log_sum_exp(const Var<Matrix<S>>& x) { return reduce<LogSumExp>(x); }
template <Element S> Var<Matrix<S>> prod(const Var<Matrix<S>>& x, By by) { return reduce<Prod>(x, by); }
template <Element S> Var<Matrix<S>> log_sum_exp(const Var<Matrix<S>>& x, By by) { return reduce<LogSumExp>(x, by); }
// clang-format on

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
        accumulate_rows(x, x.rows(), [&](Index i, auto gradient) {
          const auto g = y.grad().row(i).array();
          gradient.array() = g - exp_or_zero(y.value().row(i).array()) * S(g.sum());
        });
      },
      x);
}

template <Element S>
Var<S> dot(const Var<Matrix<S>>& a, const Var<Matrix<S>>& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols())
    throw_invalid("dot: a is ", shape_text(a), ", b is ", shape_text(b), " (need equal shapes)");
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
  if (x.empty()) throw_invalid("stack: the span is empty (need at least one Var)");
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
TAPESTRY_FOR_EACH_ELEMENT(REDUCTIONS_OF)
// clang-format on

}  // namespace autograd
