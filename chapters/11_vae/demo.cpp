// The variational autoencoder: three exact checks of its bound, then the real thing on digits.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "chapters/11_vae/chapter.hpp"
#include "chapters/lesson/demo/interrupt.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "chapters/lesson/whole_file.hpp"
#include "models/vae/vae_trainer.hpp"

using namespace ch11;
using namespace models;

namespace {

struct Choices {
  std::string data = "mnist", hidden = "400", binarisation = "dynamic", resume, checkpoint = "11_vae.safetensors",
              mistake = "none";
  VaeShape shape;
  VaeTrainingSettings training{
      .batch = 100, .epochs = 50, .schedule = ScheduleKind::cosine, .learning_rate = 2e-3, .last_learning_rate = 2e-5};
  int evaluation_images = 1000, evaluation_samples = 500;
};

void declare(lesson::Lesson& lesson, Choices& c) {
  using lesson::above, lesson::at_least;
  auto& t = c.training;
  lesson.option("--data", c.data, "mnist, digits, or a folder with four IDX files", "NAME");
  lesson.option("--binarisation", c.binarisation, "of grey pixels",
                std::vector<std::string>{"none", "static", "dynamic"});
  lesson.option("--likelihood", c.shape.likelihood, "p(x|z)",
                {{"bernoulli", Likelihood::bernoulli}, {"gaussian", Likelihood::gaussian}});
  lesson.option("--hidden", c.hidden, "sizes of the encoder's hidden layers: 400, or 200,200", "SIZES");
  lesson.option("--latent", c.shape.latent, "dimensions of the code z", at_least(1));
  lesson.option("--activation", c.shape.activation, "of the hidden layers",
                {{"tanh", Activation::tanh},
                 {"relu", Activation::relu},
                 {"sigmoid", Activation::sigmoid},
                 {"softplus", Activation::softplus}});
  lesson.option("--objective", t.bound.objective, "what is maximised",
                {{"elbo", Objective::elbo}, {"iwae", Objective::iwae}});
  lesson.option("--samples", t.bound.samples, "K, samples of z for each image", at_least(1));
  lesson.option("--kl", t.bound.kl, "of the elbo",
                {{"analytic", Kl::analytic}, {"sampled", Kl::sampled}, {"path", Kl::path}});
  lesson.option("--beta", t.bound.beta, "weight of the rate", at_least(0));
  lesson.option("--batch", t.batch, "images in a minibatch", at_least(1));
  lesson.option("--epochs", t.epochs, "passes over the training images", at_least(1)).when_quick(std::int64_t{1});
  lesson.option(
      "--optimiser", t.trainer.optimiser.method, "of the parameters",
      {{"adam", Method::adam}, {"momentum", Method::momentum}, {"sgd", Method::sgd}, {"soap", Method::soap}});
  lesson.option("--learning-rate", t.learning_rate, "at the start", above(0));
  lesson.option("--last-learning-rate", t.last_learning_rate, "at the end of a schedule that falls", above(0));
  lesson.option("--schedule", t.schedule, "of the learning rate",
                {{"constant", ScheduleKind::constant},
                 {"cosine", ScheduleKind::cosine},
                 {"exponential", ScheduleKind::exponential},
                 {"linear", ScheduleKind::linear}});
  lesson.option("--threads", t.trainer.threads, "0: one for each core", at_least(0));
  lesson.option("--shards", t.trainer.shards, "parts of a minibatch; the result depends on it", at_least(1));
  lesson.option("--evaluation-images", c.evaluation_images, "test images for log p(x)", at_least(2))
      .when_quick(std::int64_t{100});
  lesson.option("--evaluation-samples", c.evaluation_samples, "importance samples for each", at_least(1))
      .when_quick(std::int64_t{50});
  lesson.option("--checkpoint", c.checkpoint, "written after every epoch", "FILE");
  lesson.option("--resume", c.resume, "go on from a checkpoint", "FILE");
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

// "200,200" as numbers.
std::vector<int> layer_sizes(const std::string& text) {
  std::vector<int> sizes;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string word(rest.substr(0, rest.find(',')));
    std::size_t read = 0;
    int size = 0;
    try {
      size = std::stoi(word, &read);
    } catch (const std::exception&) {
    }
    if (read != word.size() || size < 1) {
      throw lesson::UsageError(
          fmt::format("--hidden: expected sizes of at least 1 with commas between, found '{}'", text));
    }
    sizes.push_back(size);
    rest = rest.size() > word.size() ? rest.substr(word.size() + 1) : std::string_view();
  }
  return sizes;
}

void append_epoch(Matrix<double>& history, const VaeTrainer<float>& trainer, const Evaluation& test) {
  const EpochMeans train = trainer.means();
  history.conservativeResize(history.rows() + 1, kHistoryColumns);
  history.bottomRows(1) << trainer.epoch(), train.bound, train.rate, train.distortion, test.elbo, test.se, test.rate,
      test.distortion;
}

// One step; an error says what is left to go on from.
int step(VaeTrainer<float>& trainer, const Choices& c, bool saved) {
  try {
    return trainer.step();
  } catch (const NotFinite& error) {
    throw NotFinite(
        fmt::format("step {}, epoch {}: {}. {}", trainer.steps() + 1, trainer.epoch() + 1, error.what(),
                    saved ? "The epoch before it is in " + c.checkpoint
                          : "No epoch was finished, so there is no checkpoint; try a smaller --learning-rate"));
  }
}

// Trains to the end, or until Ctrl-C; returns false then. Measures images/s over the training steps alone.
bool train(lesson::Lesson& lesson, const Choices& c, VaeTrainer<float>& trainer, const Matrix<float>& test,
           Matrix<double>& history) {
  using Clock = std::chrono::steady_clock;
  auto progress = lesson.progress("epoch", c.training.epochs, trainer.images_per_epoch(), "images");
  progress.resume_at(trainer.epoch());
  std::int64_t images = 0;
  double seconds = 0;
  while (!trainer.done() && !lesson::interrupted()) {
    const auto start = Clock::now();
    const int count = step(trainer, c, history.rows() > 0);
    images += count;
    seconds += std::chrono::duration<double>(Clock::now() - start).count();
    progress.show("ELBO", trainer.means().bound);
    progress.advance(count);
    if (!trainer.at_epoch_end()) continue;
    append_epoch(history, trainer, evaluate(trainer.vae(), trainer.parameters(), test, lesson.seed()));
    trainer.save(c.checkpoint, history);
    progress.end_round();
  }
  if (images > 0) lesson.metric("train_images_per_second", images / seconds);
  return trainer.done();
}

// What the run reached, in numbers that say how they were made.
void report(lesson::Lesson& lesson, const Choices& c, VaeTrainer<float>& trainer, const Matrix<float>& test) {
  const Evaluation e = evaluate(trainer.vae(), trainer.parameters(), test, lesson.seed());
  lesson.metric("train_elbo", trainer.means().bound);
  lesson.metric("test_elbo", e.elbo);
  lesson.metric("test_elbo_se", e.se);
  lesson.metric("test_rate", e.rate);
  lesson.metric("test_distortion", e.distortion);
  const std::string treatment = c.training.binarisation == Binarisation::none ? "grey" : "binarised once";
  const auto images = [](Index n) { return lesson::thousands(n); };
  lesson.say(fmt::format("{}, seed {}, {} threads. Test images are {}.", trainer.vae().shape().text(), lesson.seed(),
                         trainer.threads(), treatment));
  lesson.say(fmt::format("  test ELBO            {} nats   ({} images)   rate {:.2f}   distortion {:.2f}",
                         lesson::with_error(e.elbo, e.se), images(test.rows()), e.rate, e.distortion));

  const Index n = std::min<Index>(c.evaluation_images, test.rows());
  auto progress = lesson.progress("log p(x)", 1, n, "images");
  const auto advance = [&, last = 0](int done) mutable { progress.advance(done - std::exchange(last, done)); };
  const LogLikelihood l = importance_log_likelihood<float>(trainer.vae(), trainer.parameters(), test.topRows(n),
                                                           c.evaluation_samples, lesson.seed(), advance);
  progress.clear();
  lesson.metric("test_log_likelihood", l.mean);
  lesson.metric("test_log_likelihood_se", l.se);
  lesson.metric("test_log_likelihood_monte_carlo_se", l.monte_carlo_se);
  lesson.say(
      fmt::format("  test log-likelihood  {} nats   (first {} images, K = {} samples; Monte Carlo error {:.3f})",
                  lesson::with_error(l.mean, l.se), images(n), c.evaluation_samples, l.monte_carlo_se));
}

void draw(const lesson::Lesson& lesson, const Matrix<double>& history, const Trained& trained) {
  const plots::Output& output = lesson.figures();
  if (history.rows() > 0) plot_history(history, output);
  plot_reconstructions(trained, output);
  plot_samples(trained, output);
  plot_interpolations(trained, output);
  plot_codes(trained, output);
  if (trained.vae.shape().latent == 2) plot_manifold(trained, output);
}

}  // namespace

