// Chapter 11's exact checks hold with the right ingredients, and each of its equations has a
// mistake that its own check notices.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <span>

#include "chapters/11_vae/chapter.hpp"
#include "models/statistics/random.hpp"
#include "tests/chapters/room.hpp"
#include "tests/chapters/z_scores.hpp"

namespace ch11 {

namespace {

// Returns the slugs of the equations that do not pass. The one that takes training is optional.
std::set<std::string> failing(const Ingredients& use, const char* seed, bool with_training) {
  lesson::Room room;
  room.run({"--no-plots", "--quick", "--seed", seed, "--data-folder", TAPESTRY_DATA}, [&](lesson::Lesson& lesson) {
    check_elbo(lesson, use);
    check_importance_bound(lesson, use);
    check_bits_back(lesson, use);
    if (with_training) check_ppca(lesson, use);
  });
  return room.failing();
}

}  // namespace

TEST_SUITE("chapters/vae") {
  TEST_CASE("the bounds hold, for several seeds") {
    for (const char* seed : {"1", "2", "3", "4", "5"}) {
      CAPTURE(seed);
      CHECK(failing(right(), seed, false) == std::set<std::string>{});
    }
  }

  TEST_CASE("over seeds, z has mean 0 and standard deviation 1, and different K have draws of their own") {
    auto z = lesson::z_by_label(
        [](lesson::Lesson& lesson) {
          check_elbo(lesson, right());
          check_importance_bound(lesson, right());
        },
        100);
    CHECK(z.size() == 6);
    const std::vector<std::string> wrong = lesson::not_standard(z);
    CHECK_MESSAGE(wrong.empty(), lesson::joined(wrong, "; "));
    std::erase_if(z, [](const auto& one) { return !one.first.starts_with("K = "); });
    CHECK(z.size() == 3);
    const std::vector<std::string> same = lesson::not_independent(z);
    CHECK_MESSAGE(same.empty(), lesson::joined(same, "; "));
  }

  TEST_CASE("z-scores that are not what they say are noticed") {
    const auto with = [](auto z_of_seed) {
      std::map<std::string, std::vector<double>> z;
      for (int seed = 1; seed <= 100; ++seed) {
        std::array<double, 2> normal{};
        models::Random(seed, models::Purpose::sampling).fill_normal(std::span(normal));
        z["a"].push_back(z_of_seed(normal)[0]), z["b"].push_back(z_of_seed(normal)[1]);
      }
      return z;
    };
    using Two = std::array<double, 2>;
    const auto right = with([](Two z) { return z; });
    CHECK(lesson::not_standard(right).empty());
    CHECK(lesson::not_independent(right).empty());
    // standard errors ten times too large; each number counted twice, so that the errors are too small by √2
    CHECK(lesson::not_standard(with([](Two z) { return Two{z[0] / 10, z[1]}; })).size() == 1);
    CHECK(lesson::not_standard(with([](Two z) { return Two{z[0] * std::sqrt(2.0), z[1]}; })).size() == 1);
    CHECK(lesson::not_standard(with([](Two z) { return Two{z[0] + 0.8, z[1]}; })).size() == 1);
    CHECK(lesson::not_independent(with([](Two z) { return Two{z[0], z[0]}; })).size() == 1);
  }

  TEST_CASE("a bound that more samples do not tighten is noticed where the text says that they do") {
    Ingredients one_sample = right();
    one_sample.importance = [](models::BoundSettings settings) {
      settings.samples = 1;
      return settings;
    };
    lesson::Room room;
    room.run({"--no-plots", "--quick"}, [&](lesson::Lesson& lesson) { check_importance_bound(lesson, one_sample); });
    int rejected = 0;
    for (const lesson::Check& check : room.lesson.checks()) {
      const bool tighter = check.label.find("tighter") != std::string::npos;
      if (check.label == "  tighter than K = 1 by") CHECK_FALSE(check.passed);
      rejected += tighter && !check.passed;
    }
    CHECK(rejected >= 1);
  }

  TEST_CASE("a code is as long as the bound says: z has mean 0 and standard deviation 1") {
    const auto z = lesson::z_by_label([](lesson::Lesson& lesson) { check_bits_back(lesson, right()); }, 20);
    CHECK(z.size() == 2);
    const std::vector<std::string> wrong = lesson::not_standard(z);
    CHECK_MESSAGE(wrong.empty(), lesson::joined(wrong, "; "));
  }

  TEST_CASE("pixels that are decoded wrongly, and bits that are not got back, are noticed") {
    lesson::Room room;
    room.run({"--no-plots", "--quick", "--data-folder", TAPESTRY_DATA},
             [&](lesson::Lesson& lesson) { check_bits_back(lesson, broken("bits")); });
    std::map<std::string, bool> passed;
    for (const lesson::Check& check : room.lesson.checks()) passed[check.label] = check.passed;
    CHECK(passed == std::map<std::string, bool>{{"pixels decoded wrongly", true},
                                                {"at the coded z", false},
                                                {"at another z ~ q(z|x)", false},
                                                {"no bits back: H(q) more", false}});
  }

  TEST_CASE("every mistake is noticed by the equations it concerns, and by no other") {
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      const bool with_training = one.name == "half";
      CHECK(failing(broken(one.name), "1", with_training) ==
            std::set<std::string>(one.slugs.begin(), one.slugs.end()));
    }
  }
}

}  // namespace ch11
