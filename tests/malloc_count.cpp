#include "tests/malloc_count.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TESTS_SANITIZED
#endif
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(TESTS_SANITIZED)
#define TESTS_COUNT_MALLOC
#endif

namespace {
constinit std::atomic<long> calls = 0;
}

namespace tests {
long malloc_calls() { return calls; }
bool malloc_is_counted() {
#ifdef TESTS_COUNT_MALLOC
  return true;
#else
  return false;
#endif
}
}  // namespace tests

#ifdef TESTS_COUNT_MALLOC
// A program's own malloc goes before the library's; glibc keeps its own under these names.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t n, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) { return ++calls, __libc_malloc(bytes); }
void* calloc(std::size_t n, std::size_t bytes) { return ++calls, __libc_calloc(n, bytes); }
void* realloc(void* memory, std::size_t bytes) { return ++calls, __libc_realloc(memory, bytes); }
void* memalign(std::size_t alignment, std::size_t bytes) { return ++calls, __libc_memalign(alignment, bytes); }
void* aligned_alloc(std::size_t alignment, std::size_t bytes) { return ++calls, __libc_memalign(alignment, bytes); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  ++calls;
  *memory = __libc_memalign(alignment, bytes);
  return *memory ? 0 : ENOMEM;
}
}
#endif
