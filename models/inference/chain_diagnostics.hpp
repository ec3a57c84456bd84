#pragma once
// What Markov chains are worth: whether several have come to the same distribution, and how many independent draws
// their dependent ones replace. One column a chain, one row a draw.

#include <Eigen/Core>

#include "models/statistics/estimate.hpp"

namespace models {

// R̂, with every chain cut into halves of n draws: the square root of an estimate of the variance of all that also
// counts how far the halves' means lie apart, over the mean variance W within a half,
//   R̂² = ( (n-1)/n W + B/n ) / W,      B/n = the variance of the halves' means       (Gelman & Rubin 1992; BDA3 11.4)
// It tends to 1; above 1.01, the halves have not all seen the same distribution (Vehtari et al. 2021).
// Throws std::invalid_argument for less than four draws or no chain.
double split_r_hat(const Eigen::MatrixXd& draws);

// How many independent draws give a mean with the same variance, all chains together:
//   N_eff = N / (1 + 2 Σ_{t>=1} ρ_t)
// with ρ_t the correlation of draws that are t apart, under the variance that R̂ uses. Sums of two neighbours,
// ρ_2t + ρ_2t+1, are positive and fall for a reversible chain; the sum ends at the first estimate below 0 (Geyer
// 1992, initial monotone sequence). N_eff may exceed N. The same errors.
double effective_sample_size(const Eigen::MatrixXd& draws);

// The mean of all draws, with the standard error √(variance / N_eff).
Estimate chain_mean(const Eigen::MatrixXd& draws);

}  // namespace models
