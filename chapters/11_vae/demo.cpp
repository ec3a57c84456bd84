// The variational autoencoder: exact checks of its bound, then the real thing on digits, and as a file's length.

#include <fmt/format.h>

#include "chapters/11_vae/chapter.hpp"
#include "chapters/lesson/demo/command.hpp"
#include "chapters/lesson/demo/interrupt.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "chapters/lesson/whole_file.hpp"
#include "models/training/kernels.hpp"
#include "models/training/ranks.hpp"
#include "models/vae/checkpoint.hpp"

using namespace ch11;
using namespace models;

namespace {

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
  lesson.option("--covariance", c.shape.covariance, "of q(z|x): full lets its dimensions go together",
                {{"diagonal", PosteriorCovariance::diagonal}, {"full", PosteriorCovariance::full}});
  lesson.option("--prior", c.prior, "a VAE as p(z), its hidden sizes and its code's: 100,50. none: N(0, I)", "SIZES");
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
  lesson.option("--compress", c.compress, "code the test images into this file by the trained model, and read it back",
                "FILE");
  lesson.option("--decompress", c.decompress, "decode the file of a finished --compress, and do nothing else", "FILE");
  lesson.option("--break", c.mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
}

// Returns the checkpoint's history.
Matrix<double> resume(lesson::Lesson& lesson, const Choices& c, VaeTrainer<float>& trainer) {
  Matrix<double> history = trainer.load(c.resume, kHistoryColumns);
  if (const std::string kernels = checkpoint_kernels(c.resume); kernels != product_kernels())
    lesson.say(
        fmt::format("{} was trained with the matrix products of {}, here they are those of {}: the training goes "
                    "on, but not to the same bits.",
                    c.resume, kernels, product_kernels()));
  return history;
}

}  // namespace

int main(int argc, char** argv) {
  const Ranks ranks = join_ranks();
  lesson::Lesson lesson("11_vae", "The variational autoencoder on digits", "2.1, and where the notes are going");
  if (!ranks.first()) lesson.be_silent();
  Choices c;
  c.training.trainer.ranks = ranks;
  declare(lesson, c);
  const int status = lesson.run(argc, argv, [&] {
    lesson::catch_interrupts();
    const Ingredients use = broken(c.mistake);
    if (c.mistake != "none") lesson.say(lesson::announcement(breaks(), c.mistake));
    c.shape.hidden = layer_sizes("--hidden", c.hidden);
    c.shape.prior = prior_of(c);
    require_bound(c);
    c.training.binarisation = parse_binarisation(c.binarisation);
    c.training.seed = lesson.seed();
    require_black_and_white(c);
    if (!c.decompress.empty() && ranks.count > 1)
      throw lesson::UsageError(fmt::format("--decompress: expected one process, found {} ranks", ranks.count));

    const TrainTest data = load_data(c.data, lesson.data(""));
    c.shape.pixels = data.train.dimensions();
    require_memory(c, available_memory());
    VaeTrainer<float> trainer(data.train, c.shape, c.training);
    Matrix<double> history(0, kHistoryColumns);
    if (!c.resume.empty()) history = resume(lesson, c, trainer);
    const std::uint64_t steps_before = trainer.steps();
    // The test images are binarised once, so that epochs and runs are compared on the same black and white pixels.
    const bool grey = c.training.binarisation == Binarisation::none;
    const Matrix<float> test =
        as_matrix<float>(data.test, {grey ? Binarisation::none : Binarisation::fixed, lesson.seed()});
    if (!c.decompress.empty()) return decompress(lesson, c, trainer, test, data.test);
    if (ranks.first()) {
      lesson::require_writable(c.checkpoint);
      if (!c.compress.empty()) lesson::require_writable(c.compress);
    }

    check_elbo(lesson, use);
    check_importance_bound(lesson, use);
    check_ppca(lesson, use);
    check_bits_back(lesson, use);

    // what is broken has been seen; training is as it should be
    if (c.mistake != "none") return;

    lesson.say(fmt::format("\nTraining on {} images of {}, {} parameters.", lesson::thousands(data.train.count()),
                           data.train.name, lesson::thousands(trainer.parameters().count())));
    const auto offer_to_resume = [&](const std::string& file) {
      lesson.say("To go on:\n  " + lesson::command_with(argc, argv, "--resume", file));
    };
    if (!train(lesson, c, trainer, test, history)) {
      if (trainer.steps() == steps_before) {
        lesson.say("Stopped before the first step: no file was changed.");
        if (!c.resume.empty()) offer_to_resume(c.resume);
        return;
      }
      trainer.save(c.checkpoint, history);
      lesson.say(
          fmt::format("Stopped after step {}, in epoch {}.", lesson::thousands(trainer.steps()), trainer.epoch() + 1));
      return offer_to_resume(c.checkpoint);
    }
    report(lesson, c, trainer, test, trainer.steps() > steps_before);
    if (lesson::interrupted()) {
      lesson.say("Stopped before the log-likelihood was estimated. The trained model is saved.");
      return offer_to_resume(trainer.steps() == steps_before ? c.resume : c.checkpoint);
    }
    if (!ranks.first()) return;
    if (!c.compress.empty()) compress(lesson, c, trainer, test);
    plot_all(history, {trainer.vae(), trainer.parameters(), data.test, test, lesson.seed()}, lesson.figures());
  });
  return leave_ranks(ranks, status, lesson.error());
}
