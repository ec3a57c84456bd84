#include "tests/malloc_count.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TESTS_SANITIZED
#endif
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(TESTS_SANITIZED)
#define TESTS_COUNT_MALLOC
#include <link.h>
#endif

namespace {

constinit std::atomic<long> calls = 0;

#ifdef TESTS_COUNT_MALLOC
// Where OpenBLAS lies in memory. Its kernels for small products of double allocate on some processors (0.3.21 with
// AVX-512): a call from there is not ours to avoid.
struct Range {
  std::uintptr_t first = 0, last = 0;
};
constinit Range openblas;

int find_openblas(dl_phdr_info* object, std::size_t, void*) {
  if (std::string_view(object->dlpi_name).find("openblas") == std::string_view::npos) return 0;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X)) continue;
    openblas = {object->dlpi_addr + segment.p_vaddr, object->dlpi_addr + segment.p_vaddr + segment.p_memsz};
  }
  return 1;
}

void count(void* caller) {
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  if (address < openblas.first || address >= openblas.last) ++calls;
}
#endif

}  // namespace

namespace tests {
long malloc_calls() {
#ifdef TESTS_COUNT_MALLOC
  if (openblas.first == 0) dl_iterate_phdr(find_openblas, nullptr);
#endif
  return calls;
}
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

void* malloc(std::size_t bytes) { return count(__builtin_return_address(0)), __libc_malloc(bytes); }
void* calloc(std::size_t n, std::size_t bytes) { return count(__builtin_return_address(0)), __libc_calloc(n, bytes); }
void* realloc(void* memory, std::size_t bytes) {
  return count(__builtin_return_address(0)), __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  return count(__builtin_return_address(0)), __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return count(__builtin_return_address(0)), __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  count(__builtin_return_address(0));
  *memory = __libc_memalign(alignment, bytes);
  return *memory ? 0 : ENOMEM;
}
}
#endif
