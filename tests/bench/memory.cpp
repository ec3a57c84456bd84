// bench_memory: what a step and a record take, as JSON: {"facts": [{"what", "value", "unit"}, ...]}.
// bench_memory train HIDDEN LATENT BATCH: trains for 200 steps and says how much memory the process had at most.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/bench/scalar_chain.hpp"
#include "tests/bench/stopwatch.hpp"
#include "tests/bench/vae_step/cases.hpp"
#include "tests/malloc_count.hpp"

namespace {

nlohmann::json fact(const std::string& what, double value, const std::string& unit) {
  return {{"what", what}, {"value", value}, {"unit", unit}};
}

// VmHWM of this process: the most memory it had so far.
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes / 1024;
  }
  return 0;
}

double mallocs_in_a_step(const bench::Case& c) {
  models::VaeTrainer<float> trainer(bench::training_images(), c.shape(), bench::settings(c, 2));
  for (int i = 0; i < 5; ++i) trainer.step();
  const long before = tests::malloc_calls();
  for (int i = 0; i < 20; ++i) trainer.step();
  return (tests::malloc_calls() - before) / 20.0;
}

int train(const bench::Case& c) {
  models::VaeTrainer<float> trainer(bench::training_images(), c.shape(), bench::settings(c, 2));
  for (int i = 0; i < 200; ++i) trainer.step();
  const nlohmann::json facts = {fact("peak memory of training " + c.name(), peak_megabytes(), "MB")};
  std::puts(nlohmann::json{{"facts", facts}}.dump().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 5) return train({std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4])});
  nlohmann::json facts;
  constexpr std::size_t kOperations = 100'000;
  autograd::Tape tape;
  const double seconds = bench::median_seconds(1, [&] { bench::scalar_chain(tape, kOperations); });
  facts.push_back(fact("a scalar multiply or add, recording and sweep", 1e9 * seconds / kOperations, "ns"));
  facts.push_back(fact("a scalar record", 1.0 * tape.arena().used() / kOperations, "bytes"));
  if (tests::malloc_is_counted()) {
    for (const bench::Case& c : bench::kCases) {
      facts.push_back(fact("heap allocations in a steady step " + c.name(), mallocs_in_a_step(c), ""));
    }
  }
  std::puts(nlohmann::json{{"facts", facts}}.dump().c_str());
}
