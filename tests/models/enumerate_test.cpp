#include "models/statistics/enumerate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

using namespace models;
using List = std::vector<std::vector<int>>;

TEST_CASE("subsets and tuples of small sets, in order") {
  CHECK(subsets(3, 2) == List{{0, 1}, {0, 2}, {1, 2}});
  CHECK(tuples(2, 2) == List{{0, 0}, {0, 1}, {1, 0}, {1, 1}});
  CHECK(subsets(3, 0) == List{{}});
  CHECK(tuples(3, 0) == List{{}});
  CHECK(subsets(2, 3).empty());
  CHECK(tuples(0, 1).empty());
  CHECK_THROWS_AS(subsets(-1, 1), std::invalid_argument);
  CHECK_THROWS_AS(tuples(1, -1), std::invalid_argument);
}

TEST_CASE("as many as the formula says, none twice, none out of range") {
  const auto is_proper = [](const List& list, int n) {
    const bool in_range = std::all_of(list.begin(), list.end(), [n](const std::vector<int>& one) {
      return std::all_of(one.begin(), one.end(), [n](int i) { return 0 <= i && i < n; });
    });
    return in_range && std::set(list.begin(), list.end()).size() == list.size();
  };
  double binomial = 1, power = 1;
  for (int m = 1; m <= 6; ++m) {
    binomial *= (7.0 - m) / m, power *= 6;
    CHECK(subsets(6, m).size() == binomial);
    CHECK(tuples(6, m).size() == power);
    CHECK(is_proper(subsets(6, m), 6));
    CHECK(is_proper(tuples(6, m), 6));
    for (const auto& subset : subsets(6, m))
      CHECK(std::adjacent_find(subset.begin(), subset.end(), std::greater_equal<>()) == subset.end());
  }
}