int main(int argc, char** argv) {
  lesson::Lesson lesson("11_vae", "The variational autoencoder on digits", "2.1, and where the notes are going");
  Choices c;
  declare(lesson, c);
  return lesson.run(argc, argv, [&] {
    lesson::catch_interrupts();
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));
    c.shape.hidden = layer_sizes(c.hidden);
    c.training.binarisation = parse_binarisation(c.binarisation);
    c.training.seed = lesson.seed();

    const TrainTest data = load_data(c.data, lesson.data(""));
    c.shape.pixels = data.train.dimensions();
    VaeTrainer<float> trainer(data.train, c.shape, c.training);
    Matrix<double> history(0, kHistoryColumns);
    if (!c.resume.empty()) history = trainer.load(c.resume);
    lesson::require_writable(c.checkpoint);
    // The test images are binarised once, so that epochs and runs are compared on the same black and white pixels.
    const bool grey = c.training.binarisation == Binarisation::none;
    const Matrix<float> test =
        as_matrix<float>(data.test, {grey ? Binarisation::none : Binarisation::fixed, lesson.seed()});

    check_elbo(lesson, use);
    check_importance_bound(lesson, use);
    check_ppca(lesson, use);

    // what is broken has been seen; training is as it should be
    if (c.mistake != "none") return;

    lesson.say(fmt::format("\nTraining on {} images of {}, {} parameters.", lesson::thousands(data.train.count()),
                           data.train.name, lesson::thousands(trainer.parameters().count())));
    if (!train(lesson, c, trainer, test, history)) {
      trainer.save(c.checkpoint, history);
      std::vector<std::string> words(argv, argv + argc);
      lesson.say(fmt::format("Stopped after step {}, in epoch {}. To go on:\n  {} --resume {}",
                             lesson::thousands(trainer.steps()), trainer.epoch() + 1, fmt::join(words, " "),
                             c.checkpoint));
      return;
    }
    report(lesson, c, trainer, test);
    draw(lesson, history, {trainer.vae(), trainer.parameters(), data.test, test, lesson.seed()});
  });
}
