// Two ways to a classifier: learn how each class makes its data and turn that round by Bayes' rule, or learn the
// answer directly. What each costs and gains, on data whose best classifier is known and on digits.

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "chapters/01_generative_discriminative/chapter.hpp"
#include "chapters/lesson/demo/lesson.hpp"

using namespace ch01;

namespace {

struct Choices {
  Effort effort;
  int label_draws = 60;
  int first = 3, second = 8;
  std::string mistake = "none";
};

void declare(lesson::Lesson& lesson, Choices& c) {
  using lesson::at_least, lesson::between;
  lesson.option("--draws", c.effort.draws, "training sets of each size", at_least(20)).when_quick(std::int64_t{60});
  lesson.option("--most", c.effort.most, "images of MNIST to learn from", between(250, 5000))
      .when_quick(std::int64_t{250});
  lesson.option("--ridge", c.effort.ridge, "of logistic regression on images", lesson::above(0));
  lesson.option("--label-draws", c.label_draws, "choices of the labelled digits", at_least(4))
      .when_quick(std::int64_t{8});
  lesson.option("--first", c.first, "one digit of the pair", between(0, 9));
  lesson.option("--second", c.second, "the other", between(0, 9));
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

// How many pairs each kind of model wins by more than four standard errors.
void say_pairs(lesson::Lesson& lesson, const std::vector<PairGain>& pairs) {
  const auto wins = [&](Estimate PairGain::*gain, double sign) {
    return std::ranges::count_if(pairs, [&](const PairGain& p) { return sign * (p.*gain).mean > 4 * (p.*gain).se; });
  };
  for (const auto& [images, gain] : {std::pair{10, &PairGain::few}, {250, &PairGain::many}})
    lesson.say(fmt::format("        all 45 pairs, {} images: naive Bayes better for {}, logistic for {}", images,
                           wins(gain, -1), wins(gain, 1)));
  for (const PairGain& p : pairs) {
    if (p.few.mean < -2 * p.few.se && p.many.mean > 2 * p.many.se)
      lesson.say(fmt::format("        naive Bayes ahead with 10 and behind with 250: {} or {}", p.a, p.b));
  }
  lesson.metric("eight_or_nine", 100 * pairs.back().many.mean)
      .shown("01_pairs", "a pair of digits", 100 * pairs.back().few.mean);
}

}  // namespace

int main(int argc, char** argv) {
  lesson::Lesson lesson("01_generative_discriminative", "Two ways to a classifier", "1.1, 1.2");
  Choices c;
  declare(lesson, c);
  return lesson.run(argc, argv, [&] {
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));
    if (c.first == c.second) throw std::invalid_argument("--first, --second: expected two different digits");

    const models::TrainTest digits = models::load_digits(lesson.data("")), mnist = models::load_mnist(lesson.data(""));
    const Labelled train = pixels(digits.train), test = pixels(digits.test);
    const Images images{.digits = pixels(models::load_all_digits(lesson.data(""))),
                        .mnist_train = shrunk(mnist.train, 4),
                        .mnist_test = shrunk(mnist.test, 4),
                        .a = c.first,
                        .b = c.second};

    // a model of the data becomes a classifier
    bayes_rule(lesson, train, test, use);

    // which of the two learns faster, and which ends lower
    const Comparison curves = asymptotic(lesson, images, c.effort, use);
    const auto pairs = all_pairs(images.digits, c.effort.draws / 4, lesson.seed());
    say_pairs(lesson, pairs);
    efficiency(lesson, 2 * c.effort.draws, use);

    // points without labels: what they are worth, when they help, and when they hurt
    unlabelled_worth(lesson, 4 * c.effort.draws, use);
    const SemiCurves semi = semi_supervised(lesson, train, test, c.label_draws, use);
    unlabelled_hurts(lesson, c.effort.draws / 4, use);

    if (lesson.figures().format == plots::Format::none) return;
    plot_bayes(lesson.figures());
    plot_boundaries(lesson.figures());
    plot_samples(train, lesson.seed(), lesson.figures());
    plot_learning(curves, lesson.figures());
    plot_pairs(pairs, lesson.figures());
    plot_efficiency(lesson.figures());
    const auto softmax = softmax_curve(train, test, semi.discriminant.labels, c.label_draws, lesson.seed());
    lesson.metric("softmax, alone", 100 * softmax.back().mean).shown("01_semi", "softmax regression, labelled only");
    plot_semi(semi, softmax, lesson.figures());
    const int draws = c.effort.draws / 2;
    for (const int N : {200, 2000})
      lesson.metric(fmt::format("drawn_{}", N), 100 * drawn_errors(0.8, 3, N, draws, lesson.seed(), right()).mean())
          .shown("01_hurts", fmt::format("{} points, mean of {} draws", lesson::thousands(N), draws), 0.8);
    plot_hurts(draws, lesson.seed(), lesson.figures());
  });
}
