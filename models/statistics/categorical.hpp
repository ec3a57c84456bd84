#pragma once
// Distributions over K states 0 .. K-1, given by their probabilities. Everything is in nats.
//
// All throw std::invalid_argument for probabilities that are negative or do not sum to 1 (to 1e-9), and for two
// distributions over different numbers of states.

#include <span>
#include <vector>

namespace models {

// H(p) = -Σₖ pₖ log pₖ, with 0 log 0 = 0: between 0 (one sure state) and log K (uniform).
double entropy(std::span<const double> p);

// H(p, q) = -Σₖ pₖ log qₖ: what data from p cost under the model q. Infinite if q rules out a state that p has.
double cross_entropy(std::span<const double> p, std::span<const double> q);

// KL(p ‖ q) = Σₖ pₖ log(pₖ / qₖ) = H(p, q) - H(p) >= 0, and 0 only for p = q. Not symmetric. Infinite as H(p, q) is.
double kl_divergence(std::span<const double> p, std::span<const double> q);

// p̂ₖ = (number of i with xᵢ = k) / N. Throws std::invalid_argument for no data and for a state outside 0 .. K-1.
std::vector<double> empirical_distribution(std::span<const int> x, int states);

// log p(D) = Σᵢ log p(xᵢ). Throws std::invalid_argument for a state outside 0 .. K-1.
double log_likelihood(std::span<const int> x, std::span<const double> p);

}  // namespace models
