// Time to a published number: trains a VAE of Burda et al. (2016), with one or two stochastic layers, on MNIST and
// reports how long that took and the log-likelihood of the test set.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chapters/lesson/demo/interrupt.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/training/parallel.hpp"
#include "models/training/ranks.hpp"
#include "models/vae/evaluate.hpp"
#include "tests/bench/mnist_nll/run_log.hpp"

using namespace bench;
using namespace models;

namespace {

struct PublishedNumber {
  const char* model;
  int layers;
  Objective objective;
  int samples;
  Binarisation binarisation;
  double nats;
};

// Burda et al. 2016, table 1, and for static pixels table 2: by the stochastic layers, the objective, its samples k
// and how the training images are binarised; 5000 importance samples.
const std::vector<PublishedNumber> kPublished{
    {"VAE, k = 1", 1, Objective::elbo, 1, Binarisation::dynamic, -86.76},
    {"VAE, k = 5", 1, Objective::elbo, 5, Binarisation::dynamic, -86.47},
    {"VAE, k = 50", 1, Objective::elbo, 50, Binarisation::dynamic, -86.35},
    {"IWAE, k = 5", 1, Objective::iwae, 5, Binarisation::dynamic, -85.54},
    {"IWAE, k = 50", 1, Objective::iwae, 50, Binarisation::dynamic, -84.78},
    {"VAE of two layers, k = 1", 2, Objective::elbo, 1, Binarisation::dynamic, -85.33},
    {"VAE of two layers, k = 5", 2, Objective::elbo, 5, Binarisation::dynamic, -85.01},
    {"VAE of two layers, k = 50", 2, Objective::elbo, 50, Binarisation::dynamic, -84.78},
    {"IWAE of two layers, k = 5", 2, Objective::iwae, 5, Binarisation::dynamic, -83.89},
    {"IWAE of two layers, k = 50", 2, Objective::iwae, 50, Binarisation::dynamic, -82.90},
    {"VAE, k = 1, static", 1, Objective::elbo, 1, Binarisation::fixed, -88.71},
    {"IWAE, k = 5, static", 1, Objective::iwae, 5, Binarisation::fixed, -87.63},
    {"IWAE, k = 50, static", 1, Objective::iwae, 50, Binarisation::fixed, -87.10}};

// The one that a training is to be compared with; nothing where none was published.
std::optional<PublishedNumber> published(int layers, const VaeTrainingSettings& t) {
  const auto found = std::ranges::find_if(kPublished, [&](const PublishedNumber& p) {
    return p.layers == layers && p.objective == t.bound.objective && p.samples == t.bound.samples &&
           p.binarisation == t.binarisation;
  });
  return found == kPublished.end() ? std::nullopt : std::optional(*found);
}

// Their models: 50 latent variables, or 100 whose prior is given by 50 more.
VaeShape shape(int layers) {
  if (layers == 1) return {.pixels = 784, .latent = 50, .hidden = {200, 200}};
  const VaeShape upper{
      .pixels = 100, .latent = 50, .hidden = {100, 100}, .likelihood = Likelihood::gaussian, .variance_of_z = true};
  return {.pixels = 784, .latent = 100, .hidden = {200, 200}, .prior = {upper}};
}

struct Choices {
  VaeTrainingSettings training{.batch = 500,
                               .epochs = 180,
                               .schedule = ScheduleKind::linear,
                               .learning_rate = 6e-3,
                               .last_learning_rate = 1e-5,
                               .bound = {.kl = Kl::path},
                               .trainer = {.optimiser = {.method = Method::soap}}};
  int layers = 1, training_images = 60'000, images = 10'000, samples = 5'000;
  int probe_every = 20, probe_images = 2'000, probe_samples = 100;
  std::string folder = "figures/mnist-nll", data = TAPESTRY_DATA, resume;
  bool quick = false, help = false;
};

void declare(lesson::Options& options, Choices& c) {
  using lesson::above, lesson::at_least, lesson::between;
  auto& t = c.training;
  options.group("Training");
  options.add("--layers", c.layers, "stochastic layers of the model", between(1, 2));
  options.add("--epochs", t.epochs, "passes over the training images", at_least(1)).when_quick(std::int64_t{1});
  options.add("--training-images", c.training_images, "the first so many", between(1, 60'000))
      .when_quick(std::int64_t{2'000});
  options.add("--batch", t.batch, "images in a minibatch", at_least(1));
  options.add("--learning-rate", t.learning_rate, "at the start", above(0));
  options.add("--last-learning-rate", t.last_learning_rate, "at the end of a schedule that falls", above(0));
  options.add("--schedule", t.schedule, "of the learning rate",
              {{"constant", ScheduleKind::constant},
               {"cosine", ScheduleKind::cosine},
               {"exponential", ScheduleKind::exponential},
               {"linear", ScheduleKind::linear}});
  options.add("--optimiser", t.trainer.optimiser.method, "soap: Adam in the eigenbasis of the gradient's covariance",
              {{"adam", Method::adam}, {"soap", Method::soap}});
  options.add("--beta1", t.trainer.optimiser.beta1, "of Adam and SOAP", between(0, 0.9999));
  options.add("--beta2", t.trainer.optimiser.beta2, "of Adam and SOAP", between(0, 0.999999));
  options.add("--epsilon", t.trainer.optimiser.epsilon, "of Adam and SOAP", above(0));
  options.add("--objective", t.bound.objective, "elbo, or the bound of k importance samples",
              {{"elbo", Objective::elbo}, {"iwae", Objective::iwae}});
  options.add("--k", t.bound.samples, "samples of the code for each image", at_least(1));
  options.add("--binarisation", t.binarisation, "of the training images: at every presentation, or once",
              {{"dynamic", Binarisation::dynamic}, {"static", Binarisation::fixed}});
  options.add("--kl", t.bound.kl, "how the ELBO's divergence and its gradient are estimated",
              {{"analytic", Kl::analytic}, {"sampled", Kl::sampled}, {"path", Kl::path}});
  options.add("--seed", t.seed, "of all random numbers");
  options.add("--shards", t.trainer.shards, "parts of a minibatch; the result depends on it", at_least(1));
  options.add("--threads", t.trainer.threads, "0: one for each core", at_least(0));
  options.group("Evaluation");
  options.add("--images", c.images, "test images for the final log-likelihood", between(2, 10'000))
      .when_quick(std::int64_t{100});
  options.add("--samples", c.samples, "K, importance samples for each", at_least(1)).when_quick(std::int64_t{50});
  options.add("--probe-every", c.probe_every, "epochs between two estimates on the way", at_least(1));
  options.add("--probe-images", c.probe_images, "test images for those", between(2, 10'000))
      .when_quick(std::int64_t{100});
  options.add("--probe-samples", c.probe_samples, "samples for each", at_least(1)).when_quick(std::int64_t{10});
  options.group("Files and others");
  options.add("--folder", c.folder, "where log, curve and checkpoint go", "DIR");
  options.add("--resume", c.resume, "go on from a checkpoint", "FILE");
  options.add("--data-folder", c.data, "folder that holds mnist/", "DIR");
  options.add("--quick", c.quick, "one epoch and few samples: does it run?");
}

using Clock = std::chrono::steady_clock;
constexpr double kSecondsBetweenCheckpoints = 600;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct Interrupted {};

class Run {
 public:
  Run(const Choices& choices, const Dataset& train, const Dataset& test)
      : c_(choices),
        trainer_(train, shape(choices.layers), choices.training),
        test_(as_matrix<float>(test, {Binarisation::fixed, choices.training.seed})),
        log_(choices.training.trainer.ranks.first() ? choices.folder : "") {
    if (!c_.resume.empty()) history_ = trainer_.load(c_.resume, kHistoryColumns);
    if (history_.rows() > 0) seconds_ = history_(history_.rows() - 1, kSeconds);
  }

  // Throw Interrupted after Ctrl-C; what was done until then is still there to be saved.
  void train();
  void report();

  void describe(const lesson::Options& options);
  void plot() const {
    const auto p = published(c_.layers, c_.training);
    plot_curve(history_, c_.layers == 1 ? "784-200-200-50 VAE" : "VAE of two stochastic layers",
               p ? std::optional(p->nats) : std::nullopt, c_.folder);
  }
  // Writes the checkpoint, with a row of the history for the time of epochs that have none yet, and returns its name.
  std::string save();
  std::string position() const {
    return trainer_.done() ? "after the training" : fmt::format("in epoch {}", trainer_.epoch() + 1);
  }

 private:
  LogLikelihood test_log_likelihood(int images, int samples) const;
  // One rank reports.
  lesson::Screen screen() const {
    return trainer_.ranks().first() ? lesson::Screen::standard_error() : lesson::Screen::nowhere();
  }
  // Adds a row to the history and to the log, with the estimate if there is one.
  void append_row(const LogLikelihood& test = {std::nan(""), std::nan("")});

  const Choices& c_;
  VaeTrainer<float> trainer_;
  Matrix<float> test_;
  RunLog log_;
  Matrix<double> history_{0, kHistoryColumns};
  double seconds_ = 0;  // spent in training steps
  Clock::time_point saved_ = Clock::now();
};

// log p(x) of the first `images` test images, with a progress bar.
LogLikelihood Run::test_log_likelihood(int images, int samples) const {
  lesson::Progress progress("log p(x)", 1, images, "images", screen());
  const auto advance = [&, last = 0](int done) mutable {
    if (lesson::interrupted(trainer_.ranks())) throw Interrupted();
    progress.advance(done - std::exchange(last, done));
  };
  return importance_log_likelihood<float>(trainer_.vae(), trainer_.parameters(), test_.topRows(images), samples,
                                          c_.training.seed, advance, trainer_.ranks());
}

void Run::append_row(const LogLikelihood& test) {
  history_.conservativeResize(history_.rows() + 1, kHistoryColumns);
  const double epoch = 1.0 * trainer_.steps() / trainer_.steps_per_epoch();
  history_.bottomRows(1) << epoch, seconds_, trainer_.means().bound, test.mean, test.se;
  log_.say(probe_text(history_));
}

std::string Run::save() {
  if (trainer_.epoch() > (history_.rows() > 0 ? history_(history_.rows() - 1, kEpoch) : 0)) append_row();
  saved_ = Clock::now();
  const std::string path = c_.folder + "/checkpoint.safetensors";
  trainer_.save(path, history_);
  return path;
}

// The clock runs during the steps alone: estimates on the way, checkpoints and the progress bar are not training.
void Run::train() {
  lesson::Progress progress("epoch", c_.training.epochs, trainer_.images_per_epoch(), "images", screen());
  progress.resume_at(trainer_.epoch());
  while (!trainer_.done()) {
    if (lesson::interrupted(trainer_.ranks())) throw Interrupted();
    const auto start = Clock::now();
    const int count = trainer_.step();
    seconds_ += seconds_since(start);
    progress.show("bound", trainer_.means().bound);
    progress.advance(count);
    if (!trainer_.at_epoch_end()) continue;
    progress.end_round();
    const bool probe = trainer_.epoch() % c_.probe_every == 0 || trainer_.done();
    const bool save_is_due = trainer_.ranks().any(seconds_since(saved_) >= kSecondsBetweenCheckpoints);
    if (!probe && !save_is_due) continue;
    progress.clear();
    if (probe) append_row(test_log_likelihood(c_.probe_images, c_.probe_samples));
    save();
  }
}

// What the run was: enough to repeat it.
void Run::describe(const lesson::Options& options) {
  std::vector<std::string> words;
  for (const auto& [name, value] : options.values()) {
    if (name == "quick" || name == "folder" || name == "resume" || name == "data-folder") continue;
    words.push_back(std::visit([&name = name](const auto& v) { return fmt::format("--{} {}", name, v); }, value));
  }
  const VaeTrainingSettings& t = c_.training;
  log_.say(fmt::format("{}, {} parameters; {}, k = {}; pixels binarised {}", trainer_.vae().shape().text(),
                       lesson::thousands(trainer_.parameters().count()),
                       t.bound.objective == Objective::iwae ? "IWAE's bound" : "ELBO", t.bound.samples,
                       t.binarisation == Binarisation::fixed ? "once" : "anew at every presentation"));
  log_.say(fmt::format("{}", fmt::join(words, " ")));
  const int count = trainer_.ranks().count;
  log_.say(fmt::format("{}, {}{} of {} cores, {}\n", processor_name(),
                       count == 1 ? "" : fmt::format("{} ranks, each on ", count), trainer_.threads(), core_count(),
                       today()));
  log_.say(fmt::format("on the way: the first {} test images with K = {}", lesson::thousands(c_.probe_images),
                       lesson::thousands(c_.probe_samples)));
  for (Index row = 1; row <= history_.rows(); ++row) log_.say(probe_text(history_.topRows(row)));
}

void Run::report() {
  const auto start = Clock::now();
  const LogLikelihood l = test_log_likelihood(c_.images, c_.samples);
  const double images = 1.0 * trainer_.epoch() * trainer_.images_per_epoch();
  log_.say(fmt::format("\ntraining             {} ({:.1f} s in {} steps, {} images/s)", lesson::duration(seconds_),
                       seconds_, lesson::thousands(trainer_.steps()), lesson::thousands(images / seconds_)));
  log_.say(fmt::format("evaluation           {}", lesson::duration(seconds_since(start))));
  log_.say(fmt::format("test log-likelihood  {:.3f} nats: ± {:.3f} over images, ± {:.4f} Monte Carlo on these images",
                       l.mean, l.se, l.monte_carlo_se));
  log_.say(fmt::format("                     {} test images, binarised once by seed {}; K = {} importance samples",
                       lesson::thousands(c_.images), c_.training.seed, lesson::thousands(c_.samples)));
  if (const auto p = published(c_.layers, c_.training))
    log_.say(fmt::format("published            {:.2f} nats (Burda et al. 2016, {}): this run is {:.2f} nats {}",
                         p->nats, p->model, std::abs(l.mean - p->nats), l.mean >= p->nats ? "better" : "worse"));
}

// Returns the exit status.
int run(const Choices& c, const lesson::Options& options, const std::string& command) {
  lesson::catch_interrupts();
  const TrainTest data = load_mnist(c.data);
  const Dataset train = slice(data.train, 0, c.training_images);
  Run run(c, train, data.test);
  run.describe(options);
  try {
    run.train();
    run.report();
    if (c.training.trainer.ranks.first()) run.plot();
    return 0;
  } catch (const Interrupted&) {
    const std::string checkpoint = run.save();
    if (c.training.trainer.ranks.first())
      fmt::print("Stopped {}. To go on:\n  {} --resume {}\n", run.position(), command, checkpoint);
    return 130;
  }
}

// Returns the exit status, and the sentence of an error.
std::pair<int, std::string> run_program(int argc, char** argv, Choices& c) {
  const bool reports = c.training.trainer.ranks.first();
  const auto failed = [&](int status, const std::string& error) {
    if (reports) fmt::print(stderr, "mnist-nll: {}\n", error);
    return std::pair(status, error);
  };
  lesson::Options options;
  declare(options, c);
  try {
    if (!options.parse(argc, argv, c.quick)) {
      if (reports)
        fmt::print(
            "{}", options.help("mnist-nll", "Trains a VAE to a published test log-likelihood on MNIST, by the clock"));
      return {0, ""};
    }
  } catch (const lesson::UsageError& error) {
    return failed(2, error.what());
  }
  try {
    return {run(c, options, fmt::format("{}", fmt::join(argv, argv + argc, " "))), ""};
  } catch (const std::exception& error) {
    return failed(1, error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  Choices c;
  c.training.trainer.ranks = join_ranks();
  const auto [status, error] = run_program(argc, argv, c);
  return leave_ranks(c.training.trainer.ranks, status, error);
}
