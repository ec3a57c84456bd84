// The exercises of chapter 05: points, minutes and hints, and how each answer is checked. The instances are
// drawn by the attempt's seed.
#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "chapters/05_minibatch_sgd/exercises/exercise.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/random.hpp"

namespace ch05 {
namespace {

using lesson::Exercise;
using Numbers = std::vector<double>;

// N numbers that are far from 0 on average, so that no factor is hidden by a sum of 0.
Numbers slopes(const lesson::Attempt& attempt, int N) {
  Numbers g(N);
  models::Random(attempt.seed(), models::Purpose::data).fill_normal(g);
  for (double& x : g) x = 2 * x - 5;
  return g;
}

// 11, 13 or 14 points in minibatches of 4 or 5: N/M is no whole number and not below 2, so that rounding it shows.
int points(const lesson::Attempt& attempt) { return std::vector{11, 13, 14}[attempt.seed() % 3]; }
int minibatch(const lesson::Attempt& attempt) { return 4 + attempt.seed() % 2; }

double total(const Numbers& g) { return std::reduce(g.begin(), g.end()); }

Numbers chosen(const Numbers& from, const std::vector<int>& which) {
  Numbers out;
  for (const int i : which) out.push_back(from[i]);
  return out;
}

// (1/N) Σ (g_i - ḡ)²
double population_variance(const Numbers& g) {
  const double N = g.size(), mean = total(g) / N;
  double S2 = 0;
  for (const double x : g) S2 += (x - mean) * (x - mean) / N;
  return S2;
}

// 5.1

void check_log_likelihood(lesson::Attempt& attempt) {
  const Numbers x = slopes(attempt, minibatch(attempt));
  const double theta = 0.5 + 0.1 * (attempt.seed() % 7), M = x.size();
  double squares = 0, slope = 0;
  for (const double one : x) squares += (one - theta) * (one - theta), slope += one - theta;
  const double constant = 0.5 * std::log(2 * std::numbers::pi), right = -M * constant - 0.5 * squares;

  const auto [value, gradient] =
      autograd::value_and_gradient([&](const Var<double>& theta) { return log_likelihood(theta, x); }, theta);
  attempt.equal(value, right, 1e-12,
                {{right / M, "1/M", "a mean over the minibatch. Do independent probabilities average, or multiply?"},
                 {-0.5 * squares, "", "the constant -½ log 2π is missing: every point brings one."},
                 {-constant - 0.5 * squares, "", "-½ log 2π stands there once. How many points bring one?"},
                 {-M * constant - squares, "", "the ½ before the square is missing."},
                 {-right, "-1", "the sign. Is a point far from θ likelier?"},
                 {-M * constant + 0.5 * squares, "", "the sign of the square. Is a point far from θ likelier?"}});
  attempt.equal(
      gradient, slope, 1e-12,
      {{0.0, "", "the value is right, but no gradient comes back. Is theta.value() used where theta belongs?"},
       {-slope, "-1", "the sign of the slope."}});
}

const Exercise kLogLikelihood{
    .number = "5.1",
    .slug = "eq:loglik-m",
    .task = "the log-likelihood of a minibatch, on the tape",
    .statement = "log p(M) = Σ_{x∈M} log N(x; θ, 1)",
    .points = 1,
    .minutes = 10,
    .hints =
        {"Independent points multiply, so their logs add up. Each point gives the log of one normal density.",
         "Start from a Var that is 0, theta.tape().constant(0.0), and add one term for each x. Every term has the "
         "constant -½ log 2π too.",
         "sum += -0.5 * std::log(2 * std::numbers::pi) - 0.5 * square(x - theta)"},
    .check = check_log_likelihood};

// 5.2

void check_scaled_gradient(lesson::Attempt& attempt) {
  const int N = points(attempt), M = minibatch(attempt);
  const Numbers g = slopes(attempt, N);
  const double full = total(g), n = N, m = M;
  const auto subsets = models::subsets(N, M);
  double yours = 0;
  for (const auto& subset : subsets) yours += scaled_gradient(chosen(g, subset), N) / subsets.size();
  attempt.equal(
      yours, full, 1e-12,
      {{full * m / n, "M/N", "the sum runs over M points but stands for N. What factor makes up for it?"},
       {full / n, "1/N", "this is the mean over the minibatch: it stands for ∇log p(D) / N. What is asked for?"},
       {full * m * m / n / n, "(M/N)²", "the factor is upside down. Is the sum to grow or to shrink?"},
       {full * m / n * (N / M), "", "N / M of two whole numbers is rounded down. Which of them should be a double?"},
       {full * m, "M", "the sum is multiplied by N, which makes up for a minibatch of one point only."},
       {-full, "-1", "the sign: nothing here is a loss."}});
}

const Exercise kScaledGradient{
    .number = "5.2",
    .slug = "eq:scaled",
    .task = "the factor that makes a minibatch stand for the whole",
    .statement = "E[ c · Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D)",
    .points = 2,
    .minutes = 15,
    .hints = {"Which sum is the minibatch's sum to stand for? Try N = 2 and M = 1 by hand.",
              "How many terms has the one sum, how many the other? On average a term of the one is as large as a term "
              "of the other.",
              "c = N / M. Both are whole numbers: N / M of integers is rounded down."},
    .check = check_scaled_gradient};

// 5.3

void check_expectation_over_pairs(lesson::Attempt& attempt) {
  const int N = points(attempt);
  const Numbers g = slopes(attempt, N);
  const auto f = [&](int i, int j) {
    const double sum = g.at(i) + g.at(j);
    return sum * sum;
  };
  double distinct = 0, equal = 0, neighbours = 0, last_left_out = 0;
  for (int i = 0; i < N; ++i) {
    equal += f(i, i);
    if (i + 1 < N) neighbours += f(i, i + 1);
    for (int j = i + 1; j < N; ++j) distinct += f(i, j), last_left_out += j + 1 < N ? f(i, j) : 0;
  }
  const double n = N, pairs = n * (n - 1) / 2;
  attempt.equal(
      expectation_over_pairs(N, f), distinct / pairs, 1e-12,
      {{(2 * distinct + equal) / (n * n), "", "a point is met with itself: that is drawing with replacement."},
       {(distinct + equal) / (pairs + n), "", "a point is met with itself. Does j start at i, or after it?"},
       {2 * distinct / pairs, "2", "every pair is met twice, as (i, j) and as (j, i), but counted once."},
       {distinct / (n * (n - 1)), "1/2", "pairs are met once, but the number you divide by counts both orders."},
       {distinct / (n * n), "", "the sum is divided by N², the number of ordered pairs with repetitions."},
       {distinct, "", "this is the sum. By how many minibatches must it be divided?"},
       {neighbours / (n - 1), "", "only neighbours i, i + 1 are met. Which minibatches are missing?"},
       {last_left_out / pairs, "", "the last point is never met. Where do the loops end?"}});
}

const Exercise kExpectation{
    .number = "5.3",
    .slug = "eq:expectation",
    .task = "an expectation over every minibatch of two",
    .statement = "E[ f(M) ] = mean of f over every minibatch M of two points",
    .points = 2,
    .minutes = 15,
    .hints = {"Write down the minibatches of two of the three points 0, 1, 2. How many are there, and is {0, 0} one?",
              "Two loops, the second of which starts where no pair is met twice; and how many pairs of N points are "
              "there?",
              "for i from 0, for j from i + 1: add f(i, j). Divide by N (N - 1) / 2."},
    .check = check_expectation_over_pairs};

// 5.4

void check_minibatch_variance(lesson::Attempt& attempt) {
  const int N = points(attempt), M = minibatch(attempt);
  const Numbers g = slopes(attempt, N);
  const double n = N, m = M, S2 = population_variance(g), right = S2 / m * (n - m) / (n - 1);
  attempt.equal(
      minibatch_variance(g, M), right, 1e-12,
      {{S2 / m, "(N-1)/(N-M)", "this is the variance with replacement. What must it be for M = N?"},
       {right * n / (n - 1), "N/(N-1)", "S² is divided by N - 1: but the N points are all there are, not a sample."},
       {S2 / m * (n - m) / n, "(N-1)/N", "nearly: (N-M)/N. What must the variance be for M = 1?"},
       {right / m, "1/M", "divided by M twice. How does the variance of a mean fall with M?"},
       {right * m, "M", "this is the variance of one point, corrected. What does a mean over M do to it?"},
       {right * m * m, "M²", "this is the variance of the sum, and the mean is asked for."},
       {right * n * n, "N²", "this is the variance of the estimate of ∇log p(D). Here the mean is asked for."},
       {std::sqrt(right), "", "a square root: is the standard deviation asked for?"}});
  attempt.equal({minibatch_variance(g, 1), minibatch_variance(g, N)}, {S2, 0.0}, 1e-12,
                {{{S2, S2 / n}, "", "right for one point, but with all N of them there is nothing left to chance."}});
  // 40 points have 1.4e11 minibatches of 20: a formula is done at once, an enumeration never
  const Numbers many = slopes(attempt, 40);
  const double large_S2 = population_variance(many);
  attempt.equal(minibatch_variance(many, 20), large_S2 / 20 * 20 / 39, 1e-12,
                {{large_S2 / 20, "(N-1)/(N-M)", "right for few points, with replacement for many."}});
}

const Exercise kVariance{
    .number = "5.4",
    .slug = "eq:minibatch-grad",
    .task = "the variance of a minibatch's mean, by its formula",
    .statement = "Var[ (1/M) Σ_{j∈M} g_j ], without replacement",
    .points = 2,
    .minutes = 20,
    .hints = {"With replacement it would be S²/M, as for any mean of M independent numbers. Which M leaves nothing to "
              "chance without replacement?",
              "Two different points of one minibatch are correlated: all N of them add up to a fixed sum, so that "
              "N S² + N (N-1) Cov = 0. Put Cov into the variance of a sum of M numbers.",
              "S²/M · (N-M)/(N-1), with S² = (1/N) Σ (g_i - ḡ)²"},
    .check = check_minibatch_variance};

// 5.5

void check_importance_weighted_gradient(lesson::Attempt& attempt) {
  const int N = 4 + attempt.seed() % 3, M = 2 + attempt.seed() % 2;  // N^M outcomes
  const Numbers g = slopes(attempt, N);
  Numbers q;
  for (int i = 0; i < N; ++i) q.push_back(0.2 + models::Random(attempt.seed(), models::Purpose::sampling).uniform(i));
  for (const double sum = total(q); double& one : q) one /= sum;

  // the mean of an estimate over all N^M outcomes, each with its probability Π q_j
  const auto average = [&](auto&& estimate) {
    double mean = 0;
    for (const auto& tuple : models::tuples(N, M)) {
      const Numbers drawn_g = chosen(g, tuple), drawn_q = chosen(q, tuple);
      double probability = 1;
      for (const double one : drawn_q) probability *= one;
      mean += probability * estimate(drawn_g, drawn_q);
    }
    return mean;
  };
  const double m = M, full = total(g);
  const auto by_terms = [](const Numbers& g, const Numbers& q, auto&& term) {
    double sum = 0;
    for (std::size_t j = 0; j < g.size(); ++j) sum += term(g[j], q[j]);
    return sum;
  };
  const auto quotient = [](double g, double q) { return g / q; };
  attempt.equal(
      average(importance_weighted_gradient), full, 1e-12,
      {{average([&](const Numbers& g, const Numbers&) { return N / m * total(g); }), "",
        "N/M is right when all points are equally likely. Here a favourite counts too often."},
       {full * m, "M", "every one of the M draws is already an estimate. What do you do with M estimates?"},
       {full / N, "1/N", "divided by N: g/q stands for the whole sum, not for the mean."},
       {average([&](const Numbers& g, const Numbers& q) {
          return N / m * by_terms(g, q, [](double g, double q) { return g * q; });
        }),
        "", "multiplied by q. Must a point that comes too often count for more, or for less?"},
       {average([&](const Numbers& g, const Numbers& q) {
          return by_terms(g, q, [](double g, double q) { return g * q; }) / m;
        }),
        "", "multiplied by q. Must a point that comes too often count for more, or for less?"},
       {full * N, "N", "multiplied by N as well: 1/q is about N already. What is it for q = 1/N?"},
       {average([&](const Numbers& g, const Numbers& q) {
          return N * by_terms(g, q, quotient) / by_terms(g, q, [](double, double q) { return 1 / q; });
        }),
        "", "the weights are made to sum to N. That is close to unbiased for many draws, but not unbiased."}});

  // unbiased from one draw alone would waste the others: the variance must be that of a mean of M
  const auto spread = [&](auto&& estimate) {
    return average([&](const Numbers& g, const Numbers& q) { return std::pow(estimate(g, q) - full, 2); });
  };
  const double of_one = m * spread([&](const Numbers& g, const Numbers& q) { return by_terms(g, q, quotient) / m; });
  attempt.equal(spread(importance_weighted_gradient), of_one / m, 1e-12,
                {{of_one, "M", "unbiased, but as far off as a single draw. What do the other draws say?"}});
}

const Exercise kImportance{
    .number = "5.5",
    .slug = "eq:coefficient",
    .task = "an unbiased estimate from a sampler with favourites",
    .statement = "E[ estimate ] = ∇log p(D), for point i drawn with probability q_i",
    .points = 3,
    .minutes = 20,
    .hints = {"Take M = 1 first. With probability q_i you hold g_i: by what must you multiply it, so that the mean "
              "Σ_i q_i · (what you return) is Σ_i g_i?",
              "A point that comes too often must count for less, in proportion. For M draws take the mean of M such "
              "estimates. With q_i = 1/N you must get 5.2's N/M again.",
              "(1/M) Σ_j g_j / q_j"},
    .check = check_importance_weighted_gradient};

// 5.6

void check_expected_loss(lesson::Attempt& attempt) {
  const models::Random random(attempt.seed(), models::Purpose::data);
  const double start = 1 + random.uniform(0), a = 0.1 + 0.3 * random.uniform(1), h = 0.5 + random.uniform(2),
               v = 1 + 3 * random.uniform(3);
  const int t = 4 + attempt.seed() % 3;
  const double u = 1 - a * h, floor = a * v / (2 * (2 - a * h));
  // after t steps: floor + u^2t (start - floor), the fixed point and what is left of the start
  const auto settled = [&](double floor, double start, double decay) {
    return floor + std::pow(decay, t) * (start - floor);
  };
  const double right = settled(floor, start, u * u);
  attempt.equal(
      expected_loss(start, a, h, v, t), right, 1e-12,
      {{std::pow(u, 2 * t) * start, "", "the start decays as it should, but the noise is missing."},
       {settled(floor, start, u), "",
        "the loss is a square: by what factor does it shrink, if the error shrinks by 1 - a h?"},
       {floor, "", "this is where it comes to rest. Only t steps have been made."},
       {settled(2 * floor / h, start, u * u), "",
        "the noise adds a² v to the squared error. What is that as a loss, ½ h e²?"},
       {settled(2 * floor, start, u * u), "", "the ½ of L = ½ h e² is missing before the noise."},
       {settled(floor / a, start, u * u), "", "the noise is multiplied by a, and then squared. Is your a squared?"},
       {settled(floor / h, start, u * u), "", "the h of L = ½ h e² is missing before the noise."},
       {settled(a * v / 4, start, u * u), "",
        "the floor a v/4 is that of small steps. Exactly it is ½ a v / (2 - a h)."},
       {std::pow(u, 2 * t) * start + t * 0.5 * h * a * a * v, "",
        "the noise of every step is there, but what the first steps bring shrinks later as well."}});
  attempt.equal(expected_loss(start, a, h, v, 0), start, 1e-12,
                {{settled(floor, start, u * u), "", "no step has been made yet."}});
  attempt.equal(expected_loss(start, a, h, v, 2000), floor, 1e-9,
                {{0.0, "", "with noise in every gradient, the loss does not reach 0."}});
}

const Exercise kExpectedLoss{
    .number = "5.6",
    .slug = "eq:sgd-floor",
    .task = "the expected loss after $t$ steps of SGD, derived",
    .statement = "E[ L(θ_t) ] of SGD on L = ½ h (θ - θ*)²",
    .points = 3,
    .minutes = 30,
    .hints = {"Write e_t = θ_t - θ*. What is e_{t+1} in terms of e_t and ε_t? The noise of this step knows nothing of "
              "e_t.",
              "e_{t+1} = (1 - a h) e_t - a ε_t. Square it and take the mean: E[ e_t ε_t ] = 0. Then L = ½ h e².",
              "loss = (1 - a h)² loss + ½ h a² v, t times"},
    .check = check_expected_loss};

}  // namespace
}  // namespace ch05

int main(int argc, char** argv) {
  using namespace ch05;
  return lesson::check_exercises(
      argc, argv, "05_minibatch_sgd",
      {kLogLikelihood, kScaledGradient, kExpectation, kVariance, kImportance, kExpectedLoss});
}
