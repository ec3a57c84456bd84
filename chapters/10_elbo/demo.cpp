// The evidence lower bound: derived twice, sampled, differentiated, tightened; and the one VAE whose optimum is known.

#include "chapters/10_elbo/chapter.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/data/binarise.hpp"
#include "models/data/dataset.hpp"

using namespace ch10;

int main(int argc, char** argv) {
  lesson::Lesson lesson("10_elbo", "The evidence lower bound", "1.1, 2.1");
  std::string mistake = "none";
  lesson.option("--break", mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(mistake);
    if (mistake != "none") lesson.say(lesson::announcement(breaks(), mistake));
    const models::Dataset digits = models::load_all_digits(lesson.data(""));

    // the bound, and what it means for a whole data set
    check_bound(lesson, use);
    check_joint_divergence(lesson, use);

    // its gradient, estimated
    check_change_of_variables(lesson, use);
    check_estimators(lesson, use);
    check_two_noises(lesson, use);

    // how to come nearer: a richer q, or more samples
    check_full_covariance(lesson, use);
    check_many_samples(lesson, use);
    check_tighter(lesson, use);
    check_ladder(lesson, digits, use);
    check_mixture(lesson, digits, use);

    // the linear VAE, whose optimum is known
    const Spectrum spectrum = spectrum_of(models::as_matrix<double>(digits));
    const LinearRuns runs = train_linear_vaes(lesson, spectrum, use);
    check_ppca(lesson, spectrum, runs.ppca);
    check_collapse(lesson, spectrum, runs.collapse, use);
    check_rate_distortion(lesson, spectrum, runs.rate_distortion, use);

    if (lesson.figures().format == plots::Format::none) return;
    plot_gap(lesson.figures());
    plot_estimators(lesson.seed(), lesson.figures());
    plot_many_samples(lesson.figures());
    plot_mean_field(lesson.seed(), lesson.figures());
    plot_linear(spectrum, runs, lesson.figures());
  });
}
