#pragma once
// Means of samples, and how far to trust them.

#include <Eigen/Core>
#include <cstdint>

namespace models {

// A mean and its standard error.
struct Estimate {
  double mean = 0;
  double se = 0;
};

// The mean of numbers that come one at a time. Both sums are corrected and not accumulated, so that a small variance
// survives a large mean (Welford 1962; Knuth, TAOCP 2, section 4.2.2):
//   δ = x - mean      mean += δ / n      squares += δ (x - mean)
// Without numbers the mean is 0; with fewer than two, variance and standard error are NaN.
class RunningMean {
 public:
  void add(double x);

  std::int64_t count() const { return count_; }
  double mean() const { return mean_; }
  double variance() const;  // of one number, unbiased: 1/(n-1)
  Estimate estimate() const;

 private:
  std::int64_t count_ = 0;
  double mean_ = 0, squares_ = 0;
};

// The mean of numbers that are at hand, a range of them, with its standard error: NaN for fewer than two.
template <class Range>
Estimate estimate_of(const Range& values) {
  RunningMean mean;
  for (const double value : values) mean.add(value);
  return mean.estimate();
}

// As RunningMean, for vectors, component by component.
class RunningMeans {
 public:
  explicit RunningMeans(Eigen::Index components);

  // Throws std::invalid_argument if x has another number of components.
  void add(const Eigen::Ref<const Eigen::VectorXd>& x);

  std::int64_t count() const { return count_; }
  const Eigen::VectorXd& mean() const { return mean_; }
  Eigen::VectorXd variance() const;
  Eigen::VectorXd standard_error() const;

 private:
  std::int64_t count_ = 0;
  Eigen::VectorXd mean_, squares_, delta_;
};

}  // namespace models
