// bench_vae_step step|products THREADS: times a training step of the VAE, whole (gathering, binarisation, noise,
// gradient, Adam), or the step's matrix products alone; in as many shards as threads.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "models/training/parallel.hpp"
#include "tests/bench/vae_step/cases.hpp"
#include "tests/bench/vae_step/products.hpp"

namespace {

using bench::Case;

void register_step(const Case& c, int threads) {
  const auto step = [c, threads,
                     trainer = std::shared_ptr<models::VaeTrainer<float>>()](benchmark::State& state) mutable {
    if (!trainer) {
      trainer = std::make_shared<models::VaeTrainer<float>>(bench::training_images(), c.shape(),
                                                            bench::settings(c, threads));
      for (int i = 0; i < 10; ++i) trainer->step();
    }
    for (auto _ : state) trainer->step();
  };
  benchmark::RegisterBenchmark(c.name().c_str(), step)->UseRealTime()->Unit(benchmark::kMillisecond);
}

void register_products(const Case& c, int threads) {
  const auto products = [c, threads](benchmark::State& state) {
    std::vector<bench::ShardProducts> shards(threads, {c.batch / threads, 784, c.hidden, c.latent});
    const auto run = [&](int i) { shards[i].run(); };
    models::parallel_for(threads, threads, std::ref(run));
    for (auto _ : state) models::parallel_for(threads, threads, std::ref(run));
    state.counters["flops"] =
        benchmark::Counter(threads * shards[0].flops(), benchmark::Counter::kIsIterationInvariantRate);
  };
  benchmark::RegisterBenchmark(c.name().c_str(), products)->UseRealTime()->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const std::string what = argc > 1 ? argv[1] : "";
  const int threads = argc > 2 ? std::atoi(argv[2]) : 0;
  if (argc != 3 || (what != "step" && what != "products") || threads < 1) {
    std::fprintf(stderr, "usage: bench_vae_step step|products THREADS [options of Google Benchmark]\n");
    return 2;
  }
  for (const Case& c : bench::kCases) what == "step" ? register_step(c, threads) : register_products(c, threads);
  benchmark::RunSpecifiedBenchmarks();
}
