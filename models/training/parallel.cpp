#include "models/training/parallel.hpp"

#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#ifdef EIGEN_USE_BLAS
extern "C" void openblas_set_num_threads(int);
#endif

namespace models {

namespace {
// OpenBLAS would start threads of its own inside ours, and more threads than cores wait for each other.
void keep_products_on_one_thread() {
#ifdef EIGEN_USE_BLAS
  static const bool once = (openblas_set_num_threads(1), true);
  (void)once;
#endif
}
}  // namespace

void require_room_for_products() {
#ifdef EIGEN_USE_BLAS
  constexpr std::size_t kBuffer = std::size_t{128} << 20;  // bytes; OpenBLAS: BUFFER_SIZE on x86-64
  rlimit space{};
  if (getrlimit(RLIMIT_AS, &space) != 0 || space.rlim_cur == RLIM_INFINITY) return;
  const std::size_t needed = kBuffer * (core_count() + 1);
  void* const room = mmap(nullptr, needed, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED)
    throw std::runtime_error("the address space is limited to " + std::to_string(space.rlim_cur >> 20) +
                             " MB (ulimit -v), and OpenBLAS needs " + std::to_string(needed >> 20) +
                             " MB more for its products on " + std::to_string(core_count()) +
                             " threads: raise the limit");
  munmap(room, needed);
#endif
}

int core_count() { return std::max<int>(1, std::thread::hardware_concurrency()); }

void parallel_for(int n, int threads, const std::function<void(int)>& body) {
  keep_products_on_one_thread();
  std::exception_ptr first;
  int first_number = n;
  std::mutex guard;
  const auto call = [&](int i) {
    try {
      body(i);
    } catch (...) {
      const std::lock_guard lock(guard);
      if (i < first_number) first = std::current_exception(), first_number = i;
    }
  };
  if (std::min(n, threads) <= 1) {  // OpenMP would allocate a team of one each time
    for (int i = 0; i < n; ++i) call(i);
  } else {
#ifdef _OPENMP
#pragma omp parallel for num_threads(threads) schedule(static, 1)
#endif
    for (int i = 0; i < n; ++i) call(i);
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace models
