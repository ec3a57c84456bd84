// A minibatch gradient is unbiased: the proof, run. First on five points, where every minibatch there is can be
// written out and no sampling error is left to hide in; then on softmax regression; then what SGD makes of it.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "chapters/05_minibatch_sgd/chapter.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/data/dataset.hpp"

using namespace ch05;

namespace {

struct Choices {
  Example example;
  SgdSettings sgd;
  std::string data = "mnist", mistake = "none";
  int images = 100, minibatches = 10'000;
};

void declare(lesson::Lesson& lesson, Choices& c) {
  using lesson::at_least, lesson::between;
  lesson.option("--batch", c.example.M, "N_M, of the five points", between(1, 4));
  lesson.option("--draws", c.example.draws, "minibatches of the five points to draw", at_least(1000))
      .when_quick(std::int64_t{10'000});
  lesson.option("--data", c.data, "images: mnist, digits, or a folder with four IDX files", "NAME")
      .when_quick(std::string("digits"));
  lesson.option("--images", c.images, "in a minibatch of softmax regression", at_least(1))
      .when_quick(std::int64_t{50});
  lesson.option("--minibatches", c.minibatches, "of images to draw, three times", at_least(100))
      .when_quick(std::int64_t{1000});
  lesson.option("--chains", c.sgd.chains, "runs of SGD, side by side", at_least(100)).when_quick(std::int64_t{500});
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

}  // namespace

int main(int argc, char** argv) {
  lesson::Lesson lesson("05_minibatch_sgd", "A minibatch gradient is unbiased", "1.6, 1.6.1, 1.6.1.1");
  Choices c;
  declare(lesson, c);
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));

    const models::Dataset images = models::load_data(c.data, lesson.data("")).train;
    whole_minibatches(images, c.images);  // throws where they do not suffice

    // 1.6: why the log-likelihood, whose it is, and what the notes first say of a minibatch
    maximum_likelihood(lesson, c.example, use);
    log_likelihoods(lesson, c.example, use);
    minibatch_value(lesson, c.example, use);

    // 1.6.1 and 1.6.1.1: the proof, with the factor that was missing
    two_rules(lesson, c.example, use);
    unbiasedness(lesson, c.example, use);
    coefficient(lesson, c.example, use);

    // how far off a single minibatch is, with two parameters and with thousands
    const lesson::Equation gradient = spread(lesson, c.example, use);
    const ZScores z = check_real_model(lesson, gradient, images, c.images, c.minibatches, use);

    // where SGD comes to rest, and how it comes to rest at the optimum
    convergence(lesson, c.sgd, use);

    if (lesson.figures().format == plots::Format::none) return;
    // at θ = 0 the gradient of log N(x; θ, 1) is x, and the largest estimate is that of the M largest points
    const std::vector<double>& x = c.example.x;
    const double largest = std::accumulate(x.end() - c.example.M, x.end(), 0.0);
    lesson.metric("largest_sum", largest).shown("05_minibatches", "Σ ∇log p(x)");
    lesson.metric("largest_minibatch_gradient", largest * x.size() / c.example.M)
        .shown("05_minibatches", "(N/M) Σ ∇log p(x)");
    plot_minibatches(c.example, lesson.figures());
    plot_errors(c.example, lesson.seed(), lesson.figures());
    const auto density = [](const std::vector<double>& all) {  // of the z between 0 and 0.4
      return std::ranges::count_if(all, [](double one) { return one >= 0 && one < 0.4; }) / (0.4 * all.size());
    };
    lesson.metric("z_uniform", density(z.uniform)).shown("05_z_scores", "every image equally likely", 0.2);
    lesson.metric("z_balanced", density(z.balanced)).shown("05_z_scores", "every class equally likely: biased", 0.2);
    lesson.metric("z_normal", 1 / std::sqrt(2 * std::numbers::pi)).shown("05_z_scores", "N(0, 1)", 0);
    plot_z_scores(z, lesson.figures());
    plot_convergence(c.sgd, lesson.seed(), lesson.figures());
    const int few = lesson.quick() ? 1000 : 10'000;
    const models::Dataset some = slice(images, 0, std::min(few, images.count()));
    for (const int M : {1, 10, 100, 1000})  // a run of the first epoch alone
      lesson.metric(fmt::format("loss_{}", M), training_losses(some, {.M = M, .epochs = 1}, lesson.seed()).back())
          .shown("05_training", fmt::format("M = {}, a = 0.1", M), 1);
    plot_training(some, lesson.seed(), lesson.figures());
  });
}
