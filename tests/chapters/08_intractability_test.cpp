// Chapter 8's checks hold with the right ingredients, whatever the seed, and each of its equations has a mistake that
// its own check notices.
#include "chapters/08_intractability/chapter.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>

#include "tests/chapters/room.hpp"
#include "tests/chapters/z_scores.hpp"

namespace ch08 {

namespace {

const std::set<std::string> kSlugs{"claim:accept", "claim:harmonic-mean", "claim:mcmc",      "claim:posterior-theta",
                                   "eq:ess",       "eq:intractable",      "eq:thermodynamic"};
const Sizes kSmall{.draws = 50'000, .harmonic_draws = 1000, .chains = 40, .length = 300, .temperatures = 60};

void all_checks(lesson::Lesson& lesson, const Ingredients& use) {
  intractable_integral(lesson, kSmall, use);
  harmonic_mean(lesson, kSmall, use);
  acceptance_step(lesson, kSmall, use);
  effective_draws(lesson, use);
  posterior_of_z(lesson, kSmall, use);
  thermodynamic(lesson, kSmall, use);
  posterior_of_theta(lesson, kSmall, use);
}

// The slugs of the equations that do not pass.
std::set<std::string> failing(const Ingredients& use, const char* seed) {
  lesson::Room room;
  room.run({"--no-plots", "--seed", seed, "--data-folder", TAPESTRY_DATA},
           [&](lesson::Lesson& lesson) { all_checks(lesson, use); });
  return room.failing();
}

}  // namespace

TEST_SUITE("chapters/intractability") {
  TEST_CASE("intractability: everything holds, for several seeds") {
    for (const char* seed : {"1", "2", "3", "4", "5"}) {
      CAPTURE(seed);
      CHECK(failing(right(), seed) == std::set<std::string>{});
    }
  }

  TEST_CASE("intractability: every mistake is noticed by its equations and by no other") {
    std::set<std::string> noticed;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      const std::set<std::string> slugs(one.slugs.begin(), one.slugs.end());
      CHECK(failing(broken(one.name), "1") == slugs);
      noticed.insert(slugs.begin(), slugs.end());
    }
    CHECK(noticed == kSlugs);
  }

  TEST_CASE("intractability: over seeds, z has mean 0 and standard deviation 1") {
    const auto z = lesson::z_by_label(
        [](lesson::Lesson& lesson) {
          const Sizes sizes{.draws = 20'000, .harmonic_draws = 1000, .chains = 40, .length = 300, .temperatures = 30};
          auto equation = lesson.equation("1.8", "p(x)", "eq:intractable");
          importance(sizes, right(), lesson.seed(), equation);
          acceptance_step(lesson, sizes, right());
        },
        60);
    CHECK(z.size() == 6);
    const std::vector<std::string> wrong = lesson::not_standard(z);
    CHECK_MESSAGE(wrong.empty(), lesson::joined(wrong, "; "));
  }

  TEST_CASE("intractability: the numbers of the text") {
    const auto is = [](double value, double expected, double tolerance) {
      CHECK(value == doctest::Approx(expected).epsilon(tolerance));
    };
    is(right().second_moment(0.5, 1), 5.0 / 3, 1e-12);
    is(right().second_moment(0.1, 1), 7.124, 1e-4);
    is(right().second_moment(0.5, 8), 59.54, 1e-4);
    is(copies(10, 0.5).log_evidence(), -10.305, 1e-4);
    is(right().leapfrog_variance(0.5), 1.0667, 1e-4);
    is(right().leapfrog_variance(1), 1.3333, 1e-4);
    is(right().leapfrog_variance(1.5), 2.2857, 1e-4);
  }
}

}  // namespace ch08
