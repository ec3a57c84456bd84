// The engine computes tanh of double arrays itself. It is compared with std::tanh over the whole range.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;

namespace {

// The engine's tanh of a matrix, which goes through full vector registers and the elements left over.
M tanh_of(const M& x) {
  Tape tape;
  return tanh(tape.constant(x)).value();
}

double largest_relative_error(const M& x) {
  const M y = tanh_of(x);
  double worst = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const long double exact = std::tanh(static_cast<long double>(x.data()[i]));
    worst = std::max<double>(worst, std::abs((y.data()[i] - exact) / exact));
  }
  return worst;
}

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("fast tanh: the relative error is small over a dense grid, and near 0") {
    constexpr double kError = 8e-16;  // under four units in the last place
    CHECK(largest_relative_error(
              M::NullaryExpr(1, 200'001, [](Index, Index i) { return -25 + 50.0 * (i + 0.3) / 200'001; })) < kError);
    // Powers of two from the smallest normal number up, in both signs; then around 0.625, where the engine changes
    // from one formula to another.
    M powers(2, 1030);
    for (int k = 0; k < 1030; ++k) powers(0, k) = std::ldexp(1.37, k - 1022), powers(1, k) = -powers(0, k);
    CHECK(largest_relative_error(powers) < kError);
    CHECK(largest_relative_error(
              M::NullaryExpr(1, 20'001, [](Index, Index i) { return 0.625 + 1e-9 * (i - 10'000); })) < kError);
    // The bound is tight enough to reject the tanh of float.
    CHECK(largest_relative_error(M::Constant(1, 1, 0.5)) < kError);
    CHECK(std::abs(std::tanh(0.5f) - std::tanh(0.5)) / std::tanh(0.5) > kError);
  }

  TEST_CASE("fast tanh: zeros, denormals, infinities and NaN") {
    const double tiny = std::numeric_limits<double>::denorm_min(), inf = std::numeric_limits<double>::infinity();
    M x(3, 5);  // every number at least twice: in a vector register, and among those left over
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

  TEST_CASE("fast tanh: it is odd, stays within ±1 and rises, up to rounding") {
    const M x = M::NullaryExpr(1, 4001, [](Index, Index i) { return 0.005 * i; });
    const M y = tanh_of(x);
    CHECK((tanh_of(-x) + y).cwiseAbs().maxCoeff() <= 4.5e-16);
    CHECK(y.maxCoeff() <= 1);
    CHECK((y.rightCols(4000) - y.leftCols(4000)).minCoeff() >= -4.5e-16);
  }
}
