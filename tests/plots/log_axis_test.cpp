// Labels on a log axis.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "plots/log_axis.hpp"

namespace {
using Values = std::vector<double>;
}

TEST_SUITE("plots") {
  TEST_CASE("the range of a log axis takes in every positive value") {
    const auto range = plots::log_range(
        Values{0, -5, 0.01, std::numeric_limits<double>::quiet_NaN(), 100, std::numeric_limits<double>::infinity()});
    REQUIRE(range);
    CHECK(range->low < 0.01);
    CHECK(range->low > 0.005);
    CHECK(range->high > 100);
    CHECK(range->high < 200);
    CHECK_FALSE(plots::log_range(Values{0, -1}));
    const auto one_value = plots::log_range(Values{7});
    REQUIRE(one_value);
    CHECK(one_value->low < 7);
    CHECK(one_value->high > 7);
  }

  TEST_CASE("the range of a log axis stays finite and above 0") {
    for (const Values& values : {Values{1e-300, 1e300}, Values{5e-324, std::numeric_limits<double>::max()}}) {
      const auto range = plots::log_range(values);
      REQUIRE(range);
      CHECK(range->low > 0);
      CHECK(range->low <= values[0]);
      CHECK(range->high >= values[1]);
      CHECK(std::isfinite(range->high));
      CHECK(plots::log_labels(*range).empty());
    }
  }

  TEST_CASE("a log axis of any length has labels") {
    CHECK(plots::log_labels({95, 175}) == Values{100, 120, 140, 160});
    CHECK(plots::log_labels({0.9, 30}) == Values{1, 2, 5, 10, 20});
    CHECK(plots::log_labels({0.9, 300}).empty());  // decades are enough
    CHECK(plots::log_labels({6.9, 7.2}).size() >= 3);
  }
}
