// Chapter 7's checks hold with the right ingredients, whatever the seed, and each of its equations
// has a mistake that its own check notices.
#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "chapters/07_deep_latent_variables/chapter.hpp"
#include "models/statistics/normal.hpp"
#include "tests/chapters/room.hpp"
#include "tests/chapters/z_scores.hpp"

namespace ch07 {

namespace {

const Digits& the_digits() {
  static const Digits digits = black_and_white(models::load_digits(TAPESTRY_DATA), 1);
  return digits;
}

const MoonsSettings kFewMoons{.data = 300, .steps = 700, .points = 200};
const DigitsSettings kFewSteps{.steps = 80, .points = 11};

// A part of the chapter, with few draws and few steps of training. Returns the
// slugs of the equations that do not pass.
using Part = void (*)(lesson::Lesson&, const Ingredients&);
std::set<std::string> failing(Part part, const Ingredients& use, const char* seed) {
  lesson::Room room;
  room.run({"--no-plots", "--seed", seed}, [&](lesson::Lesson& lesson) { part(lesson, use); });
  return room.failing();
}

void one_dimension(lesson::Lesson& lesson, const Ingredients& use) {
  simple_factors(lesson, 4000, use);
  connected(lesson, 4000, use);
}
void two_dimensions(lesson::Lesson& lesson, const Ingredients& use) {
  rotation(lesson, use);
  free_variance(lesson, use);
}
void identity(lesson::Lesson& lesson, const Ingredients& use) {
  static const Deep moons = train_moons(draw_moons(100, 1), {.steps = 30, .points = 60}, 1);
  fisher_identity(lesson, moons, use);
}
void told_the_class(lesson::Lesson& lesson, const Ingredients& use) {
  conditional(lesson, the_digits(), kFewSteps, 4000, use);
}
void quick_parts(lesson::Lesson& lesson, const Ingredients& use) {
  one_dimension(lesson, use);
  two_dimensions(lesson, use);
  identity(lesson, use);
}

}  // namespace

TEST_SUITE("chapters/deep_latent_variables") {
  TEST_CASE("everything that needs no training holds, for several seeds") {
    for (const char* seed : {"1", "2", "3"}) {
      CAPTURE(seed);
      CHECK(failing(quick_parts, right(), seed) == std::set<std::string>{});
    }
  }

  TEST_CASE("every mistake is noticed by the equation it concerns and by no other, and every equation notices one") {
    std::set<std::string> noticed;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      const Part part = one.name == "context" ? told_the_class : quick_parts;
      const std::set<std::string> concerned(one.slugs.begin(), one.slugs.end());
      CHECK(failing(part, broken(one.name), "1") == concerned);
      noticed.insert(one.slugs.begin(), one.slugs.end());
    }
    CHECK(noticed == std::set<std::string>{"claim:connected", "claim:free-variance", "claim:rotation", "eq:factorised",
                                           "eq:fisher-identity"});
  }

  TEST_CASE("a model that is told the class: for another seed") {
    CHECK(failing(told_the_class, right(), "2") == std::set<std::string>{});
  }

  TEST_CASE("two moons: p* is a density, draws have its log-likelihood, and the network comes near it") {
    const Quadrature plane = models::product_rule(models::gauss_legendre(100, -2, 3), 2);
    const double total = models::integral(
        plane, [](const Matrix<double>& x) -> Eigen::ArrayXd { return log_moons(x).array().exp().col(0); });
    CHECK(total == doctest::Approx(1).epsilon(1e-6));

    const Matrix<double> data = draw_moons(kFewMoons.data, 1), fresh = draw_moons(1000, 2);
    const Deep moons = train_moons(data, kFewMoons, 1);
    CHECK(moons.losses.size() == 700);
    CHECK(moons.losses.back() < moons.losses.front() - 1);
    const Matrix<double> cost = log_moons(fresh) - moons.log_prob(fresh, models::normal_prior(800));
    const models::Estimate gap = models::estimate_of(cost.reshaped());
    CHECK(gap.mean > 0);
    CHECK(gap.mean < 0.5);
  }

  TEST_CASE("belief nets: training raises the exact log-likelihood, from that of independent pixels on") {
    const TrainedBelief net = train_belief(the_digits(), {4}, 60, 1);
    const auto x = the_digits().train;
    double independent = 0;
    for (Index j = 0; j < 64; ++j) {
      const double p = the_digits().means(0, j), share = x.col(j).mean();
      independent += share * std::log(p) + (1 - share) * std::log(1 - p);
    }
    CHECK(-net.losses.front() < independent);  // the weights begin at random
    CHECK(net.log_prob(x).mean() > independent + 1);
  }

  TEST_CASE("over seeds, z has mean 0 and standard deviation 1") {
    const auto z = lesson::z_by_label(
        [](lesson::Lesson& lesson) {
          simple_factors(lesson, 1000, right());
          connected(lesson, 2000, right());
        },
        100, {"  2,000 draws"});
    CHECK(z.size() >= 2);
    const std::vector<std::string> wrong = lesson::not_standard(z);
    CHECK_MESSAGE(wrong.empty(), lesson::joined(wrong, "; "));
  }

  TEST_CASE("the numbers of the text: the price of a gap, and two coins") {
    const auto is = [](double value, double expected) { CHECK(value == doctest::Approx(expected).epsilon(1e-3)); };
    is(right().between(3), 0.14528);
    is(right().between(44), 0.00996);
    CHECK(right().between(43.8) > 0.01);
    is(100 * right().between(100), 0.4383);
    const TanhDecoder decoder;
    is(decoder.mean(0.5), 1.810);
    is(decoder.mean(0.1), 0.583);
    CHECK(1 - std::erf(0.5 / std::sqrt(2.0)) == doctest::Approx(0.617).epsilon(1e-3));  // |z| > 0.5
  }

  TEST_CASE("a swirl keeps lengths and areas; a floor and a shared variance are what they say") {
    Matrix<double> z(1, 2);
    z << 0.7, -1.1;
    const double h = 1e-6;
    Eigen::Matrix2d J;
    for (int i = 0; i < 2; ++i) {
      Matrix<double> above = z, below = z;
      above(0, i) += h, below(0, i) -= h;
      J.row(i) = (swirl(above, 0.3) - swirl(below, 0.3)) / (2 * h);
    }
    CHECK(swirl(z, 0.3).norm() == doctest::Approx(z.norm()).epsilon(1e-14));
    CHECK(J(0, 0) * J(1, 1) - J(0, 1) * J(1, 0) == doctest::Approx(1).epsilon(1e-8));
    CHECK((J.transpose() * J - Eigen::Matrix2d::Identity()).norm() > 0.1);  // and it is no rotation
    CHECK(free_log_variance(0, 50) == 0);
    CHECK(free_log_variance(1, 50) == -50);
    CHECK(floored_log_variance(1, 50) == std::log(kFloor));
    CHECK(shared_log_variance(0, 50) == -50);
  }
}

}  // namespace ch07
