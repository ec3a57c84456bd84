#pragma once
// How long a call takes.

#include <algorithm>
#include <chrono>
#include <vector>

namespace bench {

// The median seconds of one call of f, over calls that last `seconds` together (at least 3 of them), after one that
// does not count.
template <class F>
double median_seconds(double seconds, F f) {
  using Clock = std::chrono::steady_clock;
  const auto elapsed = [](Clock::time_point from) {
    return std::chrono::duration<double>(Clock::now() - from).count();
  };
  f();
  std::vector<double> times;
  for (const auto start = Clock::now(); times.size() < 3 || elapsed(start) < seconds;) {
    const auto from = Clock::now();
    f();
    times.push_back(elapsed(from));
  }
  const auto middle = times.begin() + times.size() / 2;
  std::ranges::nth_element(times, middle);
  return *middle;
}

}  // namespace bench
