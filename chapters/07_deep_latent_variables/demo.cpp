// Deep latent-variable models: factors that are simple, and a marginal that is not. First with one number, where
// everything can be drawn; then networks, trained by the exact log-likelihood; then what such models cannot do, do not
// determine, and must not be allowed.

#include "chapters/07_deep_latent_variables/chapter.hpp"
#include "chapters/lesson/demo/lesson.hpp"

using namespace ch07;

namespace {

struct Choices {
  int draws = 50'000, belief_steps = 300;
  MoonsSettings moons;
  DigitsSettings digits;
  std::string mistake = "none";
};

void declare(lesson::Lesson& lesson, Choices& c) {
  using lesson::at_least;
  lesson.option("--draws", c.draws, "ancestral samples from each model", at_least(1000))
      .when_quick(std::int64_t{5'000});
  lesson.option("--moons", c.moons.data, "points of the two moons to learn from", at_least(50))
      .when_quick(std::int64_t{300});
  lesson.option("--moons-steps", c.moons.steps, "of the network that learns them", at_least(1))
      .when_quick(std::int64_t{700});
  lesson.option("--points", c.moons.points, "of the quadrature that it is trained with", at_least(1))
      .when_quick(std::int64_t{250});
  lesson.option("--belief-steps", c.belief_steps, "of each belief net", at_least(1)).when_quick(std::int64_t{150});
  lesson.option("--digits-steps", c.digits.steps, "of the model that is told the class", at_least(1))
      .when_quick(std::int64_t{60});
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

}  // namespace

int main(int argc, char** argv) {
  lesson::Lesson lesson("07_deep_latent_variables", "Simple factors, a complex marginal", "1.7.2");
  Choices c;
  declare(lesson, c);
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));

    // one number bends another, and a normal distribution gets two modes
    simple_factors(lesson, c.draws, use);
    // what it takes to keep the modes apart
    connected(lesson, c.draws, use);

    // a network learns a complex distribution
    const Deep moons = learn_moons(lesson, c.moons, c.draws);

    // units instead of numbers: the sum over their states is exact, and so is its gradient
    fisher_identity(lesson, moons, use);
    const Digits digits = black_and_white(models::load_digits(lesson.data("")), lesson.seed());
    const std::vector<TrainedBelief> nets = belief_nets(lesson, digits, c.belief_steps);

    // a model that is told the class
    const Deep of_class = conditional(lesson, digits, c.digits, c.draws, use);

    // what the likelihood does not determine, and what it must not be allowed
    rotation(lesson, use);
    free_variance(lesson, use);

    if (lesson.figures().format == plots::Format::none) return;
    plot_slide(lesson.figures());
    plot_gap(lesson.figures());
    plot_moons(moons, c.moons, lesson.seed(), lesson.figures());
    plot_beliefs(nets, digits, lesson.seed(), lesson.figures());
    plot_digits(of_class, lesson.figures());
    plot_free_variance(lesson.seed(), lesson.figures());
  });
}
