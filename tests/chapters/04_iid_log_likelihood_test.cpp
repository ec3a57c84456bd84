// Chapter 04's checks: that they hold on several seeds, and that each one rejects what is wrong.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "chapters/04_iid_log_likelihood/chapter.hpp"
#include "models/statistics/categorical.hpp"
#include "tests/chapters/room.hpp"
#include "tests/chapters/z_scores.hpp"

namespace ch04 {

namespace {

using Body = std::function<void(lesson::Lesson&)>;

// The labels of the checks that do not pass.
std::set<std::string> rejected(const Body& body, int seed = 1) {
  lesson::Room room;
  const std::string text = std::to_string(seed);
  room.run({"--no-plots", "--seed", text.c_str()}, body);
  std::set<std::string> labels;
  for (const lesson::Check& check : room.lesson.checks())
    if (!check.passed) labels.insert(check.label);
  return labels;
}

void check_holds(const Body& body) {
  for (int seed = 1; seed <= 5; ++seed) {
    const std::set<std::string> labels = rejected(body, seed);
    CHECK_MESSAGE(labels.empty(), "seed ", seed, ": ", *labels.begin());
  }
}

void check_rejects(const std::string& label, const Body& body) {
  CAPTURE(label);
  CHECK(rejected(body).contains(label));
}

const models::Dataset& digits() {
  static const models::Dataset digits = models::load_all_digits(TAPESTRY_DATA);
  return digits;
}

// What the demo checks, in small.
void check_all(lesson::Lesson& lesson, const Ingredients& use) {
  const Series series{.datasets = 2000, .length = 50};
  check_dataset(lesson, use.log_p);
  check_sum(lesson, use.closed_form);
  check_underflow(lesson, use.log_smallest_float(), use.log_smallest_double());
  check_bounds(lesson, 20'000, use.naive, use.pairwise, use.compensated);
  check_orders(lesson, 20'000, use.naive, use.compensated);
  check_price(lesson, series, use.information);
  check_coverage(lesson, series, use.inflation);
  check_pixels(lesson, {digits(), lesson.seed()}, use.pixels, use.divergence);
  check_ml_kl(lesson, {digits(), lesson.seed()}, use.divergence);
}

double normal_sum(std::span<const double> x) { return on_the_tape(x, Normal{}).value; }

}  // namespace

TEST_SUITE("chapters/04_iid_log_likelihood") {
  TEST_CASE("every mistake is noticed by the equations it concerns, and every equation notices one") {
    std::set<std::string> noticed;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      lesson::Room room;
      room.run({"--no-plots"}, [&](lesson::Lesson& lesson) { check_all(lesson, broken(one.name)); });
      for (const std::string& slug : one.slugs) {
        CAPTURE(slug);
        CHECK(std::ranges::any_of(room.lesson.checks(),
                                  [&](const lesson::Check& check) { return check.slug == slug && !check.passed; }));
      }
      noticed.insert(one.slugs.begin(), one.slugs.end());
    }
    CHECK(noticed == std::set<std::string>{"eq:dataset", "eq:iid", "eq:ml-kl"});
    check_holds([](lesson::Lesson& lesson) { check_all(lesson, broken("none")); });
    CHECK_THROWS_WITH(broken("nothing"), "there is no break 'nothing'");
  }

  TEST_CASE("eq:dataset: order is nothing, a repetition is something") {
    check_holds([](lesson::Lesson& lesson) { check_dataset(lesson, normal_sum); });
    const auto with = [](auto log_p) { return [=](lesson::Lesson& lesson) { check_dataset(lesson, log_p); }; };
    const auto as_a_set = [](std::span<const double> x) {
      const std::set<double> values(x.begin(), x.end());
      return normal_sum(std::vector(values.begin(), values.end()));
    };
    check_rejects("every point twice", with(as_a_set));
    check_rejects("every point twice", with([](std::span<const double> x) { return normal_sum(x) / x.size(); }));
    const auto without_the_first = [](std::span<const double> x) { return normal_sum(x.subspan(1)); };
    check_rejects("the points sorted", with(without_the_first));
    check_rejects("20 shuffles", with(without_the_first));
    // what treats the data as a set agrees with the set, which the check expects to differ
    CHECK(rejected(with(as_a_set)).size() == 2);
  }

  TEST_CASE("eq:iid: the sum, its gradient, and the product") {
    check_holds([](lesson::Lesson& lesson) { check_sum(lesson, in_closed_form); });
    const auto with = [](auto change) {
      return [=](lesson::Lesson& lesson) {
        check_sum(lesson, [=](const Statistics& s, const Normal& normal) {
          LogLikelihood l = in_closed_form(s, normal);
          change(l, s);
          return l;
        });
      };
    };
    const std::string value = "from N, Σx and Σx²", gradient = "its gradient in μ and log σ²";
    check_rejects(value, with([](LogLikelihood& l, const Statistics& s) { l.value /= s.n; }));
    check_rejects(value, with([](LogLikelihood& l, const Statistics&) { l.value *= -1; }));
    check_rejects(value, with([](LogLikelihood& l, const Statistics&) { l.value *= 1 + 1e-11; }));
    check_rejects(gradient, with([](LogLikelihood& l, const Statistics&) { l.gradient[0] *= 1.001; }));
    check_rejects(gradient, with([](LogLikelihood& l, const Statistics&) { l.gradient[1] *= 2; }));
  }

  TEST_CASE("eq:iid: the product underflows where it must") {
    check_holds(
        [](lesson::Lesson& lesson) { check_underflow(lesson, log_smallest<float>(), log_smallest<double>()); });
    const auto with = [](double in_float, double in_double) {
      return [=](lesson::Lesson& lesson) { check_underflow(lesson, in_float, in_double); };
    };
    // the smallest normal number, and a logarithm to base 10
    const double normal_float = std::log(std::numeric_limits<float>::min());
    const double normal_double = std::log(std::numeric_limits<double>::min());
    check_rejects("N in float", with(normal_float, log_smallest<double>()));
    check_rejects("N in double", with(log_smallest<float>(), normal_double));
    check_rejects("N in double", with(log_smallest<float>(), log_smallest<double>() / std::log(10.0)));
    CHECK_THROWS_WITH(first_zero_of_product<double>(std::vector{1.0, 2.0}, Normal{}),
                      "the product of 2 densities is not 0 yet");
  }

  TEST_CASE("eq:iid: each way of adding keeps its bound, and not the next one's") {
    constexpr int n = 20'000;
    check_holds([](lesson::Lesson& lesson) { check_bounds(lesson, n, naive(), pairwise(), compensated()); });
    const std::string best = "compensated: u(1+n²u)Σ|log p|";
    check_rejects(best, [](lesson::Lesson& lesson) { check_bounds(lesson, n, naive(), pairwise(), naive()); });
    check_rejects("pairwise: log₂n u Σ|log p|",
                  [](lesson::Lesson& lesson) { check_bounds(lesson, n, naive(), naive(), compensated()); });
    const auto drops_one = [](std::span<const double> x) { return naive().in_double(x.subspan(1)); };
    check_rejects("one by one: n u Σ|log p|", [=](lesson::Lesson& lesson) {
      check_bounds(lesson, n, {naive().in_float, drops_one}, pairwise(), compensated());
    });
  }

  TEST_CASE("eq:dataset: a rounded sum depends on the order, unless it is compensated") {
    constexpr int n = 20'000;
    check_holds([](lesson::Lesson& lesson) { check_orders(lesson, n, naive(), compensated()); });
    check_rejects("compensated: ≤ 1 last place",
                  [](lesson::Lesson& lesson) { check_orders(lesson, n, naive(), naive()); });
    check_rejects("one by one: ≥ 2 last places",
                  [](lesson::Lesson& lesson) { check_orders(lesson, n, compensated(), compensated()); });
  }

  TEST_CASE("eq:iid: the price of a false assumption") {
    const Series series{.datasets = 2000, .length = 100};
    const auto with = [&](auto information) {
      return [=](lesson::Lesson& lesson) { check_price(lesson, series, information); };
    };
    check_holds(with([](double rho) { return -0.5 * std::log(1 - rho * rho); }));
    for (const auto& wrong : {+[](double rho) { return 0.5 * std::log(1 - rho * rho); },       // the sign
                              +[](double rho) { return -0.5 * std::log(1 - rho); },            // ρ for ρ²
                              +[](double rho) { return -std::log(1 - rho * rho); },            // without ½
                              +[](double rho) { return -0.5 * std::log2(1 - rho * rho); }}) {  // in bits
      check_rejects("ρ = 0.9, -½ log det R", with(wrong));
      check_rejects("ρ = 0.9, sampled", with(wrong));
    }
    check_rejects("ρ = 0.5, -½ log det R", with([](double rho) { return -0.5 * std::log(1 - rho * rho) * 1.001; }));
  }

  TEST_CASE("eq:iid: the error bar of a false assumption") {
    const Series series{.datasets = 10'000, .length = 100};
    const auto with = [&](auto inflation) {
      return [=](lesson::Lesson& lesson) { check_coverage(lesson, series, inflation); };
    };
    const auto right = [](double rho, int n) { return models::Autoregression(0, 1, rho).inflation(n); };
    check_holds(with(right));
    const auto none = with([](double, int) { return 1.0; });
    for (const char* label : {"ρ = -0.3, sampled", "ρ = 0.5, sampled", "ρ = 0.9, sampled", "ρ = 0.9, right SE"})
      check_rejects(label, none);
    check_rejects("ρ = 0.9, right SE", with([=](double rho, int n) { return right(-rho, n); }));
    check_rejects("ρ = 0.9, sampled", with([=](double rho, int) { return (1 + rho) / (1 - rho); }));  // n = ∞
    check_rejects("ρ = 0.5, sampled", with([=](double rho, int n) { return std::sqrt(right(rho, n)); }));
  }

  TEST_CASE("over seeds, z has mean 0 and standard deviation 1") {
    const auto z = lesson::z_by_label(
        [](lesson::Lesson& lesson) {
          const Series series{.datasets = 1000, .length = 50};
          check_price(lesson, series, right().information);
          check_coverage(lesson, series, right().inflation);
        },
        100);
    CHECK(z.size() >= 4);
    const std::vector<std::string> wrong = lesson::not_standard(z);
    CHECK_MESSAGE(wrong.empty(), lesson::joined(wrong, "; "));
  }

  TEST_CASE("eq:ml-kl: mean log-likelihood, entropy and divergence") {
    const auto with = [](const Divergence& kl) {
      return [=](lesson::Lesson& lesson) { check_ml_kl(lesson, {digits(), lesson.seed()}, kl); };
    };
    check_holds(with(models::kl_divergence));
    using P = std::span<const double>;
    const std::string labels = "labels, softmax of random θ", least = "least KL: Σ H(p̂ⱼ) - H(p̂)";
    for (const Divergence& wrong :
         {Divergence([](P p, P q) { return models::kl_divergence(q, p); }),                     // the wrong way round
          Divergence([](P p, P q) { return -models::kl_divergence(p, q); }),                    // the sign
          Divergence([](P p, P q) { return models::cross_entropy(p, q); }),                     // for the divergence
          Divergence([](P p, P q) { return models::kl_divergence(p, q) / std::log(2.0); })}) {  // in bits
      check_rejects(labels, with(wrong));
      check_rejects(least, with(wrong));
    }
  }

  TEST_CASE("eq:iid: images of independent pixels") {
    const auto with = [](auto closed_form, const Divergence& kl) {
      return [=](lesson::Lesson& lesson) { check_pixels(lesson, {digits(), lesson.seed()}, closed_form, kl); };
    };
    check_holds(with(pixels_in_closed_form, models::kl_divergence));
    using P = std::span<const double>;
    const auto mean_over_pixels = [](P means, P theta) { return pixels_in_closed_form(means, theta) / means.size(); };
    const auto only_ones = [](P means, P theta) {
      return std::transform_reduce(means.begin(), means.end(), theta.begin(), 0.0, std::plus(),
                                   [](double m, double t) { return m * std::log(t); });
    };
    check_rejects("θ = means: closed form", with(mean_over_pixels, models::kl_divergence));
    check_rejects("another θ: closed form", with(only_ones, models::kl_divergence));
    check_rejects("  lower by Σ KL(mⱼ ‖ θⱼ)",
                  with(pixels_in_closed_form, [](P p, P q) { return models::kl_divergence(q, p); }));
  }

  TEST_CASE("foreign data without images, too small, or all black, is told so") {
    models::Dataset black{.name = "b", .height = 3, .width = 3, .scale = 1, .pixels = {}, .labels = {0, 1}};
    black.pixels.resize(18);
    CHECK_THROWS_WITH(require_varied({black, 1}),
                      "b: expected images that differ, found 2 with the same black and white pixels");
    CHECK_THROWS_WITH(require_varied({slice(black, 0, 0), 1}), "b: expected images, found none");
    const models::Dataset low{.name = "l", .height = 2, .width = 9, .scale = 1, .pixels = black.pixels, .labels = {0}};
    CHECK_THROWS_WITH(require_varied({low, 1}), "l: expected images of at least 3×3 pixels, found 2×9");
    require_varied({digits(), 1});
  }

  TEST_CASE("windows and their distributions") {
    const std::vector<double> theta{0.5, 0.25, 0, 1, 0.5, 0.5, 0.5, 0.5, 0.5};
    const std::vector<double> p = independent_pixels(theta);
    CHECK(std::accumulate(p.begin(), p.end(), 0.0) == doctest::Approx(1));
    CHECK(p[0b1010] == doctest::Approx(0.25 / 64));  // pixels 1 and 3 on
    CHECK(p[0b1110] == 0);                           // pixel 2 is never on
    models::Dataset image{.name = "one", .height = 3, .width = 6, .scale = 1, .pixels = {}, .labels = {0}};
    image.pixels = {1, 0, 0, 0, 0, 1,   //
                    0, 1, 0, 0, 0, 0,   //
                    0, 0, 0, 1, 1, 1};  //
    CHECK(windows({image, 1}) == std::vector{0b000010001, 0b111000100});
    CHECK(pixel_means(std::vector{0b01, 0b11})[0] == 1);
    CHECK(pixel_means(std::vector{0b01, 0b11})[1] == 0.5);
  }
}

}  // namespace ch04
