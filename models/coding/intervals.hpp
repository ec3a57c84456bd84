#pragma once
// Distributions as the coder needs them: every symbol an interval of whole slots (ans.hpp). Rounding to slots costs
// bits and never correctness, as long as coder and decoder round the same numbers.

#include <cstdint>
#include <vector>

#include "models/coding/ans.hpp"

namespace models {

// A pixel that is 1 with probability p, which is rounded to slots and kept from 0 and 1: either value can be coded.
Interval bernoulli_interval(bool pixel, double p);
// The pixel whose interval holds the slot.
bool bernoulli_symbol(std::uint32_t slot, double p);

// The real line cut into 2^12 bins of equal mass under N(0, 1): how a latent number becomes a symbol. The prior gives
// each bin the same 2^(r - 12) slots. A distribution N(μ, σ²) gives the bin from e_i to e_(i+1) the slots from
// round(2^r Φ((e_i - μ)/σ)) up to round(2^r Φ((e_(i+1) - μ)/σ)); together they are all slots, each in one bin.
class NormalBins {
 public:
  static constexpr int kBits = 12, kCount = 1 << kBits;

  NormalBins();

  // The median of the bin under N(0, 1): the number that the bin stands for.
  double centre(int bin) const { return centres_[bin]; }

  Interval prior(int bin) const;
  int prior_bin(std::uint32_t slot) const { return slot >> (Ans::kPrecision - kBits); }

  // May be empty: such a bin has no slot and never comes out of posterior_bin.
  Interval posterior(int bin, double mu, double sigma) const;
  int posterior_bin(std::uint32_t slot, double mu, double sigma) const;

  // -Σ f/2^r log₂ f/2^r over the bins' frequencies under N(μ, σ²), in bits: what drawing a bin takes, on average.
  double posterior_entropy(double mu, double sigma) const;

 private:
  std::uint32_t slots_below(int bin, double mu, double sigma) const;

  std::vector<double> edges_;  // bin i lies from edge i to edge i + 1; the outermost are infinite
  std::vector<double> centres_;
};

}  // namespace models
