// The tape in ten minutes: the chain rule on paper and by two tapes, where derivatives go wrong, what a gradient costs
// in time, and what it costs in memory.

#include "autograd/autograd.hpp"
#include "chapters/00_tape/chapter.hpp"
#include "chapters/00_tape/functions.hpp"
#include "chapters/lesson/demo/lesson.hpp"

using namespace ch00;

int main(int argc, char** argv) {
  lesson::Lesson lesson("00_tape", "The tape in ten minutes", "");
  int points = 100;
  double noise = 0.1;
  std::string mistake = "none";
  lesson.option("--points", points, "of the two moons", lesson::at_least(10));
  lesson.option("--noise", noise, "of the two moons, a standard deviation", lesson::at_least(0));
  lesson.option("--break", mistake, "one ingredient on purpose, to see its check fail", lesson::names(breaks()));
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(mistake);
    if (mistake != "none") lesson.say(lesson::announcement(breaks(), mistake));

    // the chain rule, on paper and on a tape
    worked_example(lesson, use);
    say_graph(lesson);
    reuse(lesson, use);
    long_chain(lesson, use);

    // where derivatives go wrong
    gradient_check(lesson, use);
    kink(lesson, use);
    branch_not_taken(lesson, use);

    // what a gradient costs: in time, with scalars and with matrices, and in memory
    cheap_gradient(lesson, use);
    const Moons data = two_moons(points, noise, lesson.seed());
    const Network trained = moons(lesson, data);
    checkpointing(lesson, use);

    if (lesson.figures().format == plots::Format::none) return;
    draw_worked_example(lesson.figures());
    plot_cost(lesson.quick() ? 1000 : 100'000, lesson.figures());
    plot_moons(data, trained, lesson.figures());
    plot_checkpoints(lesson.figures());
  });
}
