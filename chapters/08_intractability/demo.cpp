// p(x) is an integral over z that nobody can solve: what that costs, what it spoils, and what can be done.

#include "chapters/08_intractability/chapter.hpp"

using namespace ch08;

namespace {

struct Choices {
  Sizes sizes;
  std::string mistake = "none";
};

void declare(lesson::Lesson& lesson, Choices& c) {
  using lesson::at_least;
  lesson.option("--draws", c.sizes.draws, "of z for each estimate of an integral", at_least(10'000))
      .when_quick(std::int64_t{100'000});
  lesson.option("--harmonic", c.sizes.harmonic_draws, "of z for the harmonic mean", at_least(10'000))
      .when_quick(std::int64_t{200'000});
  lesson.option("--chains", c.sizes.chains, "of HMC, side by side; five times as many to anneal", at_least(20))
      .when_quick(std::int64_t{50});
  lesson.option("--length", c.sizes.length, "transitions of each chain", at_least(100)).when_quick(std::int64_t{300});
  lesson.option("--temperatures", c.sizes.temperatures, "between prior and posterior", at_least(10))
      .when_quick(std::int64_t{60});
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

}  // namespace

int main(int argc, char** argv) {
  lesson::Lesson lesson("08_intractability", "An integral that nobody can solve", "1.8");
  Choices c;
  declare(lesson, c);
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));

    // the integral itself, and an identity that seems to solve it
    intractable_integral(lesson, c.sizes, use);
    harmonic_mean(lesson, c.sizes, use);

    // draws from the posterior: by chains, and by the closest normal density
    acceptance_step(lesson, c.sizes, use);
    effective_draws(lesson, use);
    posterior_of_z(lesson, c.sizes, use);

    // back to the integral, by a bridge from the prior to the posterior
    thermodynamic(lesson, c.sizes, use);

    // the same for parameters
    const ThetaPosterior theta = posterior_of_theta(lesson, c.sizes, use);

    if (lesson.figures().format == plots::Format::none) return;
    plot_variance(c.sizes, lesson.seed(), lesson.figures());
    plot_narrow(lesson.figures());
    plot_grid(lesson.figures());
    plot_path(lesson.seed(), lesson.figures());
    plot_variational(lesson.seed(), lesson.figures());
    plot_sandwich(c.sizes, lesson.seed(), lesson.figures());
    plot_theta(theta, lesson.figures());
  });
}
