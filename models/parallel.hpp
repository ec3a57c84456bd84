#pragma once
// Threads: OpenMP where it is found, one after the other where it is not.

#include <cstddef>
#include <functional>

namespace models {

// The cores of this machine, at least 1.
int core_count();

// Calls body(0), ..., body(n - 1) from up to `threads` threads, body(i) in thread i mod threads. The first exception by
// number is rethrown after all have ended. Matrix products inside run on one thread each. Pass std::ref(body) to keep
// std::function from copying the body to the heap.
void parallel_for(int n, int threads, const std::function<void(int)>& body);

// Calls f(thread, first, count) for up to `threads` stretches of 0 .. size - 1, each from the same thread every time:
// what one pass leaves of a stretch in a core's cache, the next one finds there.
template <class F>
void for_stretches(std::ptrdiff_t size, int threads, F f) {
  const auto begin = [&](std::ptrdiff_t thread) { return size * thread / threads; };
  const auto stretch = [&](int thread) { f(thread, begin(thread), begin(thread + 1) - begin(thread)); };
  parallel_for(threads, threads, std::ref(stretch));
}

}  // namespace models
