// The exercises of chapter 04: points, minutes and hints, and how each answer is checked.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "chapters/04_iid_log_likelihood/exercises/exercise.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "models/statistics/summation.hpp"

namespace ch04 {
namespace {

using lesson::Exercise;
using models::kLog2Pi;
using models::Purpose;
using models::Random;
using Numbers = std::vector<double>;

constexpr double kTolerance = 1e-10;  // of a number that is right: room for another way of summing

// Numbers with one decimal, so that many are equal, and a normal distribution that is not quite theirs.
struct Instance {
  Numbers x;
  double mu, sigma;

  explicit Instance(std::uint64_t seed) : x(3000 + 10 * (seed % 4)) {
    const Random random(seed, Purpose::data, 1);
    mu = 1 + random.uniform(0);
    sigma = 1.5 + random.uniform(1);
    Random(seed, Purpose::data).fill_normal(x);
    for (double& x_i : x) x_i = std::round(10 * (2 + 3 * x_i)) / 10;
  }
  double n() const { return x.size(); }
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

// 4.1

void check_log_likelihood(lesson::Attempt& attempt) {
  const Instance all(attempt.seed());
  Instance few = all;
  few.x.resize(6 + attempt.seed() % 3);
  few.x.back() = few.x[0];  // a repetition
  attempt.equal(log_likelihood(few.x, few.mu, few.sigma), few.log_p(), kTolerance, mistakes(few));
  const double yours = log_likelihood(all.x, all.mu, all.sigma);
  attempt.require(std::isfinite(yours),
                  fmt::format("right for {} points, but {} for {}\n"
                              "likely: the product of the densities is 0 before its logarithm is taken. Which comes "
                              "first, the product or the log?",
                              few.x.size(), yours, all.x.size()));
  attempt.equal(yours, all.log_p(), kTolerance, mistakes(all));
}

const Exercise kLogLikelihood{
    .number = "4.1",
    .slug = "eq:iid",
    .task = "the log-likelihood of normal data",
    .statement = "log p(D) = Σ log N(x; μ, σ²)",
    .points = 1,
    .minutes = 10,
    .hints = {"What happens to a product of thousands of densities, each below 1? And to its logarithm?",
              "Take the logarithm on paper first: log of exp is gone, the product has become a sum.",
              "Add up, over all x: -0.5 * (log(2 * pi * sigma * sigma) + (x - mu) * (x - mu) / (sigma * sigma)), with "
              "std::numbers::pi."},
    .check = check_log_likelihood};

// 4.2

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

const Exercise kSummary{
    .number = "4.2",
    .slug = "eq:iid",
    .task = "the same without the data, from three numbers",
    .statement = "log p(D) from N, Σ x and Σ x²",
    .points = 2,
    .minutes = 15,
    .hints = {"Only one part of log N(x; μ, σ²) depends on x. What is its sum over the data?",
              "Multiply out (xᵢ - μ)² and sum each of the three terms. How often does μ² come?",
              "squares = sum_of_squares - 2 * mu * sum + n * mu * mu; then -0.5 * (n * log(2πσ²) + squares / σ²)."},
    .check = check_summary};

// 4.3

// Whole numbers of all sizes, the large ones in pairs that cancel. The first one is small and meets
// a larger one. No order makes plain addition exact: the two largest add up to a number of 54 bits,
// and what takes it away again is smaller.
Numbers large_and_small(std::uint64_t seed) {
  const Random random(seed, Purpose::data);
  Numbers numbers;
  for (std::uint64_t i = 0; i < 12 + seed % 5; ++i) numbers.push_back(1 + random.below(9, i));
  for (const double large : {0x1p80, 0x1p81, 0x1p82}) numbers.push_back(large), numbers.push_back(-large);
  for (const double large : {0x1p90 + 0x1p38, 0x1p89 + 0x1p37}) numbers.push_back(large);
  for (const double part : {0x1p89, 0x1p89, 0x1p89, 0x1p38 + 0x1p37}) numbers.push_back(-part);
  Numbers x{5.0 + seed % 7, 0x1p79};
  for (const int i : Random(seed, Purpose::shuffle).permutation(numbers.size())) x.push_back(numbers[i]);
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

const Exercise kCompensatedSum{
    .number = "4.3",
    .slug = "eq:iid",
    .task = "a sum that forgets nothing",
    .statement = "Σ x, rounded once: the lost part of s = a + b is (a - s) + b for |a| ≥ |b|",
    .points = 2,
    .minutes = 20,
    .hints =
        {"Keep two numbers: the sum so far, and all that rounding has dropped from it. When are they added?",
         "In each step compute the new sum first, then the lost part from the old sum, the number and the new sum. "
         "The larger of old sum and number, in absolute value, stands first in the formula.",
         "rounded = sum + x; lost += |sum| >= |x| ? (sum - rounded) + x : (x - rounded) + sum; sum = rounded; and at "
         "the very end sum + lost. Do not simplify the brackets."},
    .check = check_compensated_sum};

// 4.4

int number_of_states(std::uint64_t seed) { return 4 + seed % 3; }

// All states but the last, if it is not `seen`; each of the others at least once.
std::vector<int> data(std::uint64_t seed, bool seen) {
  const Random random(seed, Purpose::data, seen ? 1 : 2);
  const int states = number_of_states(seed) - (seen ? 0 : 1);
  std::vector<int> x;
  for (int k = 0; k < states; ++k) x.push_back(k);
  for (std::uint64_t i = 0; i < 30 + seed % 4; ++i) x.push_back(random.below(states, i));
  return x;
}

Numbers model(std::uint64_t seed) {
  Numbers p(number_of_states(seed));
  Random(seed, Purpose::data, 3).fill_uniform(p);
  double total = 0;
  for (double& p_k : p) total += p_k += 0.1;
  for (double& p_k : p) p_k /= total;
  return p;
}

void check_on(lesson::Attempt& attempt, const std::vector<int>& x, const Numbers& p) {
  const Numbers p_hat = models::empirical_distribution(x, p.size());
  const double N = x.size(), H = models::entropy(p_hat), right = models::kl_divergence(p_hat, p);
  std::vector<lesson::Mistake> wrong{
      {-right, "-1", "the sign. Can a divergence be negative?"},
      {N * right, "N", "counts stand where shares belong. What do the p̂ₖ add up to?"},
      {right / std::numbers::ln2, "1/log 2", "this is in bits. Nats need the natural logarithm."},
      {right + H, "", "this is the cross entropy -(1/N) log p(D). What would p = p̂ cost?"},
      {-right - H, "", "this is (1/N) log p(D). How far below its maximum does it lie?"},
      {H, "", "this is the entropy of the data: the model does not come into it."},
      {right + 2 * H, "", "the entropy is added, not subtracted."}};
  double over_model = 0, over_states = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (p_hat[k] == 0) continue;
    over_model += p[k] * std::log(p_hat[k] / p[k]);
    over_states += std::log(p_hat[k] / p[k]);
  }
  wrong.push_back({over_states, "", "the logarithms are not weighted. How often is each state seen?"});
  wrong.push_back({-over_model, "", "this is KL( p ‖ p̂ ). Over which of the two is the mean taken?"});
  wrong.push_back({over_model, "", "the weights are the model's. Over which of the two is the mean taken?"});
  attempt.equal(divergence_from_data(x, p), right, kTolerance, wrong);
}

void check_divergence(lesson::Attempt& attempt) {
  const Numbers p = model(attempt.seed());
  check_on(attempt, data(attempt.seed(), true), p);
  const std::vector<int> x = data(attempt.seed(), false);
  const double yours = divergence_from_data(x, p);
  attempt.require(!std::isnan(yours),
                  "right where all states are seen; with one that is not, NaN\n"
                  "likely: 0 · log 0. What is the limit of p log p as p goes to 0?");
  attempt.require(std::isfinite(yours),
                  "right where all states are seen; with one that is not, infinite\n"
                  "likely: log 0 is taken for a state without data. How much does it weigh?");
  check_on(attempt, x, p);
}

const Exercise kDivergence{
    .number = "4.4",
    .slug = "eq:ml-kl",
    .task = "the divergence of a model from counted data",
    .statement = "KL( p̂ ‖ p ) = -H(p̂) - (1/N) log p(D)",
    .points = 2,
    .minutes = 15,
    .hints =
        {"Count first. If the model were p̂ itself, the answer would have to be 0: does yours?",
         "Each state weighs as much as it is seen: p̂ₖ stands in front of the logarithm. What does a state add that "
         "is never seen?",
         "for every k with p̂ₖ > 0 add p̂ₖ * log(p̂ₖ / pₖ)."},
    .check = check_divergence};

// 4.5

void check_price_of_independence(lesson::Attempt& attempt) {
  const Random random(attempt.seed(), Purpose::data);
  const double rho = (attempt.seed() % 2 == 0 ? 1 : -1) * (0.3 + 0.6 * random.uniform(0));
  const int n = 5 + random.below(40, 1);
  const double pair = -0.5 * std::log1p(-rho * rho), right = (n - 1) * pair;
  attempt.equal(
      price_of_independence(rho, n), right, kTolerance,
      {{-right, "-1", "the sign. Which of the two describes the data better, on average?"},
       {n * pair, "n / (n - 1)", "n times. How many pairs of neighbours do n points have?"},
       {pair, "1 / (n - 1)", "this is one pair of neighbours. How many are there?"},
       {2 * right, "2", "the factor ½. The logarithm of the standard deviation, or of the variance?"},
       {right / std::numbers::ln2, "1/log 2", "this is in bits. Nats need the natural logarithm."},
       {-0.5 * (n - 1) * std::log1p(-rho), "", "ρ stands where ρ² belongs. What is the conditional variance?"},
       {0.5 * (n - 1) * std::log((1 + rho) / (1 - rho)), "",
        "(1 + ρ) / (1 - ρ) belongs to the variance of the mean. Which variances stand in the log densities?"},
       {right + 0.5 * (n - 1) * rho * rho, "",
        "the squares do not cancel in your answer. The expectation of (x - mean)² / variance is 1 for both."},
       {right - 0.5 * (n - 1) * rho * rho, "",
        "the squares do not cancel in your answer. The expectation of (x - mean)² / variance is 1 for both."}});
}

const Exercise kPrice{
    .number = "4.5",
    .slug = "eq:iid",
    .task = "the price of taking neighbours as independent, derived on paper",
    .statement = "E[ log p(D) - Σ log p(x) ] of n points of AR(1)",
    .points = 3,
    .minutes = 25,
    .hints =
        {"Write log p(D) as a chain, log p(x₁) + Σ log p(xₜ | xₜ₋₁). Which terms cancel against Σ log p(xₜ)?",
         "For each t > 1 the difference of two normal log densities is left. A normal variable's (x - mean)² / "
         "variance has expectation 1, under either of the two.",
         "The squares cancel on average; of the log variances, -½ log((1 - ρ²)σ²) + ½ log σ² is left, once for each "
         "pair of neighbours. How many pairs are there?"},
    .check = check_price_of_independence};

}  // namespace
}  // namespace ch04

int main(int argc, char** argv) {
  using namespace ch04;
  return lesson::check_exercises(argc, argv, "04_iid_log_likelihood",
                                 {kLogLikelihood, kSummary, kCompensatedSum, kDivergence, kPrice});
}
