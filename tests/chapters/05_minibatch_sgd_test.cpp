// Chapter 5's checks hold with the right ingredients, whatever the seed, and each of its equations has a mistake that
// its own check notices.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "chapters/05_minibatch_sgd/chapter.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/random.hpp"
#include "tests/chapters/room.hpp"
#include "tests/chapters/z_scores.hpp"

namespace ch05 {

namespace {

const models::Dataset& few_digits() {
  static const models::Dataset images = slice(models::load_all_digits(TAPESTRY_DATA), 0, 200);
  return images;
}

// The chapter's checks in small. Returns the slugs of the equations that do not pass.
std::set<std::string> failing(const Ingredients& use, const char* seed, int M = 2) {
  lesson::Room room;
  room.run({"--no-plots", "--seed", seed}, [&](lesson::Lesson& lesson) {
    const Example example{.M = M, .draws = 3000};
    maximum_likelihood(lesson, example, use);
    log_likelihoods(lesson, example, use);
    minibatch_value(lesson, example, use);
    two_rules(lesson, example, use);
    unbiasedness(lesson, example, use);
    coefficient(lesson, example, use);
    check_real_model(lesson, spread(lesson, example, use), few_digits(), 20, 200, use);
    convergence(lesson, SgdSettings{.chains = 400}, use);
  });
  return room.failing();
}

}  // namespace

TEST_SUITE("chapters/minibatch") {
  TEST_CASE("everything holds, for several seeds and sizes of minibatch") {
    for (const char* seed : {"1", "2", "3", "4", "5"}) {
      CAPTURE(seed);
      CHECK(failing(right(), seed) == std::set<std::string>{});
    }
    for (const int M : {1, 3, 4}) {
      CAPTURE(M);
      CHECK(failing(right(), "1", M) == std::set<std::string>{});
    }
  }

  TEST_CASE("every mistake is noticed by the equations it concerns, and every equation notices one") {
    std::set<std::string> noticed;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      const std::set<std::string> slugs = failing(broken(one.name), "1");
      for (const std::string& slug : one.slugs) {
        CAPTURE(slug);
        CHECK(slugs.contains(slug));
      }
      noticed.insert(one.slugs.begin(), one.slugs.end());
    }
    CHECK(noticed == std::set<std::string>{"claim:decreasing-steps", "eq:coefficient", "eq:expectation", "eq:grad-sum",
                                           "eq:loglik-d", "eq:loglik-m", "eq:minibatch-grad", "eq:minibatch-value",
                                           "eq:ml-kl", "eq:scaled", "eq:sgd-floor", "eq:sgd-unbiased"});
  }

  TEST_CASE("the numbers of the text: 8, 20, 20; variance 93.75 and 125; blocks of a sorted file 18.125") {
    const Model model = normal_with_mean({1, 2, 3, 4, 10}, 0, right().total);
    const Statistic sum = gradient_estimate(model, one), scaled = gradient_estimate(model, n_over_m);
    const Batches subsets = models::subsets(5, 2), pairs = models::tuples(5, 2);
    const auto is = [](double value, double expected) { CHECK(value == doctest::Approx(expected).epsilon(1e-14)); };
    is(expectation(subsets, sum)[0], 8);
    is(expectation(subsets, scaled)[0], 20);
    is(expectation(pairs, scaled)[0], 20);
    is(covariance(outcomes(subsets, scaled))(0, 0), 93.75);
    is(covariance(outcomes(pairs, scaled))(0, 0), 125);
    is(expectation(blocks(5, 2), scaled)[0], 18.125);
    is(expectation(circular_blocks(5, 2), scaled)[0], 20);
  }

  TEST_CASE("over seeds, z has mean 0 and standard deviation 1") {
    const auto z = lesson::z_by_label(
        [](lesson::Lesson& lesson) {
          const Example example{.draws = 1000};
          log_likelihoods(lesson, example, right());
          minibatch_value(lesson, example, right());
          two_rules(lesson, example, right());
          unbiasedness(lesson, example, right());
          coefficient(lesson, example, right());
        },
        100);
    CHECK(z.size() >= 1);
    const std::vector<std::string> wrong = lesson::not_standard(z);
    CHECK_MESSAGE(wrong.empty(), lesson::joined(wrong, "; "));
  }

