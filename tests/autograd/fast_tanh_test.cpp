// tanh of double arrays is the engine's own: against std::tanh over all of its range.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;

namespace {

// By the engine, as a matrix, so that whole registers and a rest are used.
M tanh_of(const M& x) {
  Tape tape;
  return tanh(tape.constant(x)).value();
}

double largest_relative_error(const M& x) {
  const M y = tanh_of(x);
  double worst = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const long double exact = std::tanh(static_cast<long double>(x.data()[i]));
    worst = std::max(worst, static_cast<double>(std::abs((y.data()[i] - exact) / exact)));
  }
  return worst;
}

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("fast tanh: relative error over a dense grid, and near 0") {
    constexpr double kError = 8e-16;  // under four units in the last place
    CHECK(largest_relative_error(M::NullaryExpr(1, 200'001, [](Index, Index i) {
            return -25 + 50.0 * (static_cast<double>(i) + 0.3) / 200'001;
          })) < kError);
    // every power of two from the smallest normal number up, both signs, and where the two halves of the formula meet
    M powers(2, 1030);
    for (Index k = 0; k < 1030; ++k)
      powers(0, k) = std::ldexp(1.37, static_cast<int>(k) - 1022), powers(1, k) = -powers(0, k);
    CHECK(largest_relative_error(powers) < kError);
    CHECK(largest_relative_error(M::NullaryExpr(
              1, 20'001, [](Index, Index i) { return 0.625 + 1e-9 * static_cast<double>(i - 10'000); })) < kError);
    // teeth: float's tanh is not good enough for this
    CHECK(largest_relative_error(M::Constant(1, 1, 0.5)) < kError);
    CHECK(std::abs(std::tanh(0.5f) - std::tanh(0.5)) / std::tanh(0.5) > kError);
  }

  TEST_CASE("fast tanh: zeros, denormals, infinities and NaN") {
    const double tiny = std::numeric_limits<double>::denorm_min(), inf = std::numeric_limits<double>::infinity();
    M x(3, 5);  // every number twice at least: in a register and in the rest
    x << 0.0, -0.0, tiny, -tiny, 1e-310, inf, -inf, 1e308, -1e308, 30, std::nan(""), 0, inf, tiny, -inf;
    const M y = tanh_of(x);
    for (Index i = 0; i < x.size(); ++i) {
      CAPTURE(x.data()[i]);
      const double exact = std::tanh(x.data()[i]);
      if (std::isnan(exact))
        CHECK(std::isnan(y.data()[i]));
      else
        CHECK(std::abs(y.data()[i] - exact) <= tiny);
    }
    CHECK(tanh_of(M::Constant(3, 5, std::nan(""))).array().isNaN().all());
    CHECK(tanh_of(M::Constant(3, 5, inf)) == M::Ones(3, 5));
    CHECK(tanh_of(M::Constant(3, 5, -inf)) == -M::Ones(3, 5));
  }

  TEST_CASE("fast tanh: odd, within ±1, and rising, up to rounding") {
    const M x = M::NullaryExpr(1, 4001, [](Index, Index i) { return 0.005 * static_cast<double>(i); });
    const M y = tanh_of(x);
    CHECK((tanh_of(-x) + y).cwiseAbs().maxCoeff() <= 4.5e-16);
    CHECK(y.maxCoeff() <= 1);
    CHECK((y.rightCols(4000) - y.leftCols(4000)).minCoeff() >= -4.5e-16);
  }
}
