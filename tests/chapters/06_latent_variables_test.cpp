// Chapter 6's checks hold with the right ingredients, whatever the seed, and each of its equations has a mistake that
// its own check notices.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "chapters/06_latent_variables/chapter.hpp"
#include "models/data/binarise.hpp"
#include "tests/chapters/room.hpp"
#include "tests/chapters/z_scores.hpp"

namespace ch06 {

namespace {

// The chapter's checks in small. Returns the slugs of the equations that do not pass.
std::set<std::string> failing(const Ingredients& use, const char* seed) {
  lesson::Room room;
  room.run({"--no-plots", "--seed", seed}, [&](lesson::Lesson& lesson) {
    const int draws = 2000;
    const Table flowers = iris(lesson);
    discrete_marginal(lesson, draws, use);
    continuous_marginal(lesson, draws, use);
    student_t(lesson, draws, use);
    mixture_density(lesson, draws, use);
    const Fitted fitted = fit_table(lesson, lesson.equation("1.7.1", "", "eq:gmm"), flowers, 60, 1500, use);
    bound(lesson, flowers, use);
    fisher_identity(lesson, flowers, use);
    em_rate(lesson, 1000, use);
    unbounded(lesson, fitted, use);
  });
  return room.failing();
}

}  // namespace

TEST_SUITE("chapters/latent") {
  TEST_CASE("everything holds, for several seeds") {
    for (const char* seed : {"1", "2", "3"}) {
      CAPTURE(seed);
      CHECK(failing(right(), seed) == std::set<std::string>{});
    }
  }

  TEST_CASE("every mistake is noticed by the equations it concerns and by no other, and every equation notices one") {
    std::set<std::string> noticed;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      CHECK(failing(broken(one.name), "1") == std::set<std::string>(one.slugs.begin(), one.slugs.end()));
      noticed.insert(one.slugs.begin(), one.slugs.end());
    }
    CHECK(noticed ==
          std::set<std::string>{"claim:em-rate", "claim:unbounded", "eq:fisher-identity", "eq:gmm", "eq:marginal"});
  }

  TEST_CASE("the numbers of the text") {
    const auto is = [](double value, double expected, double tolerance) {
      CHECK(std::abs(value - expected) < tolerance);
    };
    const Matrix<double> log_joint = three().log_joint(column({1}));
    const Matrix<double> r = models::log_posterior(log_joint).array().exp();
    is(std::exp(models::log_evidence(log_joint)[0]), 0.25238, 5e-6);
    is(r(0, 0), 0.009, 5e-4);
    is(r(0, 1), 0.948, 5e-4);
    is(by_nodes(0, 0.01, 40, right()), 0.0725, 5e-5);
    const auto rate = [](double m) { return mean_under_two(m, [m](double x) { return right().rate(x, m); }); };
    is(rate(0.5), 0.6567, 5e-5);
    is(rate(1), 0.2661, 5e-5);
    is(rate(1.5), 0.0842, 5e-5);
    is(rate(2), 0.0217, 5e-5);
  }

  TEST_CASE("the lower bound: 0 log 0 is 0, and a certain z costs the joint alone") {
    Matrix<double> log_joint(1, 2), r(1, 2);
    log_joint << -1, -3;
    r << 1, 0;
    CHECK(lower_bound(log_joint, r) == -1);
    r << 0.5, 0.5;
    CHECK(lower_bound(log_joint, r) == doctest::Approx(-2 + std::log(2)));
  }

  TEST_CASE("the tape's mixture is the same mixture, with own covariances and with a shared one") {
    lesson::Room room;
    room.run({"--no-plots"}, [&](lesson::Lesson& lesson) {
      const Table table = iris(lesson);
      for (const Covariance covariance : {Covariance::own, Covariance::shared}) {
        const Run run = run_em(table.x, random_start(table.x, 3, 1, 0), covariance, right(), {.steps = 4});
        const TapeMixture on_tape(run.end(), covariance);
        Vector gradient;
        CHECK(on_tape.log_likelihood(table.x, gradient) == doctest::Approx(run.reported).epsilon(1e-12));
        CHECK(run.steps() == 4);
        CHECK(gradient.cwiseAbs().maxCoeff() > 1e-3);
      }
      lesson.equation("1.7.1", "", "eq:gmm").exact("", 1, 1);
    });
    CHECK(room.failing() == std::set<std::string>{});
  }

  TEST_CASE("the narrowest deviation, also of a component that is flat but for rounding") {
    NormalComponents mixture{Eigen::RowVector2d(0, 0), Matrix<double>::Zero(2, 2), {}};
    mixture.L = {Matrix<double>::Identity(2, 2) * 3, Matrix<double>::Identity(2, 2)};
    CHECK(narrowest(mixture) == doctest::Approx(1));
    for (const double slope : {0.1, 0.3, 0.7, 1.1, 1.3}) {
      mixture.L[0] << 1, 0, slope, 1e-12;
      CHECK(narrowest(mixture) < 1e-7);
    }
  }

  TEST_CASE("ends of EM: sorted, and what shrinks onto a few points is no end") {
    Table table{.name = "six",
                .x = column({0, 0.1, 0.2, 5, 5.1, 9}),
                .labels = {},
                .K = 3,
                .covariance = Covariance::own,
                .resolution = 0.03,
                .optimum = 0,
                .published = 0};
    const Ends ends = many_starts(table, 20, 1, right());
    CHECK(ends.runs.size() + ends.shrunk == 20);
    CHECK(ends.shrunk > 0);
    for (const Run& run : ends.runs) CHECK(narrowest(run.end()) > 0.03);
    CHECK(std::ranges::is_sorted(ends.runs, std::greater(), [](const Run& run) { return run.reported; }));
  }

  TEST_CASE("probabilistic PCA and mixtures of images hold on the 8×8 digits") {
    const models::TrainTest digits = models::load_digits(TAPESTRY_DATA);
    const Matrix<float> test = models::as_matrix<float>(digits.test, {models::Binarisation::fixed, 1});
    lesson::Room room;
    room.run({"--no-plots"}, [&](lesson::Lesson& lesson) {
      probabilistic_pca(lesson, iris(lesson).x, models::as_matrix<double>(digits.train));
      const auto trained = ladder(lesson, digits, test, {10}, 10);
      CHECK(trained[0].test.back() > trained[0].test.front());
    });
    CHECK(room.failing() == std::set<std::string>{});
  }

  TEST_CASE("over seeds, z has mean 0 and standard deviation 1") {
    const auto z = lesson::z_by_label(
        [](lesson::Lesson& lesson) {
          continuous_marginal(lesson, 1000, right());
          student_t(lesson, 1000, right());
        },
        100);
    CHECK(z.size() >= 1);
    const std::vector<std::string> wrong = lesson::not_standard(z);
    CHECK_MESSAGE(wrong.empty(), lesson::joined(wrong, "; "));
  }
}

}  // namespace ch06
