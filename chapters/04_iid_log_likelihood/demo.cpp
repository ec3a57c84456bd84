// The log-likelihood of independent data: a sum, what the sum is worth in floating-point numbers, and what it is worth
// where the data are not independent.

#include "chapters/04_iid_log_likelihood/dependence.hpp"
#include "chapters/04_iid_log_likelihood/discrete.hpp"
#include "chapters/04_iid_log_likelihood/figures.hpp"
#include "chapters/04_iid_log_likelihood/normal_data.hpp"
#include "chapters/04_iid_log_likelihood/rounding.hpp"
#include "chapters/lesson.hpp"
#include "models/categorical.hpp"

using namespace ch04;

int main(int argc, char** argv) {
  lesson::Lesson lesson("04_iid_log_likelihood", "The log-likelihood is a sum over data points", "1.5, 1.6");
  int terms = 1'000'000;
  Series series;
  std::string data = "mnist";
  lesson.option("--terms", terms, "log densities in the longest sum", lesson::between(100, 10'000'000))
      .when_quick(std::int64_t{20'000});
  lesson.option("--datasets", series.datasets, "of AR(1) data, to average over", lesson::at_least(2))
      .when_quick(std::int64_t{2'000});
  lesson.option("--length", series.length, "points in each of them", lesson::between(2, 1000));
  lesson.option("--data", data, "mnist, digits, or a folder with four IDX files", "NAME").when_quick("digits");

  return lesson.run(argc, argv, [&] {
    const std::uint64_t seed = lesson.seed();

    // A dataset is a list: the order is nothing, a repetition is something.
    check_dataset(lesson, [](std::span<const double> x) { return on_the_tape(x, Normal{}).value; });

    // For independent points log p(D) is a sum. As a product it would be 0 soon.
    check_sum(lesson, in_closed_form);
    check_underflow(lesson, log_smallest<float>(), log_smallest<double>());

    // A computed sum is rounded, and depends on the order after all.
    check_bounds(lesson, terms, naive(), pairwise(), compensated());
    check_orders(lesson, terms, naive(), compensated());

    // Where neighbours know of each other, the sum is short of log p(D) by what they know.
    check_price(lesson, series, [](double rho) { return models::Autoregression(0, 1, rho).neighbour_information(); });
    check_coverage(lesson, series, [](double rho, int n) { return models::Autoregression(0, 1, rho).inflation(n); });

    // Real data: images as independent draws, and, as a first model of one image, pixels as independent draws.
    const models::TrainTest digits = models::load_data(data, lesson.data(""));
    check_pixels(lesson, {digits.train, seed}, pixels_in_closed_form, models::kl_divergence);
    check_ml_kl(lesson, {digits.train, seed}, models::kl_divergence);

    plot_underflow(readings(800, Normal{}, seed), Normal{}, lesson.figures());
    plot_rounding(relative_errors(lesson.quick() ? 1 << 14 : 1 << 24, seed), lesson.figures());
    plot_price(series, seed, lesson.figures());
    plot_coverage(series, seed, lesson.figures());
  });
}
