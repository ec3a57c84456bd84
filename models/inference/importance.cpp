#include "models/inference/importance.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace models {

ImportanceEstimate importance_estimate(const Eigen::Ref<const Eigen::ArrayXd>& log_w) {
  if (log_w.size() == 0) throw std::invalid_argument("importance_estimate: expected at least one weight, found none");
  // log ŵ = m + log mean exp(log w - m), with the largest for m: nothing overflows.
  const double m = log_w.maxCoeff(), K = log_w.size();
  if (m == -std::numeric_limits<double>::infinity()) return {m, std::numeric_limits<double>::quiet_NaN()};
  const Eigen::ArrayXd w = (log_w - m).exp();
  const double mean = w.mean();
  return {m + std::log(mean), (w / mean - 1).square().sum() / (K - 1) / K};
}

}  // namespace models
