#pragma once
// What a minibatch estimates, and the two ways to its average: over every minibatch a sampler can draw, written out
// (no sampling error is left to hide in), and over a great many that are drawn.

#include <cstdint>
#include <functional>

#include "chapters/05_minibatch_sgd/likelihood.hpp"
#include "models/data/minibatch.hpp"
#include "models/statistics/estimate.hpp"

namespace ch05 {

// What the sum over a minibatch of M of N points is multiplied with.
using Factor = double (*)(int N, int M);
inline double n_over_m(int N, int M) { return static_cast<double>(N) / M; }
inline double one(int, int) { return 1; }
inline double one_over_m(int, int M) { return 1.0 / M; }

// One number or several, computed from a minibatch.
using Statistic = std::function<Vector(Points)>;

// c(N, M) Σ_{j∈M} ∇log p(x_j), and c(N, M) Σ_{j∈M} log p(x_j). The model must outlive them.
Statistic gradient_estimate(const Model& model, Factor c);
Statistic value_estimate(const Model& model, Factor c);

// All minibatches that a sampler can draw, each equally likely.
using Batches = std::vector<std::vector<int>>;

// M neighbours in the order of the file, as a reader without shuffling gets them: from each of the N-M+1 places where
// they can start, or from each of N if the file is read as a circle.
Batches blocks(int N, int M);
Batches circular_blocks(int N, int M);

// π_j, the share of a sampler's minibatches that hold point j (twice, if it stands there twice): N numbers.
Vector inclusion(const Batches& all, int N);

// Σ_{j∈M} w_j ∇log p(x_j): with w_j = 1/π_j unbiased for any sampler with all π_j > 0 (Horvitz & Thompson 1952).
Statistic weighted_gradient(const Model& model, const Vector& weights);

// A statistic's distribution over equally likely minibatches: one row a minibatch, and their mean and covariance
// (1/n, for this is the whole distribution and no sample).
Matrix<double> outcomes(const Batches& all, const Statistic& statistic);
Vector mean(const Matrix<double>& outcomes);
Matrix<double> covariance(const Matrix<double>& outcomes);
// What theory says of the covariance of c Σ_{j∈M} g_j, for a statistic g of single points:
//   c² M S · correction,   S = (1/divisor) Σ_i (g_i - ḡ)(g_i - ḡ)ᵀ
// Right are divisor N, and the correction 1 with replacement, (N-M)/(N-1) without.
Matrix<double> predicted_covariance(const Statistic& g, int N, int M, double c, double correction, double divisor);

inline Vector expectation(const Batches& all, const Statistic& statistic) { return mean(outcomes(all, statistic)); }

// A minibatch for every draw 0, 1, 2, ... ; valid until the next one.
using Sampler = std::function<Points(std::uint64_t draw)>;

// Independent minibatches of M of N points, by the class that training uses: with replacement, or the first batch of a
// fresh permutation.
Sampler draws(int N, int M, models::Order order, std::uint64_t seed);

// Mean and standard error of a statistic over `count` draws.
models::RunningMeans sample(const Sampler& sampler, const Statistic& statistic, int count);

// The estimates c(N, M, m) Σ_{j∈M} ∇log p(x_j) of one epoch's minibatches, averaged with the weights m/N, the share of
// the points that a batch of m holds. It is exactly ∇log p(D) for c = N/m.
using LastFactor = double (*)(int N, int M, int m);
Vector epoch_average(const Model& model, models::Minibatches& batches, std::uint64_t epoch, LastFactor c);

// How the error of a mean falls with the number R of draws it is taken of: for each R the average of (mean - truth)²
// over `repeats` independent means, with its standard error. Unbiased draws give Var/R, biased ones stay at bias².
// Draws are of the equally likely numbers in `outcomes`.
std::vector<models::Estimate> squared_errors(const Vector& outcomes, double truth, std::span<const int> R, int repeats,
                                             std::uint64_t seed);

}  // namespace ch05
