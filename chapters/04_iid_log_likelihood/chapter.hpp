#pragma once
// What the parts of chapter 04 are called, in the order of its text. What stands under the name of a part is
// defined in that file.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/autoregression.hpp"
#include "models/data/dataset.hpp"
#include "plots/output.hpp"

namespace ch04 {

// ---
// normal_data.cpp: numbers under one normal distribution. What a dataset is, its log-likelihood as a sum, and why
// it is not a product.

using Numbers = std::vector<double>;

// N(μ, σ²), by the logarithm of its variance, which may be any real number.
struct Normal {
  double mu = 1.5;
  double log_var = 1.4;
};

// N readings of an instrument that shows one decimal: numbers from `normal`, rounded, so that many are equal.
Numbers readings(int n, const Normal& normal, std::uint64_t seed);

// A log-likelihood and its gradient in μ and log σ², in nats.
struct LogLikelihood {
  double value = 0;
  Numbers gradient{};
};

// log p(D) = Σ log N(xᵢ; μ, σ²), the sum and its gradient by the tape.
LogLikelihood on_the_tape(std::span<const double> x, const Normal& normal);

// All that log p(D) depends on: N, Σx and Σx² are sufficient statistics of a normal distribution.
struct Statistics {
  double n = 0, sum = 0, sum_of_squares = 0;
};
Statistics statistics(std::span<const double> x);

// The same without the data.
LogLikelihood in_closed_form(const Statistics& statistics, const Normal& normal);

// Where the product of the densities of x₁ .. x_N, in the number type S, is first 0: the least such N.
template <class S>
int first_zero_of_product(std::span<const double> x, const Normal& normal);
// The least N for which Σ log p(xᵢ) lies below `threshold`. Both throw std::logic_error if x is too short.
int first_sum_below(std::span<const double> x, const Normal& normal, double threshold);
// The logarithm of the smallest positive number of type S.
template <class S>
double log_smallest();

// The checks. What each compares is an argument, so that it can be broken.

// eq:dataset: neither the order nor a repetition may get lost.
void check_dataset(lesson::Lesson& lesson, const std::function<double(std::span<const double>)>& log_p);

// eq:iid: the sum by the tape against the closed form, its gradient, and the logarithm of the product.
void check_sum(lesson::Lesson& lesson,
               const std::function<LogLikelihood(const Statistics&, const Normal&)>& closed_form);

// eq:iid: the product becomes 0 just where the sum passes the logarithm of the smallest number, which is given
// in float and in double.
void check_underflow(lesson::Lesson& lesson, double log_smallest_float, double log_smallest_double);

// ---
// rounding.cpp: what rounding does to Σ log p(x). The same numbers, added in three ways and in several orders.

// A way of adding up, in either number type.
struct Summation {
  float (*in_float)(std::span<const float>);
  double (*in_double)(std::span<const double>);
};
Summation naive();
Summation pairwise();
Summation compensated();

// The terms log p(xᵢ) of N points from N(0, 1) under their own distribution, rounded to S: all near -1.42 nats.
template <class S>
std::vector<S> log_densities(int n, std::uint64_t seed, std::uint64_t number = 0);

// For the figure: the relative error in float by the number of terms, as the root mean square over several datasets;
// and that of adding one by one where all terms are equal, log 1/10 each.
struct ErrorsByCount {
  std::vector<double> n, naive, pairwise, compensated, naive_of_equal;
};
ErrorsByCount relative_errors(int largest, std::uint64_t seed);

// eq:iid: each way of adding keeps its proved bound on n terms, in float and in double.
void check_bounds(lesson::Lesson& lesson, int n, const Summation& naive, const Summation& pairwise,
                  const Summation& compensated);

// eq:dataset: does the computed sum depend on the order of the n terms?
void check_orders(lesson::Lesson& lesson, int n, const Summation& naive, const Summation& compensated);

// ---
// dependence.cpp: what it costs to take data as independent that are not. They come from the stationary autoregression
// AR(1), whose correlation ρ between neighbours goes from none to all.

// How much is sampled: datasets, each of so many consecutive points.
struct Series {
  int datasets = 20'000;
  int length = 100;
};

// Σ log N(xₜ; μ, σ²): every point by itself, as if they were independent. In nats.
double iid_log_prob(const models::Autoregression& model, std::span<const double> x);

// log p(D) - Σ log p(xₜ): the price of the assumption, the mean over datasets with its standard error.
lesson::Estimate sampled_price(const models::Autoregression& model, const Series& series, std::uint64_t seed);

// x̄ is normal with variance σ²/n · inflation. So an error bar x̄ ± 1.96 σ/√n, made for independent points, holds μ
// with probability P(|Z| < 1.96 / √inflation).
double coverage(double inflation);
// The share of datasets in which x̄ ± 1.96 · standard_error holds μ. Its own standard error is √(p (1 - p) /
// datasets), p being the exact coverage.
lesson::Estimate sampled_coverage(const models::Autoregression& model, const Series& series, double standard_error,
                                  double p, std::uint64_t seed);

// log p(D) of n points in one piece: the density N(μ, Σ) with Σᵢⱼ = σ² ρ^|i-j|, by a Cholesky factor on the tape. And
// the mutual information of all n points, -½ log det of their correlations.
double log_prob_by_covariance(const models::Autoregression& model, std::span<const double> x);
double total_correlation(double rho, int n);

// eq:iid: log p(D) is the chain of conditionals, and exceeds the i.i.d. formula by `information` (of ρ, in nats) for
// every point but the first.
void check_price(lesson::Lesson& lesson, const Series& series, const std::function<double(double rho)>& information);

// eq:iid: the variance of x̄ is larger by `inflation` (of ρ and n), and the i.i.d. error bar holds μ less often.
void check_coverage(lesson::Lesson& lesson, const Series& series,
                    const std::function<double(double rho, int n)>& inflation);

// ---
// discrete.cpp: data with finitely many values, where maximum likelihood and the KL divergence can be counted out.
// They are the labels of handwritten digits, and their pixels in black and white.

// KL(p ‖ q) in nats.
using Divergence = std::function<double(std::span<const double> p, std::span<const double> q)>;

// A dataset of images whose pixels are drawn black or white once, by the seed.
struct BlackAndWhite {
  const models::Dataset& data;
  std::uint64_t seed;
};

// Throws std::invalid_argument unless there are images of at least 3×3 pixels, some of which differ between images.
void require_varied(const BlackAndWhite& images);

// All 3×3 windows at multiples of 3, as numbers 0 .. 511: bit j is pixel j, row by row.
inline constexpr int kWindow = 3, kWindowPixels = kWindow * kWindow, kWindows = 1 << kWindowPixels;
std::vector<int> windows(const BlackAndWhite& images);
// The distribution of a window whose pixels are independent, pixel j being 1 with probability θⱼ.
std::vector<double> independent_pixels(std::span<const double> theta);
// θ̂ⱼ, the share of the windows with pixel j on: 1 - θ̂ⱼ and θ̂ⱼ are the distribution of pixel j.
std::vector<double> pixel_means(std::span<const int> windows);

// eq:ml-kl on labels and on windows: (1/N) log p_θ(D) = -H(p̂) - KL(p̂ ‖ p_θ).
void check_ml_kl(lesson::Lesson& lesson, const BlackAndWhite& images, const Divergence& kl);

// (1/N) log p(D) of images of independent pixels, from the mean mⱼ of each pixel over the images:
//   Σⱼ [ mⱼ log θⱼ + (1 - mⱼ) log(1 - θⱼ) ]
using PixelFormula = std::function<double(std::span<const double> means, std::span<const double> theta)>;
double pixels_in_closed_form(std::span<const double> means, std::span<const double> theta);

// eq:iid over images and over pixels: log p(D) = Σ_images Σ_pixels log Bernoulli(x; θ), by the tape and
// in closed form.
void check_pixels(lesson::Lesson& lesson, const BlackAndWhite& images, const PixelFormula& closed_form,
                  const Divergence& kl);

// ---
// figures.cpp: the chapter's figures.

// Π p(x) and Σ log p(x) by the number of points: where the product becomes 0.
void plot_underflow(std::span<const double> x, const Normal& normal, const plots::Output& output);

// The relative error of a float sum by the number of terms.
void plot_rounding(const ErrorsByCount& errors, const plots::Output& output);

// What the i.i.d. formula misses, and how often its error bar is right, by ρ: exact curves and sampled points.
void plot_price(const Series& series, std::uint64_t seed, const plots::Output& output);
void plot_coverage(const Series& series, std::uint64_t seed, const plots::Output& output);

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right
// ones every check holds; --break and the tests replace one and watch a check fail.

struct Ingredients {
  double (*log_p)(std::span<const double> x);                             // log p(D): a sum over the list x
  LogLikelihood (*closed_form)(const Statistics&, const Normal& normal);  // the same from N, Σx and Σx²
  double (*log_smallest_float)();                                         // -103.3, of the smallest positive number
  double (*log_smallest_double)();                                        // -744.4
  Summation naive, pairwise, compensated;
  double (*information)(double rho);       // -½ log(1 - ρ²), between neighbours in AR(1)
  double (*inflation)(double rho, int n);  // 1 + 2 Σ (1 - k/n) ρᵏ, of the variance of x̄
  double (*pixels)(std::span<const double> means, std::span<const double> theta);  // Σ m log θ + (1 - m) log(1 - θ)
  double (*divergence)(std::span<const double> p, std::span<const double> q);      // KL(p ‖ q)
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

}  // namespace ch04
