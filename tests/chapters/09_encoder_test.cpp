// Chapter 9's checks hold with the right ingredients, whatever the seed, and each of its equations has a mistake that
// its own check notices.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <set>
#include <string>

#include "chapters/09_encoder/chapter.hpp"
#include "chapters/09_encoder/contours.hpp"
#include "models/statistics/normal.hpp"
#include "tests/chapters/room.hpp"

namespace ch09 {

namespace {

const models::TrainTest& digits() {
  static const models::TrainTest both = models::load_digits(TAPESTRY_DATA);
  return both;
}

const TrainedVae& small_vae() {
  static const TrainedVae model(digits().train, {.hidden = 12, .epochs = 15}, 1);
  return model;
}

const StudySettings kSmall{.images = 20,
                           .grid = {.side = 100, .half_width = 7},
                           .evidence_nodes = 120,
                           .elbo_grid = {.side = 50, .half_width = 7},
                           .local_steps = 100};

std::string joined(const std::set<std::string>& slugs) { return lesson::joined({slugs.begin(), slugs.end()}); }

std::set<std::string> failing(const char* seed, const std::function<void(lesson::Lesson&)>& checks) {
  lesson::Room room;
  room.run({"--no-plots", "--seed", seed}, checks);
  return room.failing();
}

// The chapter's checks in small: those of q, and those of the code. They return the slugs that do not pass.
std::set<std::string> failing_of_q(const Ingredients& use, const char* seed) {
  return failing(seed, [&](lesson::Lesson& lesson) {
    const Study three_ways = study(small_vae(), digits().test, kSmall, lesson.seed(), use);
    encoder(lesson, three_ways, use);
    amortised(lesson, three_ways, use);
    partial(lesson, use);
    mean_code(lesson, three_ways, use);
  });
}
std::set<std::string> failing_of_code(const Ingredients& use, const char* seed) {
  return failing(seed, [&](lesson::Lesson& lesson) {
    const ProbeSettings probe{.vae = {.latent = 10, .hidden = 32, .epochs = 25}, .labels = {50, 1000}, .draws = 6};
    representation(lesson, digits(), probe, use);
  });
}

}  // namespace

TEST_SUITE("chapters/encoder") {
  TEST_CASE("everything holds, for several seeds") {
    for (const char* seed : {"1", "2", "3"}) {
      CAPTURE(seed);
      CHECK(joined(failing_of_q(right(), seed)) == "");
      CHECK(joined(failing_of_code(right(), seed)) == "");
    }
  }

  TEST_CASE("every mistake is noticed by exactly the equations it concerns, and every equation notices one") {
    std::set<std::string> noticed;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      const std::set<std::string> concerned(one.slugs.begin(), one.slugs.end());
      const bool of_code = concerned.contains("claim:representation");
      CHECK(joined(of_code ? failing_of_code(broken(one.name), "1") : failing_of_q(broken(one.name), "1")) ==
            joined(concerned));
      noticed.insert(concerned.begin(), concerned.end());
    }
    CHECK(noticed == std::set<std::string>{"claim:amortised", "claim:mean-code", "claim:partial",
                                           "claim:representation", "eq:encoder"});
  }

  TEST_CASE("the numbers of the text: a gap of 0.1550 at x = 1, and 0.046848 for two correlated z") {
    const LinearGaussian model = one_number();
    const Matrix<double> x = Matrix<double>::Ones(1, 1);
    const DiagonalNormals q{Matrix<double>::Constant(1, 1, 0.2), Matrix<double>::Constant(1, 1, 0.5 * std::log(0.8))};
    const double bound = elbo(expected_log_joint(model, x), q)[0];
    CHECK(bound == doctest::Approx(-1.670511).epsilon(1e-6));
    CHECK(model.log_evidence(x)[0] == doctest::Approx(models::normal_log_density(1, 0, 2)).epsilon(1e-14));
    CHECK(model.log_evidence(x)[0] - bound == doctest::Approx(models::normal_kl(0.2, 0.8, 0.5, 0.5)).epsilon(1e-13));
    CHECK(kl_to_posterior(model, x, q)[0] == doctest::Approx(models::normal_kl(0.2, 0.8, 0.5, 0.5)).epsilon(1e-13));

    Matrix<double> W(2, 3);
    W << 1, 0.8, 0, 0, 0.8, 1;
    const LinearGaussian two{W, 0.5};
    CHECK(two.precision()(0, 0) == doctest::Approx(4.28));
    CHECK(two.precision()(0, 1) == doctest::Approx(1.28));
    CHECK(std::exp(two.log_det_precision()) == doctest::Approx(16.68));
  }

