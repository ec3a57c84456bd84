#include "models/training/kernels.hpp"

#ifdef EIGEN_USE_BLAS
extern "C" char* openblas_get_corename();
#endif

namespace models {

std::string product_kernels() {
#ifdef EIGEN_USE_BLAS
  return std::string("OpenBLAS ") + openblas_get_corename();
#else
  return "Eigen";
#endif
}

}  // namespace models
