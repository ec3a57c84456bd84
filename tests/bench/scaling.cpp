// bench_scaling step    one line for each network and minibatch: the seconds of a training step on these ranks
//                       (mpirun -n 2 bench_scaling step) and threads (OMP_NUM_THREADS), and of its messages
// bench_scaling batch   how many images and steps a training needs to a given test ELBO, by its minibatch
// bench_scaling draw FILE FOLDER
//                       reads the lines that the others printed, fits the model of a step's time to them, prints it
//                       and draws it
// tests/bench/scaling runs them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/training/ranks.hpp"
#include "models/vae/evaluate.hpp"
#include "models/vae/vae_trainer.hpp"
#include "plots/figure.hpp"

namespace {

using autograd::Matrix;
using models::Index, models::Ranks;

struct Network {
  const char* name;
  models::VaeShape shape;
};
const std::vector<Network> kNetworks{{"784-400-20", {.latent = 20, .hidden = {400}}},
                                     {"784-200-200-50", {.latent = 50, .hidden = {200, 200}}}};
constexpr int kBatches[] = {100, 500, 1000};
constexpr double kElbo = -120;  // of the test images, that a training is to reach
constexpr int kEpochs = 25;     // after which it is given up

const models::TrainTest& mnist() {
  static const models::TrainTest data = models::load_mnist(TAPESTRY_DATA);
  return data;
}

double median(std::vector<double> x) {
  if (x.empty()) throw std::runtime_error("a measurement is missing");
  std::ranges::sort(x);
  return x[x.size() / 2];
}

// The seconds of a call: the median of thirty, after three that do not count, the fastest, and the median of the
// processor time, which other programs on the machine disturb least. The ranks begin each call together.
struct Seconds {
  double median, fastest, processor;
};
Seconds seconds_of(const Ranks& ranks, const std::function<void()>& step) {
  using Clock = std::chrono::steady_clock;
  constexpr int kSteps = 30;
  std::vector<double> times, processor;
  for (int i = 0; i < kSteps + 3; ++i) {
    ranks.together([] {});
    const auto start = Clock::now();
    const std::clock_t used = std::clock();
    step();
    if (i < 3) continue;
    times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    processor.push_back(1.0 * (std::clock() - used) / CLOCKS_PER_SEC);
  }
  return {median(times), *std::ranges::min_element(times), median(processor)};
}

// As many shards as there are ranks times threads; the messages are those of a shard on each rank.
void measure_steps(const Ranks& ranks) {
  const char* const words = std::getenv("OMP_NUM_THREADS");
  const int threads = words ? std::max(1, std::atoi(words)) : 1;
  for (const auto& [name, shape] : kNetworks) {
    for (const int batch : kBatches) {
      models::VaeTrainer<float> trainer(
          mnist().train, shape,
          {.batch = batch, .trainer = {.shards = ranks.count * threads, .threads = threads, .ranks = ranks}});
      const Seconds seconds = seconds_of(ranks, [&] { trainer.step(); });
      if (ranks.first())
        fmt::print("step,{},{},{},{},{},{},{}\n", name, batch, ranks.count, threads, seconds.median, seconds.fastest,
                   trainer.parameters().size());
      if (ranks.count == 1 && threads == 1) fmt::print("processor,{},{},{}\n", name, batch, seconds.processor);
    }
  }
  if (ranks.count == 1) return;
  for (const Index numbers : {Index{1}, Index{100'000}, Index{1'000'000}}) {
    std::vector<float> sent(numbers * ranks.count), received(numbers * ranks.count);
    std::vector<Index> begin;
    for (int r = 0; r <= ranks.count; ++r) begin.push_back(r * numbers);
    const Seconds all_to_all =
        seconds_of(ranks, [&] { ranks.all_to_all(sent.data(), begin, received.data(), begin, sizeof(float)); });
    const Seconds gather = seconds_of(ranks, [&] { ranks.all_gather(received.data(), sizeof(float), begin); });
    if (ranks.first())
      fmt::print("message,{},{},{},{}\n", ranks.count, sizeof(float) * numbers, all_to_all.fastest, gather.fastest);
  }
}

// The first of the learning rates that comes to the ELBO with the fewest images.
void measure_batches() {
  const Matrix<float> test =
      models::as_matrix<float>(models::slice(mnist().test, 0, 1000), {models::Binarisation::fixed, 1});
  for (const int batch : {100, 400, 1600, 6400}) {
    for (const double rate : {2e-3, 4e-3, 8e-3}) {
      models::VaeTrainer<float> trainer(mnist().train, kNetworks[1].shape,
                                        {.batch = batch, .epochs = kEpochs, .learning_rate = rate});
      int next = 0, images = 0;
      double elbo = -1e9;
      const auto train = [&] {
        while (!trainer.done() && elbo < kElbo) {
          images += trainer.step();
          if (images < next) continue;
          elbo = models::evaluate(trainer.vae(), trainer.parameters(), test, 1).elbo;
          next = images + std::max(2'000, images / 20);
        }
      };
      try {
        train();
      } catch (const models::NotFinite&) {
      }
      if (elbo >= kElbo) fmt::print("batch,{},{},{},{},{}\n", batch, rate, images, trainer.steps(), kElbo);
      std::fflush(stdout);
    }
  }
}

using Row = std::vector<std::string>;

std::vector<Row> read_rows(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    Row row;
    std::istringstream words(line);
    for (std::string word; std::getline(words, word, ',');) row.push_back(word);
    if (!row.empty()) rows.push_back(row);
  }
  return rows;
}

// The medians over rounds: of the numbers in column `at` of the rows that begin so.
double median_of(const std::vector<Row>& rows, const Row& begin, std::size_t at) {
  std::vector<double> found;
  for (const Row& row : rows)
    if (row.size() > at && std::equal(begin.begin(), begin.end(), row.begin())) found.push_back(std::stod(row[at]));
  return median(found);
}

// A way from one machine to another.
struct Link {
  std::string name;
  double latency;    // seconds a message
  double bandwidth;  // bytes a second, of each machine
};

// Seconds of a step on n ranks of one shard each, of a network of P parameters:
//   T(n) = c M / n  +  u  +  (n - 1) λ + 5 λ log₂ n  +  8 P (n - 1) / n / β
// c: an image's gradient; u: what does not depend on the minibatch M. A rank packs its own shard's gradient, so u is
// not divided. The exchange of gradients sends a message to every other rank, the other five collectives are trees.
struct StepModel {
  double P, c, u;
  double seconds(double M, double n, const Link& link) const {
    const double messages = n > 1 ? (n - 1) + 5 * std::log2(n) : 0;
    return c * M / n + u + messages * link.latency + 8 * P * (n - 1) / n / link.bandwidth;
  }
};

// c and u by least squares through the minibatches, of the processor time of one thread.
StepModel fit(const std::vector<Row>& rows, const std::string& network) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (const int batch : kBatches) {
    // relative errors count alike
    const double x = batch, y = median_of(rows, {"processor", network, std::to_string(batch)}, 3), w = 1 / (y * y);
    n += w, sx += w * x, sy += w * y, sxx += w * x * x, sxy += w * x * y;
  }
  const double c = (n * sxy - sx * sy) / (n * sxx - sx * sx);
  return {median_of(rows, {"step", network}, 7), c, std::max(0.0, (sy - c * sx) / n)};
}

// Between two ranks on this machine.
Link measured_link(const std::vector<Row>& rows) {
  const double small = median_of(rows, {"message", "2", "4"}, 3),
               large = median_of(rows, {"message", "2", "4000000"}, 3);
  return {"as between two ranks in shared memory", small, 4e6 / (large - small)};
}

// What was measured of a network, beside its model.
void print_steps(const std::vector<Row>& rows, const std::string& network, const StepModel& model, const Link& here) {
  fmt::print(
      "\n{}: {:.0f} numbers, {:.2f} µs an image, {:.2f} ms a step besides; a rank of two sends {:.2f} MB a step\n",
      network, model.P, 1e6 * model.c, 1e3 * model.u, 4 * model.P / 1e6);
  for (const int batch : kBatches) {
    const auto measured = [&](const char* ranks, const char* threads) {
      return 1e3 * median_of(rows, {"step", network, std::to_string(batch), ranks, threads}, 5);
    };
    fmt::print(
        "  batch {:>5}: 1 rank {:.2f} ms (model {:.2f}), 2 threads {:.2f} ms, 2 ranks {:.2f} ms (model {:.2f})\n",
        batch, measured("1", "1"), 1e3 * model.seconds(batch, 1, here), measured("1", "2"), measured("2", "1"),
        1e3 * model.seconds(batch, 2, here));
  }
}

// How many times as fast as one rank the model is on up to 1,000, for a minibatch of M images.
plots::Curves speeds(const std::string& network, const StepModel& model, double M, const std::vector<Link>& links) {
  plots::Curves figure{.title = fmt::format("{}, minibatch of {:.0f}: the model of a step", network, M),
                       .x_label = "ranks",
                       .y_label = "times the speed of one rank",
                       .log_x = true,
                       .log_y = true};
  std::vector<double> ranks;
  for (double n = 1; n < 1100; n *= 2) ranks.push_back(std::min(n, 1000.0));
  for (const Link& link : links) {
    std::vector<double> speed;
    for (const double n : ranks) speed.push_back(model.seconds(M, 1, link) / model.seconds(M, n, link));
    const auto best = std::ranges::max_element(speed);
    fmt::print("  {}, batch {:.0f}, {}: best {:.1f} × on {:.0f} ranks\n", network, M, link.name, *best,
               ranks[best - speed.begin()]);
    figure.line(link.name, ranks, speed, plots::Style::line_points);
  }
  figure.power_law("in proportion", 1, 1);
  return figure;
}

// The images and steps of the best learning rate, by the minibatch.
plots::Curves batches(const std::vector<Row>& rows) {
  std::map<double, std::pair<double, double>> best;
  for (const Row& row : rows) {
    if (row[0] != "batch") continue;
    const double batch = std::stod(row[1]), images = std::stod(row[3]);
    if (!best.count(batch) || images < best[batch].first) best[batch] = {images, std::stod(row[4])};
  }
  std::vector<double> batch, images, steps;
  for (const auto& [M, needs] : best) {
    batch.push_back(M), images.push_back(needs.first), steps.push_back(needs.second);
    fmt::print("batch {:>6.0f}: {:>8.0f} images in {:>6.0f} steps\n", M, needs.first, needs.second);
  }
  plots::Curves figure{
      .title = fmt::format("To a test ELBO of {} nats, {}, the best of three rates", kElbo, kNetworks[1].name),
      .x_label = "images in a minibatch",
      .y_label = "number",
      .log_x = true,
      .log_y = true};
  figure.line("images", batch, images, plots::Style::line_points);
  figure.line("steps", batch, steps, plots::Style::line_points);
  return figure;
}

void draw(const std::string& path, const std::string& folder) {
  const std::vector<Row> rows = read_rows(path);
  const Link here = measured_link(rows);
  fmt::print("two ranks on this machine: {:.1f} µs a message, {:.2f} GB/s\n", 1e6 * here.latency,
             here.bandwidth / 1e9);
  for (const auto& [name, shape] : kNetworks) print_steps(rows, name, fit(rows, name), here);

  const std::vector<Link> links{
      here, {"assumed: 10 Gb/s Ethernet, 30 µs", 30e-6, 1.25e9}, {"assumed: 100 Gb/s InfiniBand, 2 µs", 2e-6, 12.5e9}};
  const std::string network = kNetworks[0].name;
  const StepModel one = fit(rows, network), large{100 * one.P, 100 * one.c, 100 * one.u};
  for (const double M : {1'000.0, 100'000.0}) {
    plots::save(speeds(network, one, M, links), {.folder = folder}, fmt::format("scaling_1_{:.0f}", M));
    plots::save(speeds(network + ", a hundred times as large", large, M, links), {.folder = folder},
                fmt::format("scaling_100_{:.0f}", M));
  }
  plots::save(batches(rows), {.folder = folder}, "scaling_batch");
}

}  // namespace

int main(int argc, char** argv) {
  const Ranks ranks = models::join_ranks();
  const std::string what = argc > 1 ? argv[1] : "";
  int status = 0;
  std::string said;
  try {
    if (what == "step" && argc == 2)
      measure_steps(ranks);
    else if (what == "batch" && argc == 2)
      measure_batches();
    else if (what == "draw" && argc == 4)
      draw(argv[2], argv[3]);
    else
      status = 2, said = "usage: bench_scaling step | batch | draw FILE FOLDER";
  } catch (const std::exception& error) {
    status = 1, said = error.what();
  }
  if (ranks.first() && !said.empty()) fmt::print(stderr, "bench_scaling: {}\n", said);
  return models::leave_ranks(ranks, status, said);
}
