// The exercises of chapter 04: points, minutes and hints. What is checked stands in check_likelihood.cpp and
// check_information.cpp.
#include "chapters/04_iid_log_likelihood/check.hpp"

namespace {

using lesson::Exercise;

const Exercise kLogLikelihood{
    .number = "4.1",
    .slug = "eq:iid",
    .statement = "log p(D) = Σ log N(x; μ, σ²)",
    .points = 1,
    .minutes = 10,
    .hints = {"What happens to a product of thousands of densities, each below 1? And to its logarithm?",
              "Take the logarithm on paper first: log of exp is gone, the product has become a sum.",
              "Add up, over all x: -0.5 * (log(2 * pi * sigma * sigma) + (x - mu) * (x - mu) / (sigma * sigma)), with "
              "std::numbers::pi."},
    .check = ch04::check_log_likelihood};

const Exercise kSummary{
    .number = "4.2",
    .slug = "eq:iid",
    .statement = "log p(D) from N, Σ x and Σ x²",
    .points = 2,
    .minutes = 15,
    .hints = {"Only one part of log N(x; μ, σ²) depends on x. What is its sum over the data?",
              "Multiply out (xᵢ - μ)² and sum each of the three terms. How often does μ² come?",
              "squares = sum_of_squares - 2 * mu * sum + n * mu * mu; then -0.5 * (n * log(2πσ²) + squares / σ²)."},
    .check = ch04::check_summary};

const Exercise kCompensatedSum{
    .number = "4.3",
    .slug = "eq:iid",
    .statement = "Σ x, rounded once: the lost part of s = a + b is (a - s) + b for |a| ≥ |b|",
    .points = 2,
    .minutes = 20,
    .hints =
        {"Keep two numbers: the sum so far, and all that rounding has dropped from it. When are they added?",
         "In each step compute the new sum first, then the lost part from the old sum, the number and the new sum. "
         "The larger of old sum and number, in absolute value, stands first in the formula.",
         "rounded = sum + x; lost += |sum| >= |x| ? (sum - rounded) + x : (x - rounded) + sum; sum = rounded; and at "
         "the very end sum + lost. Do not simplify the brackets."},
    .check = ch04::check_compensated_sum};

const Exercise kDivergence{
    .number = "4.4",
    .slug = "eq:ml-kl",
    .statement = "KL( p̂ ‖ p ) = -H(p̂) - (1/N) log p(D)",
    .points = 2,
    .minutes = 15,
    .hints =
        {"Count first. If the model were p̂ itself, the answer would have to be 0: does yours?",
         "Each state weighs as much as it is seen: p̂ₖ stands in front of the logarithm. What does a state add that "
         "is never seen?",
         "for every k with p̂ₖ > 0 add p̂ₖ * log(p̂ₖ / pₖ)."},
    .check = ch04::check_divergence};

const Exercise kPrice{
    .number = "4.5",
    .slug = "eq:iid",
    .statement = "E[ log p(D) - Σ log p(x) ] of n points of AR(1)",
    .points = 3,
    .minutes = 25,
    .hints =
        {"Write log p(D) as a chain, log p(x₁) + Σ log p(xₜ | xₜ₋₁). Which terms cancel against Σ log p(xₜ)?",
         "For each t > 1 the difference of two normal log densities is left. A normal variable's (x - mean)² / "
         "variance has expectation 1, under either of the two.",
         "The squares cancel on average; of the log variances, -½ log((1 - ρ²)σ²) + ½ log σ² is left, once for each "
         "pair of neighbours. How many pairs are there?"},
    .check = ch04::check_price_of_independence};

}  // namespace

int main(int argc, char** argv) {
  return lesson::check_exercises(argc, argv, "04_iid_log_likelihood",
                                 {kLogLikelihood, kSummary, kCompensatedSum, kDivergence, kPrice});
}
