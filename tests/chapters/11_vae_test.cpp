// Chapter 11's exact checks hold with the right ingredients, and each of its equations has a
// mistake that its own check notices.
#include <doctest/doctest.h>

#include <set>

#include "chapters/11_vae/chapter.hpp"
#include "tests/chapters/room.hpp"

namespace ch11 {

namespace {

// Returns the slugs of the equations that do not pass. The one that takes training is optional.
std::set<std::string> failing(const Ingredients& use, const char* seed, bool with_training) {
  lesson::Room room;
  room.run({"--no-plots", "--quick", "--seed", seed, "--data-folder", TAPESTRY_DATA}, [&](lesson::Lesson& lesson) {
    check_elbo(lesson, use);
    check_importance_bound(lesson, use);
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
