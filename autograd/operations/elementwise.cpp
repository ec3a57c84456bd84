#include "autograd/operations/elementwise.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "autograd/arithmetic/dual.hpp"
#include "autograd/arithmetic/lanes.hpp"

namespace autograd {

namespace {

constexpr const char* kBroadcasting = " (rows and columns must be equal, or 1 to be repeated)";

// y(i) = f(x(i)...) for n coefficients, a multiple of the lanes. Not inlined: one code for both calls below.
// Flattened: everything that f calls is inlined, so that its constants stay in registers.
template <class F, class S, class... X>
[[gnu::noinline, gnu::flatten]] void in_lanes(F f, Index n, S* y, const X*... x) {
  for (Index i = 0; i < n; i += Lanes<S>::kCount) Lanes<S>(f(Lanes<S>::load(x + i)...)).store(y + i);
}

// The same for n coefficients, the last lanes filled up with zeros: f(x) does not depend on where x stands among them.
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

bool broadcasts(Index from, Index to) { return from == to || from == 1; }

}  // namespace

template <Element S>
Var<Matrix<S>> expand(const Var<Matrix<S>>& x, Index rows, Index cols) {
  if (!broadcasts(x.rows(), rows) || !broadcasts(x.cols(), cols))
    throw_invalid("expand: x is ", shape_text(x), ", the result is ", rows, "×", cols, kBroadcasting);
  if (x.rows() == rows && x.cols() == cols) return x;
  return record<"expand">(
      [=](auto& x) {
        return written<S>(rows, cols, [x = x.value()](auto y) {
          if (x.size() == 1)
            y.setConstant(x(0, 0));
          else if (x.rows() == 1)
            y.rowwise() = x.row(0);
          else
            y.colwise() = x.col(0);
        });
      },
      [](auto& y, auto& x) {
        if (x.size() == 1)
          x.accumulate(Matrix<S>::Constant(1, 1, y.grad().sum()));
        else if (x.rows() == 1)
          x.accumulate(y.grad().colwise().sum());
        else
          x.accumulate(y.grad().rowwise().sum());
      },
      x);
}

namespace detail {

using rules::select;

template <class Rule, Element S>
Var<Matrix<S>> unary_matrix(const Var<Matrix<S>>& x) {
  return record<Rule::name>([](auto& x) { return coefficients([](auto x) { return Rule::f(x); }, x.value()); },
                            [](auto& y, auto& x) {
                              x.accumulate(coefficients([](auto g, auto x, auto y) { return g * Rule::df(x, y); },
                                                        y.grad(), x.value(), y.value()));
                            },
                            x);
}

template <class Rule, Element S>
Var<Matrix<S>> binary_matrix(const Var<Matrix<S>>& a, const Var<Matrix<S>>& b) {
  // An extent of 1 becomes the other one, whatever that is (0 included).
  const Index rows = a.rows() == 1 ? b.rows() : a.rows(), cols = a.cols() == 1 ? b.cols() : a.cols();
  if (!broadcasts(b.rows(), rows) || !broadcasts(b.cols(), cols))
    throw_invalid(Rule::name.text, ": a is ", shape_text(a), ", b is ", shape_text(b), kBroadcasting);
  const Var<Matrix<S>> left = expand(a, rows, cols), right = expand(b, rows, cols);
  return record<Rule::name>(
      [](auto& a, auto& b) {
        return coefficients([](auto a, auto b) { return Rule::f(a, b); }, a.value(), b.value());
      },
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

template <Element S>
Var<Matrix<S>> where_matrix(const Var<Matrix<S>>& condition, const Var<Matrix<S>>& a, const Var<Matrix<S>>& b) {
  const Index rows = condition.rows(), cols = condition.cols();
  for (const auto& [name, x] : {std::pair{"a", a}, std::pair{"b", b}}) {
    if (!broadcasts(x.rows(), rows) || !broadcasts(x.cols(), cols))
      throw_invalid("where: the condition is ", shape_text(condition), ", ", name, " is ", shape_text(x),
                    kBroadcasting);
  }
  const Var<Matrix<S>> left = expand(a, rows, cols), right = expand(b, rows, cols);
  return record<"where">(
      [](auto& condition, auto& a, auto& b) {
        return coefficients([](auto condition, auto a, auto b) { return select(condition != 0, a, b); },
                            condition.value(), a.value(), b.value());
      },
      [](auto& c, auto& condition, auto& a, auto& b) {
        const auto holds = condition.value();
        a.accumulate(coefficients([](auto holds, auto g) { return select(holds != 0, g, 0); }, holds, c.grad()));
        b.accumulate(coefficients([](auto holds, auto g) { return select(holds != 0, 0, g); }, holds, c.grad()));
      },
      condition, left, right);
}

// Everything above, once for each element type. `Compiled` names every rule's function, so that it is compiled here.
template <Element S, class Unary, class Binary>
struct Compiled;
template <Element S, class... Unary, class... Binary>
struct Compiled<S, std::tuple<Unary...>, std::tuple<Binary...>> {
  static auto functions() { return std::tuple(&unary_matrix<Unary, S>..., &binary_matrix<Binary, S>...); }
};

}  // namespace detail

// clang-format off
#define ELEMENTWISE_OF(S)                                                                            \
  template struct detail::Compiled<S, rules::Unary, rules::Binary>;                                  \
  template Var<Matrix<S>> detail::where_matrix(const Var<Matrix<S>>&, const Var<Matrix<S>>&,         \
                                               const Var<Matrix<S>>&);                               \
  template Var<Matrix<S>> expand(const Var<Matrix<S>>&, Index, Index);
TAPESTRY_FOR_EACH_ELEMENT(ELEMENTWISE_OF)
// clang-format on

}  // namespace autograd
