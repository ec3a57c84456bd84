#pragma once
// Threads: OpenMP where it is found, one after the other where it is not.

#include <algorithm>
#include <cstddef>
#include <functional>

namespace models {

// The cores of this machine, at least 1.
int core_count();

// Calls body(0), ..., body(n - 1) from up to `threads` threads, body(i) in thread i mod threads. The first exception by
// number is rethrown after all have ended. Matrix products inside run on one thread each. Pass std::ref(body) to keep
// std::function from copying the body to the heap.
void parallel_for(int n, int threads, const std::function<void(int)>& body);

// Numbers in a block: a few arrays of so many fit the cache of a core.
inline constexpr std::ptrdiff_t kBlock = 4096;

// Calls f(first, count) for blocks of 0 .. size - 1, of at most kBlock each and each from the same thread every time:
// what one pass leaves of a block in a core's cache, the next one finds there.
template <class F>
void for_blocks(std::ptrdiff_t size, int threads, F f) {
  if (size <= kBlock) return f(std::ptrdiff_t{0}, size);  // not worth waking other threads
  const auto blocks_of = [&](int thread) {
    for (std::ptrdiff_t first = thread * kBlock; first < size; first += threads * kBlock) {
      f(first, std::min(kBlock, size - first));
    }
  };
  parallel_for(threads, threads, std::ref(blocks_of));
}

}  // namespace models
