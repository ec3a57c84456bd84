#include "models/coding/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unsupported/Eigen/SpecialFunctions>

#include "models/statistics/normal.hpp"

namespace models {

namespace {

// The slots 0 .. ones - 1 stand for a 1.
std::uint32_t slots_of_one(double p) { return std::clamp(std::round(p * Ans::kSlots), 1.0, Ans::kSlots - 1.0); }

}  // namespace

Interval bernoulli_interval(bool pixel, double p) {
  const std::uint32_t ones = slots_of_one(p);
  return pixel ? Interval{0, ones} : Interval{ones, Ans::kSlots - ones};
}

bool bernoulli_symbol(std::uint32_t slot, double p) { return slot < slots_of_one(p); }

NormalBins::NormalBins() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto quantile = [](double u) { return Eigen::numext::ndtri(u); };  // Φ⁻¹
  edges_.push_back(-kInfinity);
  for (int i = 0; i < kCount; ++i) {
    centres_.push_back(quantile((i + 0.5) / kCount));
    edges_.push_back(i + 1 < kCount ? quantile((i + 1.0) / kCount) : kInfinity);
  }
}

Interval NormalBins::prior(int bin) const {
  constexpr std::uint32_t kEach = Ans::kSlots >> kBits;
  return {bin * kEach, kEach};
}

std::uint32_t NormalBins::slots_below(int bin, double mu, double sigma) const {
  return std::round(Ans::kSlots * normal_distribution(edges_[bin], mu, sigma * sigma));
}

Interval NormalBins::posterior(int bin, double mu, double sigma) const {
  const std::uint32_t start = slots_below(bin, mu, sigma);
  return {start, slots_below(bin + 1, mu, sigma) - start};
}

int NormalBins::posterior_bin(std::uint32_t slot, double mu, double sigma) const {
  int low = 0, high = kCount;  // slots_below(low) <= slot < slots_below(high)
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (slots_below(middle, mu, sigma) <= slot ? low : high) = middle;
  }
  return low;
}

double NormalBins::posterior_entropy(double mu, double sigma) const {
  double entropy = 0;
  for (int bin = 0; bin < kCount; ++bin) {
    const double share = 1.0 * posterior(bin, mu, sigma).frequency / Ans::kSlots;
    if (share > 0) entropy -= share * std::log2(share);
  }
  return entropy;
}

}  // namespace models
