// Latent variables: what is left of p(x, z) when z was not observed. First three terms by hand, then integrals, then
// real data by EM and by gradient ascent; why EM climbs, and how fast; and digits.

#include <fmt/format.h>

#include "chapters/06_latent_variables/chapter.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/data/binarise.hpp"

using namespace ch06;

namespace {

struct Choices {
  int draws = 100'000, starts = 100, ascent = 3000, em_steps = 40, more = 100;
  std::string data = "mnist", mistake = "none";
};

void declare(lesson::Lesson& lesson, Choices& c) {
  using lesson::at_least;
  lesson.option("--draws", c.draws, "of z, to compare with what is exact", at_least(1000))
      .when_quick(std::int64_t{10'000});
  lesson.option("--starts", c.starts, "of EM on the two tables", at_least(10)).when_quick(std::int64_t{60});
  lesson.option("--ascent", c.ascent, "steps of gradient ascent", at_least(100));
  lesson.option("--data", c.data, "images: mnist, digits, or a folder with four IDX files", "NAME")
      .when_quick(std::string("digits"));
  lesson.option("--em-steps", c.em_steps, "of EM on the images", at_least(1)).when_quick(std::int64_t{20});
  lesson.option("--more", c.more, "components of the larger mixture of images", at_least(11))
      .when_quick(std::int64_t{20});
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

}  // namespace

int main(int argc, char** argv) {
  lesson::Lesson lesson("06_latent_variables", "Variables that nobody observed", "1.7.1");
  Choices c;
  declare(lesson, c);
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));
    const models::Dataset digits = models::load_all_digits(lesson.data(""));
    const Table flowers = iris(lesson);

    // z summed up or integrated: three states, a real number, a precision, several dimensions
    discrete_marginal(lesson, c.draws, use);
    continuous_marginal(lesson, c.draws, use);
    student_t(lesson, c.draws, use);
    probabilistic_pca(lesson, flowers.x, models::as_matrix<double>(digits));

    // a mixture of normals, and its fit to real data
    mixture_density(lesson, c.draws, use);
    auto optimum = lesson.equation("1.7.1", "EM and gradient ascent reach the same optimum", "eq:gmm");
    const Fitted geyser = fit_table(lesson, optimum, old_faithful(lesson), c.starts, c.ascent, use);
    const Fitted fitted = fit_table(lesson, optimum, flowers, c.starts, c.ascent, use);
    report_ends(lesson, geyser);
    report_ends(lesson, fitted);
    points_and_ellipses(lesson, geyser, fitted);

    // why EM climbs, how fast, and where to
    bound(lesson, flowers, use);
    fisher_identity(lesson, flowers, use);
    em_rate(lesson, c.draws / 10, use);
    unbounded(lesson, fitted, use);

    // images
    const models::TrainTest data = models::load_data(c.data, lesson.data(""));
    const Matrix<float> test = models::as_matrix<float>(data.test, {models::Binarisation::fixed, lesson.seed()});
    const std::vector<TrainedMixture> trained = ladder(lesson, data, test, {10, c.more}, c.em_steps);

    if (lesson.figures().format == plots::Format::none) return;
    plot_three(lesson.figures());
    plot_nodes(lesson.figures());
    plot_student_t(lesson.seed(), lesson.figures());
    plot_ellipses(geyser, fitted, lesson.figures());
    plot_climb(geyser, fitted, lesson.figures());
    plot_bound(lesson.figures());
    plot_rate(lesson.figures());
    plot_unbounded(lesson.figures());
    plot_plane(digits, lesson.seed(), lesson.figures());
    plot_bernoulli(trained, data.train, lesson.seed(), lesson.figures());
  });
}
