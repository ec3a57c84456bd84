#pragma once
// Threads: OpenMP where it is found, one after the other where it is not.

#include <functional>

namespace models {

// The cores of this machine, at least 1.
int core_count();

// OpenBLAS maps a buffer for each thread at its first product and, where the address space has no room for it, tries
// again for ever. Throws std::runtime_error if the space is limited (ulimit -v) and has too little room.
void require_room_for_products();

// Calls body(0), ..., body(n - 1) from up to `threads` threads, as many as OpenMP gives. The first exception by number
// is rethrown after all have ended. From the first call on, every matrix product of the program runs on one thread.
// Pass std::ref(body) to keep std::function from copying the body to the heap.
void parallel_for(int n, int threads, const std::function<void(int)>& body);

}  // namespace models
