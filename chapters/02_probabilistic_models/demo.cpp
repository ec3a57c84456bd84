// Probabilistic models: what a model claims, how close it is to the truth, and a network as the parameters of a
// distribution. In every example the truth is known, so that "close" can be measured.

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "chapters/lesson/demo/lesson.hpp"

using namespace ch02;

namespace {

struct Choices {
  int draws = 100'000, datasets = 400;
  NetworkSettings networks;
  std::string mistake = "none";
};

void declare(lesson::Lesson& lesson, Choices& c) {
  using lesson::at_least;
  lesson.option("--draws", c.draws, "from each distribution", at_least(1000)).when_quick(std::int64_t{10'000});
  lesson.option("--datasets", c.datasets, "of which each is fitted, to see how far off fits are", at_least(20))
      .when_quick(std::int64_t{40});
  lesson.option("--points", c.networks.data, "that a network learns from", at_least(200));
  lesson.option("--steps", c.networks.steps, "of Adam, of each network", at_least(100)).when_quick(std::int64_t{3000});
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

}  // namespace

int main(int argc, char** argv) {
  lesson::Lesson lesson("02_probabilistic_models", "A model is a distribution, close to another one", "1.3, 1.3.1");
  Choices c;
  declare(lesson, c);
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));

    // 1.3: a model can be drawn from, and gives a probability or a density to every x
    check_draws(lesson, c.draws, use);
    check_densities(lesson, c.draws, use);

    // 1.3: how close it is to the truth, in nats, and that there are two answers
    check_states(lesson, c.datasets, use);
    check_density_fits(lesson, c.draws);
    check_direction(lesson, c.draws, use);

    // 1.3.1: a distribution of y for every x, with a formula and with networks
    check_logistic(lesson, c.datasets, use);
    const Networks networks = train_networks(c.networks, lesson.seed());
    check_classifier(lesson, networks.classifier, c.networks);
    check_regression(lesson, networks, c.networks, use);
    check_beyond(lesson, networks);

    // a formula for y that is no distribution
    check_grey(lesson, c.draws, use);

    if (lesson.figures().format == plots::Format::none) return;
    plot_densities(lesson.seed(), lesson.figures());
    const StateFit states = mean_fit(20, 100, 3000, lesson.seed());
    lesson.metric("states_kl", states.forward.back()).shown("02_states", "KL(p* ‖ model), nats");
    lesson.metric("states_distance", states.distance.back()).shown("02_states", "total variation");
    plot_states(states, 100, lesson.figures());
    plot_fits(lesson.seed(), lesson.figures());
    plot_direction(lesson.figures());
    plot_networks(networks, lesson.seed(), lesson.figures());
    plot_grey(lesson.figures());
  });
}
