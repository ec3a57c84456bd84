#include "models/ppca.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "models/pca.hpp"
#include "models/statistics/normal.hpp"

namespace models {

PpcaOptimum fit_ppca(const autograd::Matrix<double>& x, int k) {
  const Eigen::Index d = x.cols();
  if (k < 1 || k >= d) throw std::invalid_argument(fmt::format("fit_ppca: expected 1 <= k < {}, found {}", d, k));

  PpcaOptimum optimum;
  optimum.eigenvalues = pca(x).variances;
  optimum.noise_variance = optimum.eigenvalues.tail(d - k).mean();
  // What is left of eigenvalues that are 0 is rounding of the largest.
  if (!(optimum.noise_variance > 1e-12 * optimum.eigenvalues(0))) {
    throw std::invalid_argument(fmt::format("fit_ppca: with k = {} nothing is left for the noise; take fewer", k));
  }
  const double D = d;
  optimum.log_likelihood = -0.5 * (D * kLog2Pi + optimum.eigenvalues.head(k).array().log().sum() +
                                   (D - k) * std::log(optimum.noise_variance) + D);
  return optimum;
}

}  // namespace models
