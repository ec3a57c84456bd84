#pragma once
// Does a sample come from a distribution? Both functions return the p-value: the probability that a sample which does
// come from it lies at least as far off as this one. It is uniform on (0, 1) then; close to 0 it speaks against.

#include <functional>
#include <span>
#include <vector>

namespace models {

// Pearson's chi-square test of n counts in K states that have the probabilities p:
//   χ² = Σₖ (countₖ - n pₖ)² / (n pₖ),   with K - 1 degrees of freedom                                  (Pearson 1900)
// Good where every n pₖ is above about 5. Throws std::invalid_argument unless there are two states or more, as many
// counts as probabilities, and every pₖ > 0.
double chi_square_p(std::span<const int> counts, std::span<const double> p);
// The same with all states equally likely.
double chi_square_p(std::span<const int> counts);

// P(χ² > x) for k >= 1 degrees of freedom: the regularised incomplete gamma function Q(k/2, x/2), by
//   Q(½, t) = erfc √t,   Q(1, t) = e^-t,   Q(a + 1, t) = Q(a, t) + tᵃ e^-t / Γ(a + 1)                     (DLMF 8.8.6)
double chi_square_tail(double x, int k);

// Kolmogorov's test with a continuous distribution function F: the largest distance between F and the sample's own
// (p-value with the correction for finite n of Stephens 1970). Throws std::invalid_argument for an empty sample.
double kolmogorov_p(std::vector<double> sample, const std::function<double(double)>& F);

}  // namespace models
