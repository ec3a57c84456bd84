// Chapter 2's checks hold with the right ingredients, whatever the seed, and each of its equations has a mistake that
// its own check notices.
#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/normal.hpp"
#include "tests/chapters/room.hpp"

namespace ch02 {

namespace {

using Slugs = std::set<std::string>;

const NetworkSettings kSmall{.steps = 3000, .fresh = 5000};

// Training takes most of the time, and no mistake reaches into it.
const Networks& trained() {
  static const Networks networks = train_networks(kSmall, 1);
  return networks;
}

// The chapter's checks in small. Returns the slugs of the equations that do not pass.
Slugs failing(const Ingredients& use, const char* seed, const Networks& networks) {
  lesson::Room room;
  room.run({"--no-plots", "--seed", seed}, [&](lesson::Lesson& lesson) {
    check_draws(lesson, 10'000, use);
    check_densities(lesson, 10'000, use);
    check_states(lesson, 20, use);
    check_density_fits(lesson, 10'000);
    check_direction(lesson, 10'000, use);
    check_logistic(lesson, 20, use);
    check_classifier(lesson, networks.classifier, kSmall);
    check_regression(lesson, networks, kSmall, use);
    check_beyond(lesson, networks);
    check_grey(lesson, 10'000, use);
  });
  return room.failing();
}

void is(double value, double expected, double within) { CHECK(std::abs(value - expected) <= within); }

}  // namespace

TEST_SUITE("chapters/models") {
  TEST_CASE("everything holds, for several seeds") {
    for (const char* seed : {"1", "2", "3"}) {
      CAPTURE(seed);
      CHECK(failing(right(), seed, trained()) == Slugs{});
    }
    CHECK(failing(right(), "2", train_networks(kSmall, 2)) == Slugs{});
  }

  TEST_CASE("every mistake is noticed by the equations it concerns and by no other, and every equation notices one") {
    Slugs noticed;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      CHECK(failing(broken(one.name), "1", trained()) == Slugs(one.slugs.begin(), one.slugs.end()));
      noticed.insert(one.slugs.begin(), one.slugs.end());
    }
    CHECK(noticed == Slugs{"claim:density-above-one", "claim:grey-bernoulli", "claim:kl-direction", "eq:approx",
                           "eq:conditional", "eq:model"});
  }

  TEST_CASE("the numbers of the text: one normal for two peaks") {
    const auto p = [](double x) { return kTwoPeaks.log_density(x); };
    const Normal narrow = best_for_backward(kTwoPeaks, 1);
    const auto q_wide = [](double x) { return models::normal_log_density(x, 0, 4.25); };
    const auto q_narrow = [&](double x) { return models::normal_log_density(x, narrow.mean, narrow.variance); };
    is(kTwoPeaks.expectation(), 0, 1e-15);
    is(kTwoPeaks.variance(), 4.25, 1e-14);
    is(divergence(p, q_wide), 0.72355, 5e-6);
    is(divergence(q_wide, p), 2.0976, 5e-5);
    is(narrow.mean, 1.9998, 5e-5);
    is(narrow.variance, 0.2504, 5e-5);
    is(divergence(q_narrow, p), 0.69305, 5e-6);
    is(divergence(p, q_narrow), 15.28, 5e-3);
  }

  TEST_CASE("a mixture far from its components, integrals and searches with known answers") {
    CHECK(std::isfinite(kTruth.log_density(100)));
    CHECK(kTruth.log_density(100) == doctest::Approx(std::log(0.7) + models::normal_log_density(100, 1.5, 1)));
    CHECK(kTruth.distribution(50) == doctest::Approx(1));
    const auto p = [](double x) { return models::normal_log_density(x, 1, 0.25); };
    const auto q = [](double x) { return models::normal_log_density(x, -1, 4); };
    is(entropy(p), models::normal_entropy(0.25), 1e-10);
    is(divergence(p, q), models::normal_kl(1, 0.25, -1, 4), 1e-10);
    CHECK(std::abs(divergence(p, q) - models::normal_kl(-1, 4, 1, 0.25)) > 1);
    is(total_variation(p, p), 0, 1e-15);
    is(minimise(-3, 5, [](double x) { return (x - 1.25) * (x - 1.25); }), 1.25, 1e-6);
  }

  TEST_CASE("a state is drawn also where rounding leaves u above the sum of all probabilities") {
    const Ingredients use = right();
    const Numbers p{0.5, 0.25, 0.25 - 1e-12};
    CHECK(use.state(p, 0.4) == 0);
    CHECK(use.state(p, 0.5) == 1);
    CHECK(use.state(p, 0.9) == 2);
    CHECK(use.state(p, 1 - 1e-13) == 2);
  }

  TEST_CASE("a network's divergence from the truth is the formula's, and a common variance is common") {
    const Numbers x{-2, 0.5, 2.5};
    const Matrix<double> outputs = trained().common_variance.outputs(x);
    CHECK(outputs(0, 1) == outputs(2, 1));
    CHECK(trained().regression.outputs(x)(0, 1) + 1 < trained().regression.outputs(x)(2, 1));
    const Matrix<double> p = trained().classifier.probabilities(x);
    for (Index i = 0; i < 3; ++i) {
      CHECK(p.row(i).sum() == doctest::Approx(1));
      const Numbers row{p(i, 0), p(i, 1), p(i, 2)};
      CHECK(divergences(trained().classifier, x)[i] ==
            doctest::Approx(models::kl_divergence(true_classes(x[i]), row)));
    }
  }
}

}  // namespace ch02
