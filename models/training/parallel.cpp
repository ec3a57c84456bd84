#include "models/training/parallel.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
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