  TEST_CASE("log p(x) of a linear-Gaussian model is the integral over z") {
    Matrix<double> W(1, 2), x(1, 2);
    W << 0.7, -1.1;
    x << 0.4, 1.9;
    const LinearGaussian model{W, 0.6};
    const auto log_likelihood = [&](const Matrix<double>& z) -> Vector {
      Vector log_p(z.rows());
      for (Index i = 0; i < z.rows(); ++i)
        log_p[i] = models::normal_log_density(x(0, 0), z(i, 0) * W(0, 0), 0.6) +
                   models::normal_log_density(x(0, 1), z(i, 0) * W(0, 1), 0.6);
      return log_p;
    };
    CHECK(model.log_evidence(x)[0] ==
          doctest::Approx(models::log_integral(models::gauss_hermite(60), log_likelihood)).epsilon(1e-9));
  }

  TEST_CASE("contours: a normal density's level set on the grid is its ellipse") {
    const DiagonalNormals q{(Matrix<double>(1, 2) << 0.5, -0.8).finished(),
                            (Matrix<double>(1, 2) << std::log(0.7), std::log(1.2)).finished()};
    const Grid grid;
    const Vector density = log_density(q, 0, grid.points()).exp();
    for (const double mass : {0.5, 0.9}) {
      CAPTURE(mass);
      const double radius = std::sqrt(-2 * std::log(1 - mass));
      const auto radius_of = [&](double x, double y) { return std::hypot((x - 0.5) / 0.7, (y + 0.8) / 1.2); };
      const Line on_grid = contour(density, grid, level(density, mass)), exact = ellipse(q, 0, mass);
      CHECK(on_grid.x.size() > 100);
      for (std::size_t i = 0; i < on_grid.x.size(); ++i)
        if (std::isfinite(on_grid.x[i]))
          CHECK(radius_of(on_grid.x[i], on_grid.y[i]) == doctest::Approx(radius).epsilon(0.01));
      for (std::size_t i = 0; i < exact.x.size(); ++i)
        CHECK(radius_of(exact.x[i], exact.y[i]) == doctest::Approx(radius).epsilon(1e-12));
    }
  }

  TEST_CASE("contours: at a saddle two lines, and none where nothing is crossed") {
    const Grid grid{.side = 2, .half_width = 1};
    const Line saddle = contour(Eigen::Array4d(1, 0, 0, 1), grid, 0.5);
    CHECK(saddle.x.size() == 6);
    CHECK(contour(Eigen::Array4d(1, 1, 1, 1), grid, 0.5).x.empty());
  }

  TEST_CASE("optimisation from N(0, I) comes closer with every doubling of its steps, to the best q and not beyond") {
    const Study s = study(small_vae(), digits().test, kSmall, 1, right());
    const std::vector<double> elbos = elbo_by_steps(s, kSmall, std::vector<int>{10, 50, 200});
    CHECK(elbos[0] < elbos[1]);
    CHECK(elbos[1] < elbos[2]);
    CHECK(elbos[2] < s.elbo_local.mean() + 1e-4);
    CHECK(elbos[2] == doctest::Approx(s.elbo_local.mean()).epsilon(1e-3));
  }
}

}  // namespace ch09
