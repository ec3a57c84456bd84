#include "models/statistics/estimate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace models {
namespace {

// 1/(n-1), which one number cannot have.
double unbiased(std::int64_t count) {
  return count < 2 ? std::numeric_limits<double>::quiet_NaN() : 1.0 / (count - 1);
}

}  // namespace

void RunningMean::add(double x) {
  const double delta = x - mean_;
  mean_ += delta / ++count_;
  squares_ += delta * (x - mean_);
}

double RunningMean::variance() const { return squares_ * unbiased(count_); }

// se = √(variance / n)
Estimate RunningMean::estimate() const { return {mean_, std::sqrt(variance() / count_)}; }

RunningMeans::RunningMeans(Eigen::Index components)
    : mean_(Eigen::VectorXd::Zero(components)),
      squares_(Eigen::VectorXd::Zero(components)),
      delta_(Eigen::VectorXd::Zero(components)) {}

void RunningMeans::add(const Eigen::Ref<const Eigen::VectorXd>& x) {
  if (x.size() != mean_.size())
    throw std::invalid_argument(fmt::format("RunningMeans: expected {} components, found {}", mean_.size(), x.size()));
  delta_ = x - mean_;
  mean_ += delta_ / ++count_;
  squares_.array() += delta_.array() * (x - mean_).array();
}

Eigen::VectorXd RunningMeans::variance() const { return squares_ * unbiased(count_); }

Eigen::VectorXd RunningMeans::standard_error() const { return (variance() / count_).cwiseSqrt(); }

}  // namespace models
