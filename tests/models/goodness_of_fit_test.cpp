// The p-values against tables and against simulation. That they notice a wrong distribution is tested beside what uses
// them (random_test.cpp, minibatch_test.cpp).
#include "models/statistics/goodness_of_fit.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "models/statistics/random.hpp"
#include "tests/models/files.hpp"

using namespace models;

TEST_SUITE("models") {
  TEST_CASE("goodness of fit: quantiles of chi-square as tables have them") {
    // Abramowitz & Stegun, table 26.8: χ² with ν degrees of freedom exceeds these values with probability 0.05, 0.001
    const double table[][3] = {
        {1, 3.84146, 10.828}, {2, 5.99147, 13.816}, {7, 14.0671, 24.322}, {30, 43.7729, 59.703}};
    for (const auto& [k, five_per_cent, one_in_1000] : table) {
      CHECK(chi_square_tail(five_per_cent, int(k)) == doctest::Approx(0.05).epsilon(1e-4));
      CHECK(chi_square_tail(one_in_1000, int(k)) == doctest::Approx(0.001).epsilon(1e-3));
    }
    CHECK(chi_square_tail(0, 3) == 1);
    CHECK(chi_square_tail(1e5, 200) == 0);
    CHECK(chi_square_tail(1000, 1000) ==
          doctest::Approx(0.5 - 2.0 / 3 / std::sqrt(2 * 3.14159265 * 500) + 0.0084).epsilon(1e-2));
  }

  TEST_CASE("goodness of fit: the p-values of samples from the distribution itself are uniform") {
    const std::vector<double> p{0.5, 0.3, 0.2};
    std::vector<double> of_counts, of_numbers;
    for (std::uint64_t sample = 0; sample < 1000; ++sample) {
      const Random random(3, Purpose::data, sample);
      std::vector<double> numbers(200);
      random.fill_uniform(numbers);
      std::vector<int> counts(3);
      for (const double u : numbers) ++counts[u < 0.5 ? 0 : u < 0.8 ? 1 : 2];
      of_counts.push_back(chi_square_p(counts, p));
      of_numbers.push_back(kolmogorov_p(numbers, [](double x) { return x; }));
    }
    for (const auto& p_values : {of_counts, of_numbers})
      for (const double level : {0.05, 0.3, 0.7}) {
        const double below = std::count_if(p_values.begin(), p_values.end(), [&](double p) { return p < level; });
        const double se = std::sqrt(1000 * level * (1 - level));
        CHECK(std::abs(below - 1000 * level) < 4 * se);
      }
  }

  TEST_CASE("goodness of fit: what cannot be tested is named") {
    const auto error = [](auto f) { return error_of<std::invalid_argument>(f); };
    const std::vector<int> counts{1, 2};
    CHECK(error([&] {
            chi_square_p(counts, std::vector{0.2, 0.3, 0.5});
          }) ==
          "chi_square_p: expected two states or more, and a probability for each count; got 2 counts and 3 "
          "probabilities");
    CHECK(error([&] {
            chi_square_p(counts, std::vector{1.0, 0.0});
          }) == "chi_square_p: expected probabilities above 0, state 1 has 0.000000");
    CHECK(error([] { chi_square_tail(1, 0); }) == "chi_square_tail: expected 1 degree of freedom or more, got 0");
    CHECK(error([] { kolmogorov_p({}, [](double x) { return x; }); }) ==
          "kolmogorov_p: expected at least one number, got none");
  }
}
