// The VAE on images: trained and measured.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "chapters/11_vae/chapter.hpp"
#include "chapters/lesson/demo/interrupt.hpp"
#include "models/vae/evaluate.hpp"

namespace ch11 {

using namespace models;

// "200,200" as numbers.
std::vector<int> layer_sizes(const std::string& option, const std::string& text) {
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
          fmt::format("{}: expected sizes of at least 1 with commas between, found '{}'", option, text));
    }
    sizes.push_back(size);
    rest = rest.size() > word.size() ? rest.substr(word.size() + 1) : std::string_view();
  }
  return sizes;
}

std::vector<VaeShape> prior_of(const Choices& c) {
  if (c.prior == "none") return {};
  VaeShape prior{.pixels = c.shape.latent,
                 .hidden = layer_sizes("--prior", c.prior),
                 .activation = c.shape.activation,
                 .likelihood = Likelihood::gaussian,
                 .variance_of_z = true};
  if (prior.hidden.empty()) throw lesson::UsageError("--prior: expected sizes, the last of the code, or none");
  prior.latent = prior.hidden.back();
  prior.hidden.pop_back();
  return {prior};
}

void require_bound(const Choices& c) {
  const BoundSettings& b = c.training.bound;
  if (b.objective != Objective::elbo) return;
  if (!c.shape.prior.empty() && b.kl == Kl::analytic)
    throw lesson::UsageError("--prior: the divergence from it has no closed form, expected --kl sampled or --kl path");
  if (c.shape.covariance == PosteriorCovariance::full && b.kl == Kl::path)
    throw lesson::UsageError("--kl path: expected --covariance diagonal, found full");
}

namespace {

// The ELBO of the test images at one sample each, with the divergence in closed form where there is one.
Evaluation test_elbo(const VaeTrainer<float>& trainer, const Matrix<float>& test, std::uint64_t seed) {
  const bool closed_form = trainer.vae().prior() == nullptr;
  return evaluate(trainer.vae(), trainer.parameters(), test, seed, {.kl = closed_form ? Kl::analytic : Kl::sampled},
                  trainer.ranks());
}

void append_epoch(Matrix<double>& history, const VaeTrainer<float>& trainer, const Evaluation& test) {
  const EpochMeans train = trainer.means();
  history.conservativeResize(history.rows() + 1, kHistoryColumns);
  history.bottomRows(1) << trainer.epoch(), train.bound, train.rate, train.distortion, test.elbo, test.se, test.rate,
      test.distortion;
}

// One step; an error says what is left to go on from, the file `last` ("": there is none).
int step(VaeTrainer<float>& trainer, const std::string& last) {
  try {
    return trainer.step();
  } catch (const NotFinite& error) {
    throw NotFinite(fmt::format(
        "step {}, epoch {}: {}. {}", trainer.steps() + 1, trainer.epoch() + 1, error.what(),
        !last.empty() ? "The training up to then is in " + last
                      : "No epoch was finished, so there is no checkpoint; try a smaller --learning-rate"));
  }
}

}  // namespace

bool train(lesson::Lesson& lesson, const Choices& c, VaeTrainer<float>& trainer, const Matrix<float>& test,
           Matrix<double>& history) {
  using Clock = std::chrono::steady_clock;
  auto progress = lesson.progress("epoch", c.training.epochs, trainer.images_per_epoch(), "images");
  progress.resume_at(trainer.epoch());
  std::string last = c.resume;  // the file that holds the most of this training
  std::int64_t images = 0;
  double seconds = 0;
  while (!trainer.done() && !lesson::interrupted(trainer.ranks())) {
    const auto start = Clock::now();
    const int count = step(trainer, last);
    images += count;
    seconds += std::chrono::duration<double>(Clock::now() - start).count();
    progress.show("ELBO", trainer.means().bound);
    progress.advance(count);
    if (!trainer.at_epoch_end()) continue;
    append_epoch(history, trainer, test_elbo(trainer, test, lesson.seed()));
    trainer.save(c.checkpoint, history);
    last = c.checkpoint;
    progress.end_round();
  }
  if (images > 0) lesson.metric("train_images_per_second", images / seconds);
  return trainer.done();
}

void report(lesson::Lesson& lesson, const Choices& c, VaeTrainer<float>& trainer, const Matrix<float>& test,
            bool trained) {
  const Evaluation e = test_elbo(trainer, test, lesson.seed());
  const EpochMeans train = trainer.means();
  const auto add = [&](const char* name, double value, const char* figure, const char* series) {
    lesson::Metric metric = lesson.metric(name, value);
    if (trained) metric.shown(figure, series);
  };
  add("train_elbo", train.bound, "11_elbo", kSeries.train_bound);
  add("train_rate", train.rate, "11_rate_distortion", kSeries.train_rate);
  add("train_distortion", train.distortion, "11_rate_distortion", kSeries.train_distortion);
  add("test_elbo", e.elbo, "11_elbo", kSeries.test_elbo);
  lesson.metric("test_elbo_se", e.se);
  add("test_rate", e.rate, "11_rate_distortion", kSeries.test_rate);
  add("test_distortion", e.distortion, "11_rate_distortion", kSeries.test_distortion);
  const std::string treatment = c.training.binarisation == Binarisation::none ? "grey" : "binarised once";
  const std::string data = fmt::format("{}, seed {}", treatment, lesson.seed());
  const auto images = [](Index n) { return lesson::thousands(n); };
  lesson.say(fmt::format("{}, seed {}, {}{} threads. Test images are {}.", trainer.vae().shape().text(), lesson.seed(),
                         trainer.ranks().count == 1 ? "" : fmt::format("{} ranks of ", trainer.ranks().count),
                         trainer.threads(), treatment));
  lesson.say(fmt::format("  test ELBO            {} nats   ({} images)   rate {:.2f}   distortion {:.2f}",
                         lesson::with_error(e.elbo, e.se), images(test.rows()), e.rate, e.distortion));

  lesson.rung({"variational autoencoder", "lower bound", {e.elbo, e.se}, test.rows(), data});

  const Index n = std::min<Index>(c.evaluation_images, test.rows());
  auto progress = lesson.progress("log p(x)", 1, n, "images");
  const auto advance = [&, last = 0](int done) mutable {
    if (lesson::interrupted(trainer.ranks())) throw lesson::Interrupted();
    progress.advance(done - std::exchange(last, done));
  };
  LogLikelihood l;
  try {
    l = importance_log_likelihood<float>(trainer.vae(), trainer.parameters(), test.topRows(n), c.evaluation_samples,
                                         lesson.seed(), advance, trainer.ranks());
  } catch (const lesson::Interrupted&) {
    return;
  }
  progress.clear();
  lesson.metric("test_log_likelihood", l.mean);
  lesson.metric("test_log_likelihood_se", l.se);
  lesson.metric("test_log_likelihood_monte_carlo_se", l.monte_carlo_se);
  const std::string monte_carlo = std::isfinite(l.monte_carlo_se)
                                      ? fmt::format("Monte Carlo error {:.3f}", l.monte_carlo_se)
                                      : "one sample has no Monte Carlo error";
  lesson.say(fmt::format("  test log-likelihood  {} nats   (first {} images, K = {} samples; {})",
                         lesson::with_error(l.mean, l.se), images(n), c.evaluation_samples, monte_carlo));
  lesson.rung({"variational autoencoder",
               fmt::format("estimate, {} importance samples", c.evaluation_samples),
               {l.mean, l.se},
               n,
               data});
}

}  // namespace ch11