  TEST_CASE("drawing finds a biased sampler, a fair one passes") {
    const Model model = normal_with_mean({1, 2, 3, 4, 10}, 0, right().total);
    const Statistic scaled = gradient_estimate(model, n_over_m);
    const Batches neighbours = blocks(5, 2);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(seed);
      const models::Random random(seed);
      const Sampler biased = [&](std::uint64_t draw) -> Points {
        return neighbours[random.below(neighbours.size(), draw)];
      };
      const auto judge = [&](const Sampler& sampler) {
        const models::RunningMeans drawn = sample(sampler, scaled, 5000);
        return lesson::judge_sampled({drawn.mean()[0], drawn.standard_error()[0]}, 20).holds;
      };
      CHECK_FALSE(judge(biased));
      CHECK(judge(draws(5, 2, models::Order::shuffled, seed)));
      CHECK(judge(draws(5, 2, models::Order::with_replacement, seed)));
    }
  }

  TEST_CASE("a mean of R draws is of R draws: its squared error is Var/R, and not Var/(R + 1)") {
    const Vector outcomes{{1, 2, 3, 4, 10}};
    const double variance = (outcomes.array() - outcomes.mean()).square().mean();
    const std::vector<int> R{1, 2, 5};
    const std::vector<models::Estimate> errors = squared_errors(outcomes, outcomes.mean(), R, 4000, 1);
    for (std::size_t i = 0; i < R.size(); ++i) {
      CAPTURE(R[i]);
      CHECK(std::abs(errors[i].mean - variance / R[i]) < 4 * errors[i].se);
      CHECK(std::abs(errors[i].mean - variance / (R[i] + 1)) > 4 * errors[i].se);
    }
    const Statistic one = [](Points) -> Vector { return Vector::Ones(1); };
    CHECK(sample(draws(5, 2, models::Order::shuffled, 1), one, 100).count() == 100);
  }

  TEST_CASE("a minibatch with the same point twice counts it twice; the models' gradients are the formulas'") {
    const std::vector<int> twice{4, 4};
    CHECK(normal_with_mean({1, 2, 3, 4, 10}, 0.5, right().total).log_likelihood(twice).gradient[0] ==
          doctest::Approx(2 * 9.5));
    const Vector g = normal({1, 2, 3, 4, 10}, 1, 0.3, right().total).log_likelihood(twice).gradient;
    const double u = 9 / std::exp(0.3);
    CHECK(g[0] == doctest::Approx(2 * u));
    CHECK(g[1] == doctest::Approx(u * 9 - 1));
    const Vector theta = Eigen::Vector3d(0.1, -0.4, 0.8), p = theta.array().exp() / theta.array().exp().sum();
    const Vector c = categorical({0, 2}, theta, right().total).log_likelihood().gradient;
    for (Index k = 0; k < 3; ++k) CHECK(c[k] == doctest::Approx((k != 1) - 2 * p[k]));
  }

  TEST_CASE("training: a full batch goes down at every step, minibatches go further, falling steps come to rest") {
    const std::vector<double> full = training_losses(few_digits(), {.M = 200, .epochs = 10}, 1);
    CHECK(full.size() == 11);
    CHECK(lesson::judge_increasing(std::vector(full.rbegin(), full.rend()), 0).holds);
    const std::vector<double> constant = training_losses(few_digits(), {.M = 3, .epochs = 10}, 1);
    const std::vector<double> falling = training_losses(few_digits(), {.M = 3, .decreasing = true, .epochs = 10}, 1);
    CHECK(constant.back() < full.back());
    CHECK(std::abs(falling[10] - falling[9]) < 0.1 * std::abs(constant[10] - constant[9]));
  }

  TEST_CASE("foreign data: labels that are not 0, 1, ..., and classes of equal size, which have no bias to show") {
    models::Dataset images = few_digits();
    std::map<int, int> left{{0, 12}, {1, 12}};
    std::vector<int> chosen;
    for (int i = 0; i < images.count(); ++i)
      if (left[images.labels[i]]-- > 0) chosen.push_back(i);
    models::Dataset two{images.name, images.height, images.width, images.scale, {}, {}};
    for (const int i : chosen) {
      const auto pixels = images.image(i);
      two.pixels.insert(two.pixels.end(), pixels.begin(), pixels.end());
      two.labels.push_back(images.labels[i] == 0 ? 3 : 9);
    }
    REQUIRE(two.count() == 24);
    lesson::Room room;
    room.run({"--no-plots"}, [&](lesson::Lesson& lesson) {
      check_real_model(lesson, lesson.equation("1.6", "", "eq:minibatch-grad"), two, 4, 200, right());
    });
    CHECK(room.failing() == std::set<std::string>{});
    for (auto& label : two.labels) label = 3;
    CHECK_THROWS_WITH(whole_minibatches(two, 4), "digits: expected images of two labels or more, found only label 3");
    CHECK_THROWS_WITH(whole_minibatches(slice(two, 0, 0), 4), "digits: expected images, found none");
  }

  TEST_CASE("what cannot be: blocks that do not fit, nothing to average over, too few images") {
    CHECK_THROWS_AS(blocks(5, 6), std::invalid_argument);
    CHECK_THROWS_AS(blocks(5, 0), std::invalid_argument);
    CHECK_THROWS_AS(outcomes({}, [](Points) { return Vector(); }), std::invalid_argument);
    const auto says = [](const models::Dataset& images, int M) {
      lesson::Room room;
      const int status = room.run({"--no-plots"}, [&](lesson::Lesson& lesson) {
        check_real_model(lesson, lesson.equation("1.6", "", "eq:minibatch-grad"), images, M, 10, right());
      });
      CHECK(status == 1);
      return room.err.str();
    };
    CHECK(says(few_digits(), 201).find("--images: expected at most the 200 images of ") != std::string::npos);
    CHECK(says(slice(few_digits(), 0, 12), 4).find("expected two images or more of each label") != std::string::npos);
  }
}

}  // namespace ch05
