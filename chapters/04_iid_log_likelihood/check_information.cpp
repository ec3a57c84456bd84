// 4.4 and 4.5: divergence from data, and the price of the i.i.d. assumption.
#include <cmath>
#include <numbers>
#include <vector>

#include "chapters/04_iid_log_likelihood/check.hpp"
#include "chapters/04_iid_log_likelihood/exercise.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/random.hpp"

namespace ch04 {
namespace {

using models::Purpose;
using models::Random;
using Numbers = std::vector<double>;

constexpr int kStates = 5;

// All states but the last, if it is not `seen`; each of the others at least once.
std::vector<int> data(std::uint64_t seed, bool seen) {
  const Random random(seed, Purpose::data, seen ? 1 : 2);
  const int states = seen ? kStates : kStates - 1;
  std::vector<int> x;
  for (int k = 0; k < states; ++k) x.push_back(k);
  for (std::uint64_t i = 0; i < 30; ++i) x.push_back(static_cast<int>(random.below(static_cast<unsigned>(states), i)));
  return x;
}

Numbers model(std::uint64_t seed) {
  Numbers p(kStates);
  Random(seed, Purpose::data, 3).fill_uniform(p);
  double total = 0;
  for (double& p_k : p) total += p_k += 0.1;
  for (double& p_k : p) p_k /= total;
  return p;
}

void check_on(lesson::Attempt& attempt, const std::vector<int>& x, const Numbers& p) {
  const Numbers p_hat = models::empirical_distribution(x, kStates);
  const double N = static_cast<double>(x.size()), H = models::entropy(p_hat), right = models::kl_divergence(p_hat, p);
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

}  // namespace

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

void check_price_of_independence(lesson::Attempt& attempt) {
  const Random random(attempt.seed(), Purpose::data);
  const double rho = (attempt.seed() % 2 == 0 ? 1 : -1) * (0.3 + 0.6 * random.uniform(0));
  const int n = 5 + static_cast<int>(random.below(40, 1));
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

}  // namespace ch04
