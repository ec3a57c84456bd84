// Chapter 1's checks hold with the right ingredients, whatever the seed, and each of its claims has a mistake that its
// own check notices.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "chapters/01_generative_discriminative/chapter.hpp"
#include "tests/chapters/room.hpp"

namespace ch01 {

namespace {

const models::TrainTest& digit_files() {
  static const models::TrainTest files = models::load_digits(TAPESTRY_DATA);
  return files;
}

// The digits stand in for MNIST, which takes a second to read.
const Images& images() {
  static const Images all{.digits = pixels(models::load_all_digits(TAPESTRY_DATA)),
                          .mnist_train = pixels(digit_files().train),
                          .mnist_test = pixels(digit_files().test)};
  return all;
}

// The checks of the given claims, in small. Returns the slugs of those that do not pass.
std::set<std::string> failing(const Ingredients& use, const char* seed, const std::set<std::string>& slugs) {
  lesson::Room room;
  room.run({"--no-plots", "--quick", "--seed", seed}, [&](lesson::Lesson& lesson) {
    if (slugs.contains("claim:bayes")) bayes_rule(lesson, images().mnist_train, images().mnist_test, use);
    if (slugs.contains("claim:asymptotic")) asymptotic(lesson, images(), {.draws = 60, .most = 250}, use);
    if (slugs.contains("claim:efron")) efficiency(lesson, 60, use);
    if (slugs.contains("claim:unlabelled-worth")) unlabelled_worth(lesson, 60, use);
    if (slugs.contains("claim:semi")) semi_supervised(lesson, images().mnist_train, images().mnist_test, 8, use);
    if (slugs.contains("claim:unlabelled-hurts")) unlabelled_hurts(lesson, 12, use);
  });
  return room.failing();
}

const std::set<std::string> kSlugs{"claim:asymptotic",       "claim:bayes",           "claim:efron", "claim:semi",
                                   "claim:unlabelled-hurts", "claim:unlabelled-worth"};

}  // namespace

TEST_SUITE("chapters/generative") {
  TEST_CASE("everything holds, for several seeds") {
    for (const char* seed : {"1", "2", "3"}) {
      CAPTURE(seed);
      CHECK(failing(right(), seed, kSlugs) == std::set<std::string>{});
    }
  }

  TEST_CASE("every mistake is noticed by the claims it concerns, and every claim notices one") {
    std::set<std::string> noticed;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      const std::set<std::string> slugs(one.slugs.begin(), one.slugs.end());
      CHECK(failing(broken(one.name), "1", slugs) == slugs);
      noticed.insert(slugs.begin(), slugs.end());
    }
    CHECK(noticed == kSlugs);
  }

  TEST_CASE("the numbers of the text: efficiency, worth, the critical share and the errors around it") {
    const double efficiencies[]{0.995, 0.899, 0.641, 0.343}, worths[]{0.343, 0.734, 0.916, 0.978};
    for (int i = 0; i < 4; ++i) {
      CHECK(std::abs(efron(i + 1) - efficiencies[i]) < 5e-4);
      CHECK(std::abs(worth(i + 1, right()) - worths[i]) < 5e-4);
    }
    CHECK(std::abs(critical_share(3, right()) - 0.22242) < 5e-6);
    const auto percent = [](double share) { return 100 * cluster_error(best_means(share, 3), 3); };
    CHECK(std::abs(percent(0.22) - 15.9) < 0.05);
    CHECK(std::abs(percent(0.225) - 21.9) < 0.05);
    CHECK(std::abs(percent(0.26) - 42.0) < 0.05);
    CHECK(std::abs(percent(1) - 50) < 0.05);
  }

  TEST_CASE("normal classes: the best error by Σ⁻¹, no rule below it, the formula against drawn points") {
    const NormalClasses classes = ten_pairs(0.4);
    CHECK(classes.best_error() == doctest::Approx(normal_distribution(-std::sqrt(1 / (1 - 0.16)))).epsilon(1e-12));
    CHECK(classes.naive_bayes_limit() == doctest::Approx(normal_distribution(-1)).epsilon(1e-12));
    const Rule rule{classes.mu, 0.2};
    CHECK(classes.error(rule) > classes.best_error());
    const Labelled drawn = normal_problem("drawn", classes, 1).training(0, 40'000);
    const double exact = classes.error(rule), se = std::sqrt(exact * (1 - exact) / 40'000);
    CHECK(std::abs(error_on(rule, drawn) - exact) < 4 * se);
    CHECK(std::abs(error_on({classes.mu, 0.6}, drawn) - exact) > 4 * se);
  }

  TEST_CASE("images: a draw's smaller set is the start of its larger one, and half of each class") {
    const Problem problem = image_problem("pair", pair_of(images().digits, 3, 8), {}, 250, 1);
    const Labelled few = problem.training(7, 10), many = problem.training(7, 250);
    CHECK(few.x == many.x.topRows(10));
    CHECK(std::accumulate(many.y.begin(), many.y.end(), 0) == 125);
    CHECK(few.x != problem.training(8, 10).x);
    const Labelled whole = pixels(digit_files().test), half = shrunk(digit_files().test, 2);
    CHECK(half.x.cols() == 16);
    CHECK(half.x(3, 5) == doctest::Approx((whole.x(3, 18) + whole.x(3, 19) + whole.x(3, 26) + whole.x(3, 27)) / 4));
  }

  TEST_CASE("the crossover: where it lies on a log axis, its standard error, and none") {
    LearningCurves curves{{10, 1000}, Matrix<double>(3, 2), Matrix<double>::Zero(3, 2)};
    curves.generative << -1, 1, -1, 1, -1, 1;
    CHECK(crossover(curves).mean == doctest::Approx(100));
    CHECK(crossover(curves).se == doctest::Approx(0));
    curves.generative(0, 0) = -2;
    CHECK(crossover(curves).mean > 100);
    CHECK(crossover(curves).se > 1);
    curves.generative.setOnes();
    CHECK(std::isnan(crossover(curves).mean));
  }
}

}  // namespace ch01
