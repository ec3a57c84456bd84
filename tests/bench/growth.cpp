// bench_growth FOLDER [--quick]: how the time and the memory of a training step grow with the minibatch, the hidden
// layer, the samples K, the shards and the threads, and those of a chain of scalar operations with its length. Prints
// the numbers and draws them in FOLDER, each beside a line of the growth that the arithmetic suggests.
#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <functional>
#include <string>

#include "models/statistics/random.hpp"
#include "plots/figure.hpp"
#include "tests/bench/scalar_chain.hpp"
#include "tests/bench/stopwatch.hpp"
#include "tests/bench/vae_step/cases.hpp"

namespace {

using autograd::Buffer;
using autograd::Matrix;
using autograd::Tape;

struct Settings {
  plots::Output output;
  double seconds = 0.5;  // of each measurement
  bool quick = false;
};

// One training step of a 784-hidden-20 VAE.
struct Step {
  int batch = 100, hidden = 400, samples = 1, shards = 2, threads = 2;

  models::VaeShape shape() const { return {.latent = 20, .hidden = {hidden}}; }

  double seconds(const Settings& settings) const {
    models::VaeTrainingSettings training;
    training.batch = batch;
    training.bound.samples = samples;
    training.trainer.shards = shards;
    training.trainer.threads = threads;
    models::VaeTrainer<float> trainer(bench::training_images(), shape(), training);
    return bench::median_seconds(settings.seconds, [&] { trainer.step(); });
  }

  // Of the tape that records the minibatch and sweeps back, in bytes.
  double tape_bytes() const {
    autograd::Parameters<float> parameters;
    const models::Vae<float> vae(parameters, shape(), 1);
    const Matrix<float> x = Matrix<float>::Zero(batch, 784), epsilon = Matrix<float>::Zero(batch * samples, 20);
    Buffer<float> gradient = Buffer<float>::Zero(parameters.size());
    const auto loss = [&](const models::Watched<float>& theta) {
      Tape& tape = theta.tape();
      return mean(models::bound(vae, theta, tape.constant(x), tape.constant(epsilon), {.samples = samples}).value);
    };
    Tape tape;
    value_and_gradient(loss, parameters, gradient, tape);
    return tape.arena().used();
  }
};

// y over x, printed line by line.
struct Curve {
  std::string label;
  std::vector<double> x{}, y{};

  void add(double at, double value, const char* unit) {
    x.push_back(at), y.push_back(value);
    std::printf("%-44s %10g   %10.4g %s\n", label.c_str(), at, value, unit);
    std::fflush(stdout);
  }
};

void draw(const Settings& settings, const std::string& name, plots::Curves figure, const std::vector<Curve>& curves,
          const std::string& guide, double exponent) {
  figure.log_x = figure.log_y = true;
  for (const Curve& curve : curves) figure.line(curve.label, curve.x, curve.y, plots::Style::line_points);
  figure.slope(guide, exponent);
  plots::save(figure, settings.output, name);
}

// Batch, hidden layer and K by the same factors, everything else as in the middle of the figure.
void measure_factors(const Settings& settings) {
  const std::vector<double> factors =
      settings.quick ? std::vector{0.25, 1.0} : std::vector{0.125, 0.25, 0.5, 1., 2., 4., 8.};
  std::vector<Curve> times, bytes;
  const auto sweep = [&](const std::string& label, bool at_least_1, const std::function<Step(double)>& step) {
    Curve time{label + ", time"}, memory{label + ", memory"};
    for (const double factor : factors) {
      if (at_least_1 && factor < 1) continue;
      time.add(factor, 1e3 * step(factor).seconds(settings), "ms");
      memory.add(factor, step(factor).tape_bytes() / 1e6, "MB");
    }
    time.label = memory.label = label;
    times.push_back(time), bytes.push_back(memory);
  };
  sweep("minibatch, 100 times the factor", false, [](double f) { return Step{.batch = static_cast<int>(100 * f)}; });
  sweep("hidden layer, 400 times the factor", false,
        [](double f) { return Step{.hidden = static_cast<int>(400 * f)}; });
  sweep("samples K, the factor", true, [](double f) { return Step{.samples = static_cast<int>(f)}; });
  draw(settings, "growth_time",
       {.title = "A training step of a 784-400-20 VAE, batch 100, K = 1", .x_label = "factor", .y_label = "time (ms)"},
       times, "in proportion", 1);
  draw(settings, "growth_memory",
       {.title = "The tape of that step, in one shard", .x_label = "factor", .y_label = "memory (MB)"}, bytes,
       "in proportion", 1);
}

void measure_shards(const Settings& settings) {
  std::vector<Curve> times;
  for (const int threads : {1, 2}) {
    Curve time{fmt::format("{} thread{}", threads, threads > 1 ? "s" : "")};
    for (const int shards : settings.quick ? std::vector{1, 2} : std::vector{1, 2, 4, 8, 16}) {
      time.add(shards, 1e3 * Step{.batch = 400, .shards = shards, .threads = threads}.seconds(settings), "ms");
    }
    times.push_back(time);
  }
  draw(settings, "growth_shards",
       {.title = "A training step of batch 400, by shards and threads", .x_label = "shards", .y_label = "time (ms)"},
       times, "work that does not grow", 0);
}

void measure_chain(const Settings& settings) {
  Curve time{"time of a chain"}, memory{"memory of a chain"};
  for (double n = 100; n <= (settings.quick ? 1e4 : 1e6); n *= 10) {
    Tape tape;
    const std::size_t operations = n;
    time.add(n, 1e6 * bench::median_seconds(settings.seconds, [&] { bench::scalar_chain(tape, operations); }), "µs");
    memory.add(n, tape.arena().used() / 1e6, "MB");
  }
  time.label = memory.label = "y ← y x, y ← y + a in turn, Var<double>";
  draw(settings, "growth_chain_time",
       {.title = "A chain of scalar operations: recording and sweep", .x_label = "operations", .y_label = "time (µs)"},
       {time}, "in proportion", 1);
  draw(settings, "growth_chain_memory",
       {.title = "A chain of scalar operations: the tape", .x_label = "operations", .y_label = "memory (MB)"},
       {memory}, "in proportion", 1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: bench_growth FOLDER [--quick]\n"), 2;
  Settings settings{.output = {.folder = argv[1]}};
  if (argc > 2 && std::strcmp(argv[2], "--quick") == 0) settings.seconds = 0.01, settings.quick = true;
  measure_chain(settings);
  measure_shards(settings);
  measure_factors(settings);
}
