// 4.1 to 4.3: the log-likelihood of normal data, and sums.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "chapters/04_iid_log_likelihood/check.hpp"
#include "chapters/04_iid_log_likelihood/exercise.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "models/statistics/summation.hpp"

namespace ch04 {
namespace {

using models::kLog2Pi;
using models::Purpose;
using models::Random;
using Numbers = std::vector<double>;

// Numbers with one decimal, so that many are equal, and a normal distribution that is not quite theirs.
struct Instance {
  Numbers x;
  double mu, sigma;

  explicit Instance(std::uint64_t seed) : x(3000) {
    const Random random(seed, Purpose::data, 1);
    mu = 1 + random.uniform(0);
    sigma = 1.5 + random.uniform(1);
    Random(seed, Purpose::data).fill_normal(x);
    for (double& x_i : x) x_i = std::round(10 * (2 + 3 * x_i)) / 10;
  }
  double n() const { return static_cast<double>(x.size()); }
  double variance() const { return sigma * sigma; }
  // Σ (xᵢ - μ)^power
  double moment(int power) const {
    return std::accumulate(x.begin(), x.end(), 0.0,
                           [&](double sum, double x_i) { return sum + std::pow(x_i - mu, power); });
  }
  // Σ log N(xᵢ; μ, σ²), with `log_variance` and `squares` as a mistake makes them
  double log_p(double log_variance, double squares) const { return -0.5 * (n() * (kLog2Pi + log_variance) + squares); }
  double log_p() const { return log_p(std::log(variance()), moment(2) / variance()); }
  Instance without_repetitions() const {
    Instance distinct = *this;
    std::ranges::sort(distinct.x);
    distinct.x.erase(std::unique(distinct.x.begin(), distinct.x.end()), distinct.x.end());
    return distinct;
  }
};

std::vector<lesson::Mistake> mistakes(const Instance& of) {
  const double right = of.log_p(), log_variance = std::log(of.variance()), squares = of.moment(2) / of.variance();
  return {
      {-right, "-1", "the sign. A density below 1 has a negative logarithm."},
      {right / of.n(), "1/N", "a mean over the points. The probability of all of them is a product of N factors."},
      {2 * right, "2", "the factor ½ is missing. What stands before the square in a normal's exponent?"},
      {right / std::numbers::ln2, "1/log 2", "this is in bits. Nats need the natural logarithm."},
      {right / std::numbers::ln10, "1/log 10", "this is in decimal digits. Nats need the natural logarithm."},
      {of.without_repetitions().log_p(), "", "equal points are counted once. Is a second reading no evidence?"},
      {of.log_p(log_variance, of.moment(2)), "", "the square is not divided by σ²."},
      {of.log_p(log_variance, of.moment(2) / of.sigma), "", "the square is divided by σ. Which unit has (x - μ)²?"},
      {of.log_p(log_variance / 2, squares), "", "log σ stands where log σ² belongs, inside the bracket."},
      {of.log_p(0, squares), "", "log σ² is missing: a density's peak is lower the wider it is."},
      {of.log_p(log_variance - kLog2Pi, squares), "", "log 2π is missing. It counts once for every point."},
      {of.log_p(log_variance, of.moment(1) / of.variance()), "", "x - μ is not squared."}};
}

}  // namespace

void check_log_likelihood(lesson::Attempt& attempt) {
  const Instance all(attempt.seed());
  Instance few = all;
  few.x.resize(7);
  few.x[6] = few.x[0];  // a repetition
  attempt.equal(log_likelihood(few.x, few.mu, few.sigma), few.log_p(), kTolerance, mistakes(few));
  const double yours = log_likelihood(all.x, all.mu, all.sigma);
  attempt.require(std::isfinite(yours),
                  fmt::format("right for {} points, but {} for {}\n"
                              "likely: the product of the densities is 0 before its logarithm is taken. Which comes "
                              "first, the product or the log?",
                              few.x.size(), yours, all.x.size()));
  attempt.equal(yours, all.log_p(), kTolerance, mistakes(all));
}

void check_summary(lesson::Attempt& attempt) {
  const Instance of(attempt.seed());
  Summary summary{of.n(), 0, 0};
  for (const double x_i : of.x) summary.sum += x_i, summary.sum_of_squares += x_i * x_i;
  const auto [n, sum, sum_of_squares] = summary;
  const double mu = of.mu, log_variance = std::log(of.variance());
  const auto with = [&](double squares, const char* likely) {
    return lesson::Mistake{of.log_p(log_variance, squares / of.variance()), "", likely};
  };
  std::vector<lesson::Mistake> wrong{
      with(sum_of_squares, "Σ x² stands for Σ (x - μ)²: the data lie around μ, not around 0."),
      with(sum_of_squares - n * mu * mu, "Σ x² - Nμ² is Σ (x - μ)² only if μ is the mean of the data."),
      with(sum_of_squares - 2 * mu * sum, "the term μ² of the square is missing."),
      with(sum_of_squares - 2 * mu * sum + mu * mu, "μ² comes once for every point."),
      with(sum_of_squares - mu * sum + n * mu * mu, "the factor 2 of -2μ Σ x is missing."),
      with(sum_of_squares + 2 * mu * sum + n * mu * mu, "the sign of 2μ Σ x. What is (x - μ)²?"),
      with(sum_of_squares - sum * sum / n,
           "this is the spread around the data's own mean. The model's μ is asked for."),
      with((sum - n * mu) * (sum - n * mu), "a square of the sum, where the sum of the squares is asked for."),
      {-0.5 * (kLog2Pi + log_variance + of.moment(2) / of.variance()), "",
       "log 2πσ² comes once for every point, as the squares do."}};
  for (const lesson::Mistake& mistake : mistakes(of)) wrong.push_back(mistake);
  attempt.equal(log_likelihood_from_summary(summary, mu, of.sigma), of.log_p(), kTolerance, wrong);
}

namespace {

// Whole numbers of all sizes, the large ones in pairs that cancel. The first one is small and meets a larger one.
Numbers large_and_small(std::uint64_t seed) {
  const Random random(seed, Purpose::data);
  Numbers numbers;
  for (std::uint64_t i = 0; i < 12; ++i) numbers.push_back(1 + random.below(9, i));
  for (const double large : {0x1p80, 0x1p81, 0x1p82}) numbers.push_back(large), numbers.push_back(-large);
  Numbers x{5 + static_cast<double>(seed % 7), 0x1p79};
  for (const int i : Random(seed, Purpose::shuffle).permutation(static_cast<int>(numbers.size())))
    x.push_back(numbers[static_cast<std::size_t>(i)]);
  for (const double last : {-0x1p79, 0x1p53, 1.0, 1.0, 1.0, -0x1p53, 3.0}) x.push_back(last);
  return x;
}

// Kahan's sum, which takes for granted that the sum so far is larger than the next number.
double kahan_sum(const Numbers& x) {
  double sum = 0, correction = 0;
  for (const double x_i : x) {
    const double corrected = x_i - correction, next = sum + corrected;
    correction = (next - sum) - corrected;
    sum = next;
  }
  return sum;
}

// Neumaier's without the comparison, and what it collected apart.
std::array<double, 2> without_comparison(const Numbers& x) {
  double sum = 0, lost = 0;
  for (const double x_i : x) {
    const double next = sum + x_i;
    lost += (sum - next) + x_i;
    sum = next;
  }
  return {sum, lost};
}

}  // namespace

void check_compensated_sum(lesson::Attempt& attempt) {
  const Numbers x = large_and_small(attempt.seed());
  const double plain = models::naive_sum<double>(x), right = models::compensated_sum<double>(x);
  const auto [sum, lost] = without_comparison(x);
  attempt.equal(compensated_sum(x), right, 1e-12,
                {{plain, "", "plain addition, or the lost parts are never added. Where do they go at the end?"},
                 {2 * plain - right, "", "the lost parts are subtracted. Is lost = s - (a + b), or (a + b) - s?"},
                 {right - plain, "", "these are the lost parts alone. What are they missing from?"},
                 {kahan_sum(x), "", "Kahan's sum loses its own sum to a larger number. Which of a and b is larger?"},
                 {sum + lost, "", "(a - s) + b is the lost part only for |a| >= |b|. Which one is a?"}});
}

}  // namespace ch04
