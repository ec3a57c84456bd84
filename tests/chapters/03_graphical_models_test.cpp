// Chapter 3's checks hold with the right ingredients, whatever the seed, and each of its equations has a mistake that
// its own check notices.
#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "chapters/03_graphical_models/chapter.hpp"
#include "tests/chapters/room.hpp"

namespace ch03 {

namespace {

const BeliefNetSettings kFew{.epochs = 3, .batch = 50};

const models::TrainTest& digits_of_chapter_3() {
  static const models::TrainTest data = models::load_digits(TAPESTRY_DATA);
  return data;
}

// The chapter's checks in small. Returns the slugs of the equations that do not pass.
std::set<std::string> failing(const Ingredients& use, const char* seed) {
  lesson::Room room;
  room.run({"--no-plots", "--seed", seed}, [&](lesson::Lesson& lesson) {
    const models::TrainTest& data = digits_of_chapter_3();
    const Matrix<float> test = models::as_matrix<float>(data.test, {models::Binarisation::fixed, lesson.seed()});
    explaining_away(lesson, use);
    factorisation(lesson, 5000, use);
    what_is_no_factorisation(lesson);
    separation(lesson, 4, use);
    neural_conditionals(lesson, 3000, use);
    tables_and_networks(lesson, {2, 9}, 500, 3);
    belief_net_of_twelve_pixels(lesson, data.train, 5000, use);
    ladder(lesson, data, test, kFew, use);
  });
  return room.failing();
}

}  // namespace

TEST_SUITE("chapters/graphical models") {
  TEST_CASE("everything holds, for several seeds") {
    for (const char* seed : {"1", "2", "3"}) {
      CAPTURE(seed);
      CHECK(failing(right(), seed) == std::set<std::string>{});
    }
  }

  TEST_CASE("every mistake is noticed by the equations it concerns alone, and every equation notices one") {
    std::set<std::string> noticed;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      CHECK(failing(broken(one.name), "1") == std::set<std::string>(one.slugs.begin(), one.slugs.end()));
      noticed.insert(one.slugs.begin(), one.slugs.end());
    }
    CHECK(noticed == std::set<std::string>{"claim:explaining-away", "eq:graph", "test:d-separation", "test:ladder"});
  }

  TEST_CASE("the numbers of the text: the sprinkler, the cycle, two orders of two bits") {
    const Joint joint = sprinkler().joint();
    const auto is = [](double value, double expected, double tolerance) {
      CHECK(std::abs(value - expected) < tolerance);
    };
    is(joint.probability({{kWet, 1}}), 0.6471, 5e-5);
    is(joint.conditional({{kSprinkler, 1}}, {{kWet, 1}}), 0.4298, 5e-5);
    is(joint.conditional({{kRain, 1}}, {{kWet, 1}}), 0.7079, 5e-5);
    is(joint.conditional({{kSprinkler, 1}}, {{kWet, 1}, {kRain, 1}}), 0.1945, 5e-5);
    is(joint.correlation(kSprinkler, kRain), -0.26186, 5e-6);
    is(joint.correlation(kSprinkler, kRain, {{kWet, 1}}), -0.73988, 5e-6);
    is(Joint(2, orderings_averaged).total(), 1.668, 5e-4);
    CHECK(all_graphs(5).size() == 1024);
  }

  TEST_CASE("a pixel that sees itself: the likelihood becomes superb") {
    const models::Dataset patch = crop(digits_of_chapter_3().train, 2, 2, 4, 4);
    const Matrix<float> x = models::as_matrix<float>(patch, {models::Binarisation::fixed, 1});
    const auto mean = [&](const char* mistake) {
      return train_belief_net(patch, {.epochs = 10, .batch = 20, .learning_rate = 0.1}, 1, broken(mistake))
          .log_prob(x)
          .mean();
    };
    CHECK(mean("none") < -5);
    CHECK(mean("mask") > -0.5);
  }

  TEST_CASE("a network with many parents is as good as the sizes of its data allow, and better than a table") {
    const ManyParents many = many_parents(9, 1000, 4, 7);
    CHECK(many.table.mean > 0.1);
    CHECK(many.network.mean < many.table.mean);
    CHECK(many.table_minus_network.mean == doctest::Approx(many.table.mean - many.network.mean));
  }

  TEST_CASE("a crop, and a drawing with a circle a node and a curve an arrow") {
    const models::Dataset& digits = digits_of_chapter_3().train;
    const models::Dataset part = crop(digits, 1, 2, 3, 4);
    CHECK(part.dimensions() == 12);
    CHECK(part.image(5)[4 * 2 + 1] == digits.image(5)[8 * 3 + 3]);
    const std::string picture = svg(sprinkler().graph(), {{1, 0, "C"}, {0, 1, "S"}, {2, 1, "R"}, {1, 2, "W", "wet"}});
    const auto times = [&](const std::string& word) {
      int count = 0;
      for (std::size_t at = picture.find(word); at != std::string::npos; at = picture.find(word, at + 1)) ++count;
      return count;
    };
    CHECK(times("<circle ") == 4);
    CHECK(times("marker-end") == 4);
    CHECK(times("<text ") == 5);
    CHECK(times(">wet<") == 1);
  }
}

}  // namespace ch03
