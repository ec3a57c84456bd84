#include "autograd/operations/elementwise.hpp"

#include <algorithm>
#include <array>

#include "autograd/arithmetic/lanes.hpp"
#include "autograd/core/shapes.hpp"

namespace autograd::detail {

namespace {

using rules::where;

// expand   y = x repeated to rows×cols          x: 1×cols, rows×1 or 1×1
//          x̄ += ȳ, summed over the repetitions
template <Element S>
Var<Matrix<S>> expand(const Var<Matrix<S>>& x, Index rows, Index cols) {
  const auto repeat = [x = x.value()](auto y) {
    if (x.size() == 1)
      y.setConstant(x(0, 0));
    else if (x.rows() == 1)
      y.rowwise() = x.row(0);
    else
      y.colwise() = x.col(0);
  };
  return record<"expand">(
      written<S>(rows, cols, repeat), [](auto& y, auto& x) { x.accumulate(y.grad()); }, x);
}

// An operand of a rows×cols operation: itself if it has that shape, else expanded to it.
template <Element S>
Var<Matrix<S>> broadcast(const Var<Matrix<S>>& x, Index rows, Index cols) {
  return x.rows() == rows && x.cols() == cols ? x : expand(x, rows, cols);
}

// y(i) = f(x(i)...) for n coefficients, a multiple of the lanes. Not inlined: one code for both calls below.
template <class F, class S, class... X>
[[gnu::noinline]] void in_lanes(F f, Index n, S* y, const X*... x) {
  for (Index i = 0; i < n; i += Lanes<S>::kCount) Lanes<S>(f(Lanes<S>::load(x + i)...)).store(y + i);
}

// The same for n coefficients, the last lanes filled up with zeros: a number has one value wherever it stands.
template <class F, class S, class... X>
void coefficients_in_lanes(F f, Index n, S* y, const X*... x) {
  constexpr Index kCount = Lanes<S>::kCount;
  const Index left = n % kCount, whole = n - left;
  in_lanes(f, whole, y, x...);
  if (left == 0) return;
  const auto filled = [=](const S* from) {
    std::array<S, kCount> lanes{};
    std::copy_n(from + whole, left, lanes.begin());
    return lanes;
  };
  std::array<S, kCount> last;
  in_lanes(f, kCount, last.data(), filled(x).data()...);
  std::copy_n(last.begin(), left, y + whole);
}

// f(x...), coefficient by coefficient: of machine numbers in lanes; of Duals, or where there is but one, as a number.
template <class F, Element S, class... Rest>
auto coefficients(F f, const ConstMatrixMap<S>& x, const Rest&... rest) {
  return written<S>(x.rows(), x.cols(), [=](MatrixMap<S> y) {
    if constexpr (std::floating_point<S>) {
      if (y.size() != 1) return coefficients_in_lanes(f, y.size(), y.data(), x.data(), rest.data()...);
    }
    for (Index i = 0; i < y.size(); ++i) y.data()[i] = f(x.data()[i], rest.data()[i]...);
  });
}

template <class Rule, Element S>
Var<Matrix<S>> unary(const Var<Matrix<S>>& x) {
  return record<Rule::name>(
      coefficients([](auto x) { return Rule::f(x); }, x.value()),
      [](auto& y, auto& x) {
        x.accumulate(
            coefficients([](auto g, auto x, auto y) { return g * Rule::df(x, y); }, y.grad(), x.value(), y.value()));
      },
      x);
}

template <class Rule, Element S>
Var<Matrix<S>> binary(const Var<Matrix<S>>& a, const Var<Matrix<S>>& b) {
  const auto agree = [](Index m, Index n) { return m == n || m == 1 || n == 1; };
  if (!agree(a.rows(), b.rows()) || !agree(a.cols(), b.cols())) {
    throw_shapes(Rule::name.text, "a", a.rows(), a.cols(), "b", b.rows(), b.cols(),
                 "rows and columns must be equal, or 1 to be repeated");
  }
  // An extent of 1 gives way to the other one, whatever that is (0 included).
  const Index rows = a.rows() == 1 ? b.rows() : a.rows(), cols = a.cols() == 1 ? b.cols() : a.cols();
  const Var<Matrix<S>> left = broadcast(a, rows, cols), right = broadcast(b, rows, cols);
  return record<Rule::name>(
      coefficients([](auto a, auto b) { return Rule::f(a, b); }, left.value(), right.value()),
      [](auto& c, auto& a, auto& b) {
        const auto times_adjoint = [&](auto derivative) {
          return coefficients([derivative](auto g, auto a, auto b, auto c) { return g * derivative(a, b, c); },
                              c.grad(), a.value(), b.value(), c.value());
        };
        a.accumulate(times_adjoint([](auto a, auto b, auto c) { return Rule::da(a, b, c); }));
        b.accumulate(times_adjoint([](auto a, auto b, auto c) { return Rule::db(a, b, c); }));
      },
      left, right);
}

}  // namespace

template <Element S>
Var<Matrix<S>> unary_matrix(std::size_t rule, const Var<Matrix<S>>& x) {
  static constexpr auto kTable = []<class... Rules>(rules::List<Rules...>) {
    return std::array{&unary<Rules, S>...};
  }(rules::Unary{});
  return kTable[rule](x);
}

template <Element S>
Var<Matrix<S>> binary_matrix(std::size_t rule, const Var<Matrix<S>>& a, const Var<Matrix<S>>& b) {
  static constexpr auto kTable = []<class... Rules>(rules::List<Rules...>) {
    return std::array{&binary<Rules, S>...};
  }(rules::Binary{});
  return kTable[rule](a, b);
}

template <Element S>
Var<Matrix<S>> where_matrix(const Var<Matrix<S>>& condition, const Var<Matrix<S>>& a, const Var<Matrix<S>>& b) {
  const Index rows = condition.rows(), cols = condition.cols();
  for (const auto& [name, x] : {std::pair{"a", a}, std::pair{"b", b}}) {
    if ((x.rows() != rows && x.rows() != 1) || (x.cols() != cols && x.cols() != 1)) {
      throw_shapes("where", "the condition", rows, cols, name, x.rows(), x.cols(),
                   "rows and columns must be equal, or 1 to be repeated");
    }
  }
  const Var<Matrix<S>> left = broadcast(a, rows, cols), right = broadcast(b, rows, cols);
  return record<"where">(
      coefficients([](auto condition, auto a, auto b) { return where(condition != 0, a, b); }, condition.value(),
                   left.value(), right.value()),
      [](auto& c, auto& condition, auto& a, auto& b) {
        const auto g = c.grad();
        const auto holds = condition.value();
        a.accumulate(coefficients([](auto g, auto condition) { return where(condition != 0, g, 0); }, g, holds));
        b.accumulate(coefficients([](auto g, auto condition) { return where(condition != 0, 0, g); }, g, holds));
      },
      condition, left, right);
}

template Var<Matrix<float>> unary_matrix(std::size_t, const Var<Matrix<float>>&);
template Var<Matrix<double>> unary_matrix(std::size_t, const Var<Matrix<double>>&);
template Var<Matrix<Dual<double>>> unary_matrix(std::size_t, const Var<Matrix<Dual<double>>>&);
template Var<Matrix<float>> binary_matrix(std::size_t, const Var<Matrix<float>>&, const Var<Matrix<float>>&);
template Var<Matrix<double>> binary_matrix(std::size_t, const Var<Matrix<double>>&, const Var<Matrix<double>>&);
template Var<Matrix<Dual<double>>> binary_matrix(std::size_t, const Var<Matrix<Dual<double>>>&,
                                                 const Var<Matrix<Dual<double>>>&);
template Var<Matrix<float>> where_matrix(const Var<Matrix<float>>&, const Var<Matrix<float>>&,
                                         const Var<Matrix<float>>&);
template Var<Matrix<double>> where_matrix(const Var<Matrix<double>>&, const Var<Matrix<double>>&,
                                          const Var<Matrix<double>>&);
template Var<Matrix<Dual<double>>> where_matrix(const Var<Matrix<Dual<double>>>&, const Var<Matrix<Dual<double>>>&,
                                                const Var<Matrix<Dual<double>>>&);

}  // namespace autograd::detail
