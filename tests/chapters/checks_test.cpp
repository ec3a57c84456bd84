#include "chapters/lesson/checks.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/not_finite.hpp"

using namespace lesson;

namespace {

using Numbers = std::vector<double>;

}  // namespace

TEST_SUITE("chapters/checks") {
  TEST_CASE("exact: within the tolerance holds, off by twice the tolerance fails") {
    CHECK(judge_exact(1.0, 1.0, 0).holds);
    CHECK(judge_exact(1.0 + 0.5e-9, 1.0, 1e-9).holds);
    CHECK_FALSE(judge_exact(1.0 + 2e-9, 1.0, 1e-9).holds);
    CHECK_FALSE(judge_exact(1.0, 1.0 + 2e-9, 1e-9).holds);
    CHECK_FALSE(judge_exact(0.0, 2e-9, 1e-9).holds);
  }

  TEST_CASE("exact: the tolerance is relative above 1 and absolute below") {
    CHECK(judge_exact(1000.0, 1000.5, 1e-3).holds);
    CHECK_FALSE(judge_exact(1000.0, 1002.5, 1e-3).holds);
    CHECK(judge_exact(1e-9, 2e-9, 1e-8).holds);
  }

  TEST_CASE("NaN and infinity never hold, nor do they show an equation to be wrong") {
    for (const double bad : {kNaN, kInfinity, -kInfinity}) {
      CHECK_FALSE(judge_exact(bad, bad, 1e9).passed);
      CHECK_FALSE(judge_exact(bad, 1, 1e9).passed);
      CHECK_FALSE(judge_exact(1, bad, 1e9).passed);
      CHECK_FALSE(judge_exact(1, 1, kNaN).passed);
      CHECK_FALSE(judge_sampled({bad, 1}, 1).passed);
      CHECK_FALSE(judge_sampled({1, bad}, 1).passed);
      CHECK_FALSE(judge_sampled({1, 1}, bad).passed);
      CHECK_FALSE(judge_at_most(bad, 1, 0).passed);
      CHECK_FALSE(judge_at_most(1, bad, 0).passed);
      CHECK_FALSE(judge_at_least(bad, 1, 0).passed);
      CHECK_FALSE(judge_at_least(1, bad, 0).passed);
      CHECK_FALSE(judge_at_most({bad, 1}, 1).passed);
      CHECK_FALSE(judge_at_least({1, bad}, 1).passed);
      CHECK_FALSE(judge_increasing(Numbers{1, bad, 3}, 0).passed);
      CHECK_FALSE(judge_increasing(Numbers{bad, 2}, 0).passed);
      CHECK_FALSE(judge_p_value(bad).passed);
      CHECK_FALSE(expect_failure(judge_exact(bad, 1, 1e-9), "").passed);
      CHECK_FALSE(expect_failure(judge_sampled({1, bad}, 1), "").passed);
    }
  }

  TEST_CASE("a vector is judged by its worst component, and a NaN is the worst") {
    CHECK(judge_exact(Numbers{1, 2, 3}, Numbers{1, 2, 3}, 0).holds);
    const Check off = judge_exact(Numbers{1, 2.5, 3.1}, Numbers{1, 2, 3}, 1e-9);
    CHECK_FALSE(off.holds);
    CHECK(off.lhs == 2.5);
    CHECK(off.reason == "component 2 of 3: tolerance 1e-09");
    for (const std::size_t at : {0u, 1u, 2u}) {
      Numbers twice{1.1, 2.1, 3.1};
      twice[at] += 1;
      CHECK(judge_exact(twice, Numbers{1, 2, 3}, 1e-9).lhs == twice[at]);
      CHECK(judge_exact(Numbers{1, 2, 3}, twice, 1e-9).rhs == twice[at]);
    }
    CHECK_FALSE(judge_exact(Numbers{1, 2, kNaN}, Numbers{1, 2, 3}, 1e-9).holds);
    CHECK_THROWS_WITH(judge_exact(Numbers{1}, Numbers{1, 2}, 0), "check: the sides have 1 and 2 components");
    CHECK_THROWS_WITH(judge_exact(Numbers{}, Numbers{}, 0), "check: the sides have no components");
  }

  TEST_CASE("sampled: 4 standard errors hold, 4.01 fail, on either side") {
    CHECK(judge_sampled({1.0 + 0.4, 0.1}, 1.0 + 1e-12).holds);
    CHECK_FALSE(judge_sampled({1.0 + 0.401, 0.1}, 1.0).holds);
    CHECK_FALSE(judge_sampled({1.0 - 0.401, 0.1}, 1.0).holds);
    CHECK(*judge_sampled({1.2, 0.1}, 1.0).z == doctest::Approx(2.0));
  }

  TEST_CASE("sampled: no spread is no estimate, even when both sides agree") {
    CHECK_FALSE(judge_sampled({1, 0}, 1).passed);
    CHECK_FALSE(judge_sampled({1, -0.1}, 1).passed);
    CHECK(judge_sampled({1, 0}, 1).reason == "no spread: an estimate needs a standard error above 0");
    CHECK_FALSE(expect_failure(judge_sampled({1, 0}, 2), "").passed);
  }

  TEST_CASE("the largest of many z may be larger: 5.3 for 650 components, 5.8 for 7,850") {
    CHECK(bonferroni(1) == doctest::Approx(4.0));
    CHECK(bonferroni(650) == doctest::Approx(5.33).epsilon(0.002));
    CHECK(bonferroni(7850) == doctest::Approx(5.77).epsilon(0.002));
  }

  TEST_CASE("a sampled vector: the largest z, with constant components left out") {
    Numbers mean(650, 0.0), se(650, 0.1), exact(650, 0.0);
    mean[17] = 0.5;
    CHECK(judge_sampled(mean, se, exact).holds);
    mean[17] = 0.54;
    CHECK_FALSE(judge_sampled(mean, se, exact).holds);
    CHECK(*judge_sampled(mean, se, exact).z == doctest::Approx(5.4));

    CHECK(judge_sampled(Numbers{2, 1.1}, Numbers{0, 0.1}, Numbers{2, 1}).holds);
    CHECK_FALSE(judge_sampled(Numbers{2.001, 1.1}, Numbers{0, 0.1}, Numbers{2, 1}).holds);
    CHECK_FALSE(judge_sampled(Numbers{2, 1}, Numbers{0, 0}, Numbers{2, 1}).holds);
    CHECK_FALSE(judge_sampled(Numbers{kNaN, 1}, Numbers{0.1, 0.1}, Numbers{2, 1}).holds);
    CHECK_FALSE(judge_sampled(Numbers{2, 1}, Numbers{0.1, kNaN}, Numbers{2, 1}).holds);
    // the largest z wins, however small its standard error and wherever it stands, not the largest distance
    for (const std::size_t at : {0u, 1u, 2u}) {
      Numbers far{1.3, 1.3, 1.3}, wide{0.1, 0.1, 0.1};
      const Numbers right{1, 1, 1};
      CHECK(judge_sampled(far, wide, right).holds);
      far[at] = 1 + 1e-9, wide[at] = 1e-11;
      const Check tiny = judge_sampled(far, wide, right);
      CHECK_FALSE(tiny.holds);
      CHECK(*tiny.z == doctest::Approx(100));
      CHECK(tiny.reason.starts_with("component " + std::to_string(at + 1) + " of 3: "));
    }
    // of several that fail too
    for (const Numbers& several : {Numbers{2, 1.6, 1}, Numbers{1.6, 2, 1}, Numbers{1, 1.6, 2}})
      CHECK(judge_sampled(several, Numbers{0.1, 0.1, 0.1}, Numbers{1, 1, 1}).lhs == 2);
    // one varying component has the scalar's threshold
    CHECK_FALSE(judge_sampled(Numbers{2, 1.401}, Numbers{0, 0.1}, Numbers{2, 1}).holds);
  }

  TEST_CASE("bounds") {
    CHECK(judge_at_most(1, 1, 0).holds);
    CHECK(judge_at_most(1.001, 1, 0.01).holds);
    CHECK_FALSE(judge_at_most(1.02, 1, 0.01).holds);
    CHECK(judge_at_least(1, 1, 0).holds);
    CHECK_FALSE(judge_at_least(0.98, 1, 0.01).holds);
    CHECK(judge_at_most({1.3, 0.1}, 1).holds);
    CHECK_FALSE(judge_at_most({1.41, 0.1}, 1).holds);
    CHECK(judge_at_most({-5, 0.1}, 1).holds);
    CHECK(judge_at_least({0.7, 0.1}, 1).holds);
    CHECK_FALSE(judge_at_least({0.59, 0.1}, 1).holds);
    CHECK_FALSE(judge_at_least({2, 0}, 1).holds);
  }

  TEST_CASE("an order fails at its deepest drop") {
    CHECK(judge_increasing(Numbers{1, 1, 2}, 0).holds);
    const Check drop = judge_increasing(Numbers{1, 3, 2.9, 5, 4.5}, 0);
    CHECK_FALSE(drop.holds);
    CHECK(drop.lhs == 5);
    CHECK(drop.rhs == 4.5);
    CHECK(drop.reason == "value 5 is below value 4");
    CHECK(judge_increasing(Numbers{1, 0.9}, 0.2).holds);
    CHECK_THROWS(judge_increasing(Numbers{1}, 0));
  }

  TEST_CASE("p-values") {
    CHECK(judge_p_value(0.5).holds);
    CHECK(judge_p_value(6.3e-5).holds);
    CHECK_FALSE(judge_p_value(6.2e-5).holds);
    CHECK_FALSE(judge_p_value(1.5).holds);
    CHECK_FALSE(judge_p_value(-0.1).holds);
  }

  TEST_CASE("an equation printed wrongly passes when it does not hold, and only then") {
    const Check wrong = expect_failure(judge_exact(8, 20, 1e-12), "N/M is missing");
    CHECK(wrong.passed);
    CHECK_FALSE(wrong.holds);
    CHECK(wrong.expected == "fails");
    CHECK(wrong.reason == "N/M is missing");
    CHECK_FALSE(expect_failure(judge_exact(20, 20, 1e-12), "").passed);
    CHECK(expect_failure(judge_sampled({8, 0.1}, 20), "").passed);
    CHECK_FALSE(expect_failure(judge_sampled({20, 0.1}, 20), "").passed);
  }
}
