// The exercises of chapter 5: points, minutes and hints. What is checked stands in check_answers.cpp.
#include "chapters/05_minibatch_sgd/check.hpp"

namespace {

using lesson::Exercise;

const Exercise kLogLikelihood{
    .number = "5.1",
    .slug = "eq:loglik-m",
    .statement = "log p(M) = Σ_{x∈M} log N(x; θ, 1)",
    .points = 1,
    .minutes = 10,
    .hints =
        {"Independent points multiply, so their logs add up. Each point gives the log of one normal density.",
         "Start from a Var that is 0, theta.tape().constant(0.0), and add one term for each x. Every term has the "
         "constant -½ log 2π too.",
         "sum += -0.5 * std::log(2 * std::numbers::pi) - 0.5 * square(x - theta)"},
    .check = ch05::check_log_likelihood};

const Exercise kScaledGradient{
    .number = "5.2",
    .slug = "eq:scaled",
    .statement = "E[ c · Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D)",
    .points = 2,
    .minutes = 15,
    .hints = {"Which sum is the minibatch's sum to stand for? Try N = 2 and M = 1 by hand.",
              "How many terms has the one sum, how many the other? On average a term of the one is as large as a term "
              "of the other.",
              "c = N / M. Both are whole numbers: N / M of integers is rounded down."},
    .check = ch05::check_scaled_gradient};

const Exercise kExpectation{
    .number = "5.3",
    .slug = "eq:expectation",
    .statement = "E[ f(M) ] = mean of f over every minibatch M of two points",
    .points = 2,
    .minutes = 15,
    .hints = {"Write down the minibatches of two of the three points 0, 1, 2. How many are there, and is {0, 0} one?",
              "Two loops, the second of which starts where no pair is met twice; and how many pairs of N points are "
              "there?",
              "for i from 0, for j from i + 1: add f(i, j). Divide by N (N - 1) / 2."},
    .check = ch05::check_expectation_over_pairs};

const Exercise kVariance{
    .number = "5.4",
    .slug = "eq:minibatch-grad",
    .statement = "Var[ (1/M) Σ_{j∈M} g_j ], without replacement",
    .points = 2,
    .minutes = 20,
    .hints = {"With replacement it would be S²/M, as for any mean of M independent numbers. Which M leaves nothing to "
              "chance without replacement?",
              "Two different points of one minibatch are correlated: all N of them add up to a fixed sum, so that "
              "N S² + N (N-1) Cov = 0. Put Cov into the variance of a sum of M numbers.",
              "S²/M · (N-M)/(N-1), with S² = (1/N) Σ (g_i - ḡ)²"},
    .check = ch05::check_minibatch_variance};

const Exercise kImportance{
    .number = "5.5",
    .slug = "eq:coefficient",
    .statement = "E[ estimate ] = ∇log p(D), for point i drawn with probability q_i",
    .points = 3,
    .minutes = 20,
    .hints = {"Take M = 1 first. With probability q_i you hold g_i: by what must you multiply it, so that the mean "
              "Σ_i q_i · (what you return) is Σ_i g_i?",
              "A point that comes too often must count for less, in proportion. For M draws take the mean of M such "
              "estimates. With q_i = 1/N you must get 5.2's N/M again.",
              "(1/M) Σ_j g_j / q_j"},
    .check = ch05::check_importance_weighted_gradient};

const Exercise kExpectedLoss{
    .number = "5.6",
    .slug = "eq:sgd-floor",
    .statement = "E[ L(θ_t) ] of SGD on L = ½ h (θ - θ*)²",
    .points = 3,
    .minutes = 30,
    .hints = {"Write e_t = θ_t - θ*. What is e_{t+1} in terms of e_t and ε_t? The noise of this step knows nothing of "
              "e_t.",
              "e_{t+1} = (1 - a h) e_t - a ε_t. Square it and take the mean: E[ e_t ε_t ] = 0. Then L = ½ h e².",
              "loss = (1 - a h)² loss + ½ h a² v, t times"},
    .check = ch05::check_expected_loss};

}  // namespace

int main(int argc, char** argv) {
  return lesson::check_exercises(
      argc, argv, "05_minibatch_sgd",
      {kLogLikelihood, kScaledGradient, kExpectation, kVariance, kImportance, kExpectedLoss});
}
