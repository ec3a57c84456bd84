// One contender's program: every gradient is compared with the one written by hand, and then timed. With --check alone
// nothing is timed.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstring>

#include "tests/bench/functions/problem.hpp"

namespace {

// The largest difference from the reference, relative to its largest number.
double difference(char function, const bench::Gradient& f) {
  const std::vector<double>& x = bench::problem(function).x;
  std::vector<double> expected(x.size()), found(x.size(), std::nan(""));
  const double value = bench::gradient_by_hand(function, x, expected);
  double largest = 0, worst = std::abs(f(x, found) / value - 1);
  for (const double g : expected) largest = std::max(largest, std::abs(g));
  if (!bench::kContender.has_gradients) return worst;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = std::abs(found[i] - expected[i]) / largest;
    if (!(error <= worst)) worst = error;  // also what is not a number
  }
  return worst;
}

}  // namespace

int main(int argc, char** argv) {
  const bool only_check = argc == 2 && std::strcmp(argv[1], "--check") == 0;
  if (!only_check) benchmark::Initialize(&argc, argv);
  for (const char function : bench::kContender.functions) {
    const bench::Gradient f = bench::gradient_of(function);
    if (const double worst = difference(function, f); !(worst < 1e-9)) {
      std::fprintf(stderr,
                   "%s: the gradient of %c differs from the one by hand by %.1e, relatively; nothing is timed\n",
                   bench::kContender.name.c_str(), function, worst);
      return 1;
    }
    benchmark::RegisterBenchmark(std::string(1, function).c_str(), [f, function](benchmark::State& state) {
      const std::vector<double>& x = bench::problem(function).x;
      std::vector<double> gradient(x.size());
      for (auto _ : state) benchmark::DoNotOptimize(f(x, gradient));
    });
  }
  if (!only_check) benchmark::RunSpecifiedBenchmarks();
}
