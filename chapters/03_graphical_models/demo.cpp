// Directed graphical models: a joint distribution as a product of conditionals. First networks so small that every
// state can be written out, then conditionals that are networks, then a graph of 784 nodes.

#include <fmt/format.h>

#include "chapters/03_graphical_models/chapter.hpp"
#include "chapters/lesson/demo/lesson.hpp"

using namespace ch03;

namespace {

struct Choices {
  int draws = 100'000, samples = 20'000, repeats = 20;
  std::string data = "mnist", mistake = "none";
  BeliefNetSettings belief_net;
};

void declare(lesson::Lesson& lesson, Choices& c) {
  using lesson::above, lesson::at_least;
  lesson.option("--draws", c.draws, "from a network, to compare with what is exact", at_least(1000))
      .when_quick(std::int64_t{10'000});
  lesson.option("--samples", c.samples, "to train the networks of five nodes on", at_least(1000))
      .when_quick(std::int64_t{5'000});
  lesson.option("--repeats", c.repeats, "data sets for each number of parents", at_least(2))
      .when_quick(std::int64_t{4});
  lesson.option("--data", c.data, "images: mnist, digits, or a folder with four IDX files", "NAME")
      .when_quick(std::string("digits"));
  lesson.option("--epochs", c.belief_net.epochs, "passes over the training images", at_least(1))
      .when_quick(std::int64_t{5});
  lesson.option("--batch", c.belief_net.batch, "images in a minibatch", at_least(1)).when_quick(std::int64_t{50});
  lesson.option("--learning-rate", c.belief_net.learning_rate, "of Adam at the start", above(0));
  lesson.option("--binarisation", c.belief_net.binarisation, "of the training images",
                std::vector<std::string>{"static", "dynamic"});
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

}  // namespace

int main(int argc, char** argv) {
  lesson::Lesson lesson("03_graphical_models", "A graph of simple conditionals", "1.4");
  Choices c;
  declare(lesson, c);
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));

    // four tables, and what they say of causes
    explaining_away(lesson, use);

    // any graph: the product is a distribution, and can be drawn from
    factorisation(lesson, c.draws, use);
    what_is_no_factorisation(lesson);

    // what the arrows say without the tables
    separation(lesson, lesson.quick() ? 4 : 5, use);

    // networks instead of tables
    neural_conditionals(lesson, c.samples, use);
    const int samples = 1000;
    const std::vector<ManyParents> by_parents = tables_and_networks(
        lesson, lesson.quick() ? std::vector{2, 10} : std::vector{2, 4, 6, 8, 10, 12}, samples, c.repeats);

    // a pixel a node
    const models::TrainTest data = models::load_data(c.data, lesson.data(""));
    const Matrix<float> test = models::as_matrix<float>(data.test, {models::Binarisation::fixed, lesson.seed()});
    belief_net_of_twelve_pixels(lesson, data.train, c.draws, use);
    auto progress = lesson.progress("epoch", c.belief_net.epochs, data.train.count(), "images");
    const Climb climb = ladder(lesson, data, test, c.belief_net, use, &progress);

    if (lesson.figures().format == plots::Format::none) return;
    draw_graphs(lesson.figures());
    plot_parents(by_parents, samples, lesson.figures());
    plot_training(climb, lesson.figures());
    plot_samples(climb.top, data, test, lesson.seed(), lesson.figures());
    plot_completions(climb.top, data, test, lesson.seed(), lesson.figures());
    plot_costs(climb.top, data, test, lesson.figures());
  });
}
