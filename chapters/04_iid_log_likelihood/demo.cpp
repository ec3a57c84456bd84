// The log-likelihood of independent data: a sum; what that sum is worth in floating-point numbers; and what it is
// worth where the data are not independent.

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <span>

#include "chapters/04_iid_log_likelihood/chapter.hpp"
#include "chapters/lesson/demo/lesson.hpp"

using namespace ch04;

namespace {

struct Choices {
  int terms = 1'000'000;
  Series series;
  std::string data = "mnist", mistake = "none";
};

void declare(lesson::Lesson& lesson, Choices& c) {
  using lesson::at_least, lesson::between;
  lesson.option("--terms", c.terms, "log densities in the sums whose rounding is measured", between(10'000, 1'000'000))
      .when_quick(std::int64_t{20'000});
  lesson.option("--datasets", c.series.datasets, "of dependent data, to average over", at_least(1000))
      .when_quick(std::int64_t{2'000});
  lesson.option("--length", c.series.length, "points in each of them", between(2, 1000));
  lesson.option("--data", c.data, "images: mnist, digits, or a folder with four IDX files", "NAME")
      .when_quick(std::string("digits"));
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

}  // namespace

int main(int argc, char** argv) {
  lesson::Lesson lesson("04_iid_log_likelihood", "The log-likelihood is a sum over data points", "1.5, 1.6");
  Choices c;
  declare(lesson, c);
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));

    const models::Dataset images = models::load_data(c.data, lesson.data("")).train;
    require_varied({images, lesson.seed()});

    // A dataset is a list: the order is nothing, a repetition is something.
    check_dataset(lesson, use.log_p);

    // For independent points log p(D) is a sum. As a product it would soon be 0.
    check_sum(lesson, use.closed_form);
    check_underflow(lesson, use.log_smallest_float(), use.log_smallest_double());

    // A computed sum is rounded, and depends on the order after all.
    check_bounds(lesson, c.terms, use.naive, use.pairwise, use.compensated);
    check_orders(lesson, c.terms, use.naive, use.compensated);

    // Where neighbours know of each other, the sum is short of log p(D) by what they know.
    check_price(lesson, c.series, use.information);
    check_coverage(lesson, c.series, use.inflation);

    // Images as independent draws, and, as a first model of one image, pixels as independent draws.
    check_pixels(lesson, {images, lesson.seed()}, use.pixels, use.divergence);

    // The largest log-likelihood is the least divergence from the data.
    check_ml_kl(lesson, {images, lesson.seed()}, use.divergence);

    const Numbers x = readings(800, Normal{}, lesson.seed());
    const auto of_first = [&](int n) { return on_the_tape(std::span(x).first(n), Normal{}).value; };
    lesson.metric("log_likelihood_of_readings", use.closed_form(statistics(x), Normal{}).value)
        .shown("04_underflow", "Σ log p(x)");
    lesson.metric("log_likelihood_of_200", of_first(200)).shown("04_underflow", "log of Π p(x) in double", 200);
    lesson.metric("log_of_a_float", std::log(static_cast<float>(std::exp(of_first(1)))))
        .shown("04_underflow", "log of Π p(x) in float", 1);
    plot_underflow(x, Normal{}, lesson.figures());
    const ErrorsByCount errors = relative_errors(lesson.quick() ? 1 << 14 : 1 << 24, lesson.seed());
    for (const std::size_t i : {std::size_t{3}, errors.n.size() - 1}) {  // in short runs some of the last are equal
      const auto add = [&](const char* series, const Numbers& all) {
        lesson.metric(fmt::format("{}, n = {}", series, errors.n[i]), all[i])
            .shown("04_rounding", series, errors.n[i]);
      };
      add("one by one", errors.naive);
      add("pairwise", errors.pairwise);
      add("compensated", errors.compensated);
      add("one by one, all terms equal", errors.naive_of_equal);
    }
    plot_rounding(errors, lesson.figures());
    plot_price(c.series, lesson.seed(), lesson.figures());
    plot_coverage(c.series, lesson.seed(), lesson.figures());
  });
}
