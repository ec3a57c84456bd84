#pragma once
// Annealed importance sampling: log p(x) by way of densities between the prior and the posterior,
//   p_β(z) ∝ p(z) p(x|z)^β,      0 = β_0 < β_1 < ... < β_T = 1.
// Their normalisers Z_0 = 1 and Z_T = p(x) are tied together by T ratios that are each easy to estimate (Neal 2001).

#include <cstdint>
#include <vector>

#include "models/inference/log_joint.hpp"
#include "models/inference/mcmc.hpp"

namespace models {

// log p(z) and log p(x_i | z) apart, for every row.
struct PriorAndLikelihood {
  LogJoint log_prior, log_likelihood;

  // log p(z) + β log p(x|z)
  LogJoint at(double beta) const;
};

// T + 1 values β_t = (t/T)^power. A power above 1 takes smaller steps near the prior, where p_β changes fastest.
// Throws std::invalid_argument unless T >= 1 and power > 0.
std::vector<double> powers_of_temperature(int T, double power);

// Upwards, from a draw of the prior in each row: log w += (β_t - β_{t-1}) log p(x|z), then z moves by HMC in p_{β_t}.
// E[w] = p(x), so the mean of log w, or of the logarithm of an average of w, is below log p(x) in expectation.
// Returns log w, n numbers. Throws std::invalid_argument unless the betas rise from 0 to 1.
Eigen::ArrayXd anneal(const PriorAndLikelihood& model, const Matrix<double>& prior_draws,
                      const std::vector<double>& betas, const HmcSettings& settings, std::uint64_t seed);

// The way back, from an exact draw of the posterior in each row: the same moves in reverse order. E[1/w] = 1/p(x), so
// log w is above log p(x) in expectation (Grosse, Ghahramani & Adams 2015). An exact draw of p(z|x) is at hand where x
// itself was drawn from the model: the z that x was made from. The same errors.
Eigen::ArrayXd anneal_backward(const PriorAndLikelihood& model, const Matrix<double>& posterior_draws,
                               const std::vector<double>& betas, const HmcSettings& settings, std::uint64_t seed);

}  // namespace models
