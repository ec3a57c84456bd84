#include "models/bayesian_network.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "models/statistics/estimate.hpp"

namespace models {
namespace {

// Node 2 is the first of the order: 2 → 0 → 1, 2 → 1.
BayesianNetwork three() {
  return {DirectedGraph{{{2}, {2, 0}, {}}}, {table({0.2, 0.7}), table({0.1, 0.3, 0.5, 0.9}), table({0.4})}};
}

}  // namespace

TEST_SUITE("models/bayesian_network") {
  TEST_CASE("the product of the tables' entries, and what is asked of it") {
    const Joint joint = three().joint();
    const std::vector<int> x{1, 0, 1};
    CHECK(three().probability(x) == doctest::Approx(0.4 * 0.7 * 0.1).epsilon(1e-14));
    CHECK(joint.states.size() == 8);
    CHECK(joint.total() == doctest::Approx(1).epsilon(1e-14));
    // p(x_0 = 1) = 0.6 · 0.2 + 0.4 · 0.7 = 0.4, p(x_2 = 1 | x_0 = 1) = 0.28 / 0.4
    CHECK(joint.probability({{0, 1}}) == doctest::Approx(0.4).epsilon(1e-14));
    CHECK(joint.conditional({{2, 1}}, {{0, 1}}) == doctest::Approx(0.7).epsilon(1e-14));
    // the first parent in the list, node 2, counts most: row 10 is x_2 = 1, x_0 = 0
    CHECK(joint.conditional({{1, 1}}, {{2, 1}, {0, 0}}) == doctest::Approx(0.5).epsilon(1e-14));
    CHECK(joint.conditional({{1, 1}}, {{2, 0}, {0, 1}}) == doctest::Approx(0.3).epsilon(1e-14));
    // corr = (p_02 - p_0 p_2) / √(p_0 (1 - p_0) p_2 (1 - p_2)) = (0.28 - 0.16) / 0.24
    CHECK(joint.correlation(0, 2) == doctest::Approx(0.5).epsilon(1e-13));
  }

  TEST_CASE("mutual information: log 2 of a copy, 0 of strangers, and the formula") {
    const std::vector<int> none, middle{1};
    const BayesianNetwork copies({{{}, {0}, {1}}}, {table({0.5}), table({0, 1}), table({0, 1})});
    CHECK(copies.joint().mutual_information(0, 2, none) == doctest::Approx(std::log(2)).epsilon(1e-14));
    CHECK(copies.joint().mutual_information(0, 2, middle) == doctest::Approx(0));
    // three(): p(x_0, x_2) = {0.48, 0.12; 0.12, 0.28}
    const double expected =
        0.48 * std::log(0.48 / 0.36) + 2 * 0.12 * std::log(0.12 / 0.24) + 0.28 * std::log(0.28 / 0.16);
    CHECK(three().joint().mutual_information(0, 2, none) == doctest::Approx(expected).epsilon(1e-13));
  }

  TEST_CASE("draws come from the joint distribution, also where a parent has the larger number") {
    const BayesianNetwork network = three();
    const Joint joint = network.joint();
    RunningMeans seen(8);
    std::vector<int> x(3);
    for (int draw = 0; draw < 40'000; ++draw) {
      network.sample(Random(5), draw, x);
      seen.add(Eigen::VectorXd::Unit(8, 4 * x[0] + 2 * x[1] + x[2]));
    }
    for (int s = 0; s < 8; ++s) CHECK(std::abs(seen.mean()[s] - joint.p[s]) < 4 * seen.standard_error()[s]);
  }

  TEST_CASE("what is no network") {
    CHECK_THROWS_AS(table({1.1}), std::invalid_argument);
    CHECK_THROWS_AS(table({std::numeric_limits<double>::quiet_NaN()}), std::invalid_argument);
    CHECK_THROWS_WITH_AS(BayesianNetwork({{{}, {0}}}, {table({0.5}), table({0.5})}).joint(),
                         "table: 1 parents need 2 rows, found 1", std::invalid_argument);
    CHECK_THROWS_WITH_AS(BayesianNetwork({{{}, {0}}}, {table({0.5})}),
                         "BayesianNetwork: expected a conditional for each of 2 nodes, found 1",
                         std::invalid_argument);
    CHECK_THROWS_AS(BayesianNetwork({{{1}, {0}}}, {table({0.5, 0.5}), table({0.5, 0.5})}), std::invalid_argument);
    CHECK_THROWS_AS(Joint(21, [](auto) { return 0.0; }), std::invalid_argument);
  }
}

}  // namespace models
