// The encoder, a function in the place of an optimisation for each data point: what it is, what it costs, and what its
// code is good for.

#include "chapters/09_encoder/chapter.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/data/dataset.hpp"

using namespace ch09;

namespace {

struct Choices {
  VaeSettings vae;
  StudySettings study;
  ProbeSettings probe;
  std::string mistake = "none";
};

void declare(lesson::Lesson& lesson, Choices& c) {
  using lesson::at_least, lesson::between;
  lesson.option("--epochs", c.vae.epochs, "of training, of each VAE", between(10, 300)).when_quick(std::int64_t{30});
  lesson.option("--hidden", c.vae.hidden, "units of the encoder and of the decoder", at_least(8))
      .when_quick(std::int64_t{32});
  lesson.option("--images", c.study.images, "test digits whose posterior is computed", between(20, 360))
      .when_quick(std::int64_t{30});
  lesson.option("--steps", c.study.local_steps, "of the optimisation of each digit's q", at_least(50));
  lesson.option("--latent", c.probe.vae.latent, "numbers in the code that the probe is given", at_least(1));
  lesson.option("--draws", c.probe.draws, "sets of labelled digits of each size", at_least(5))
      .when_quick(std::int64_t{5});
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

}  // namespace

int main(int argc, char** argv) {
  lesson::Lesson lesson("09_encoder", "The encoder: inference in one pass", "1.1, 2.1");
  Choices c;
  declare(lesson, c);
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));
    if (lesson.quick()) c.probe.labels = {50, 200, 1000};
    c.probe.vae.epochs = c.vae.epochs;
    c.probe.vae.hidden = c.vae.hidden;

    // a VAE with two latent dimensions, and three ways to its posteriors
    const models::TrainTest digits = models::load_digits(lesson.data(""));
    const TrainedVae model(digits.train, c.vae, lesson.seed());
    const Study three_ways = study(model, digits.test, c.study, lesson.seed(), use);
    encoder(lesson, three_ways, use);
    amortised(lesson, three_ways, use);

    // what an encoder cannot do, and what must not be done with it
    partial(lesson, use);
    mean_code(lesson, three_ways, use);

    // what its code is good for
    const ProbeErrors errors = representation(lesson, digits, c.probe, use);

    if (lesson.figures().format == plots::Format::none) return;
    plot_line(lesson.figures());
    plot_posteriors(three_ways, lesson.figures());
    plot_gaps(three_ways, lesson.figures());
    const int one_step = 1;
    lesson
        .metric("gap_after_a_step",
                three_ways.log_evidence.mean() - elbo_by_steps(three_ways, c.study, {&one_step, 1})[0])
        .shown("09_steps", "optimisation of each q", one_step);
    plot_steps(three_ways, c.study, lesson.figures());
    plot_partial(lesson.figures());
    plot_probe(errors, lesson.figures());
  });
}
