// The exercises of chapter 08: points, minutes and hints, and how each answer is checked. The instances are
// drawn by the attempt's seed.
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "chapters/08_intractability/exercises/exercise.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/random.hpp"

namespace ch08 {
namespace {

using lesson::Exercise;
using Numbers = std::vector<double>;
using std::numbers::pi;

models::Random numbers_of(const lesson::Attempt& attempt) {
  return models::Random(attempt.seed(), models::Purpose::data);
}

Numbers normals(const lesson::Attempt& attempt, int n, int first) {
  Numbers x(n);
  numbers_of(attempt).fill_normal(x, first);
  return x;
}

// 8.1

void check_relative_variance(lesson::Attempt& attempt) {
  const int k = 2 + attempt.seed() % 4;
  const Numbers x = normals(attempt, k, 0);
  const double sigma = 0.4 + 0.5 * numbers_of(attempt).uniform(100), s2 = sigma * sigma;
  const double at_0 = (1 + s2) / (sigma * std::sqrt(2 + s2)), slope = 1 / (1 + s2) - 1 / (2 + s2);
  double squares = 0, sum = 0;
  for (const double one : x) squares += one * one, sum += at_0 * std::exp(one * one * slope) - 1;
  const double base = std::pow(at_0, k), right = base * std::exp(squares * slope) - 1;
  attempt.equal(
      relative_variance(x, sigma), right, 1e-11,
      {{right + 1, "", "this is E[p̂²]/p². What is a variance?"},
       {base - 1, "", "this is right at x = 0. Where does x enter E[p̂²], and where p(x)²?"},
       {base * std::exp(-squares * slope) - 1, "", "the sign of the exponent. Is a point far out easier to hit?"},
       {at_0 * std::exp(x[0] * x[0] * slope) - 1, "", "this is one coordinate alone. Do the others not count?"},
       {sum, "", "the coordinates' variances are added up. But densities of independent coordinates multiply."},
       {base * std::exp(0.5 * squares * slope) - 1, "", "half of the exponent is missing: p(x) is squared."},
       {base * std::exp(squares / (1 + s2)) - 1, "", "the exponent of p(x)² is there, that of E[p̂²] is not."}});
}

const Exercise kRelativeVariance{
    .number = "8.1",
    .slug = "eq:intractable",
    .task = "the variance of the naive estimate, at any $x$",
    .statement = "Var[ p(x|z) ] / p(x)²,  z ~ N(0, I)",
    .points = 2,
    .minutes = 25,
    .hints =
        {"Var/p² = E[p̂²]/p² - 1, and E[p̂²] is a product over coordinates. Take one coordinate.",
         "The square of a normal density is a normal density of half the variance, times a constant: N(x; z, σ²)² = "
         "N(x; z, σ²/2) / (2σ√π). Its average over z is a normal density in x again.",
         "For each coordinate (1 + σ²)/(σ√(2 + σ²)) · exp( x² (1/(1 + σ²) - 1/(2 + σ²)) ); multiply, subtract 1."},
    .check = check_relative_variance};

// 8.2

double log_transition(const Numbers& to, const Numbers& from, const Numbers& gradient, double scale, double variance) {
  double squares = 0;
  for (std::size_t j = 0; j < to.size(); ++j) squares += std::pow(to[j] - from[j] - scale * gradient[j], 2);
  return -0.5 * squares / variance;
}

void check_log_acceptance(lesson::Attempt& attempt) {
  const int d = 2 + attempt.seed() % 3;
  const Numbers z = normals(attempt, d, 0), z2 = normals(attempt, d, 20), g = normals(attempt, d, 40),
                g2 = normals(attempt, d, 60);
  const double e = 0.7 + 0.3 * numbers_of(attempt).uniform(200), half = 0.5 * e * e;
  const double back = log_transition(z, z2, g2, half, e * e), forth = log_transition(z2, z, g, half, e * e);
  // low enough that the min does not hide a mistake, here and for each mistake
  const double fall = -(40 + 10 * numbers_of(attempt).uniform(201)) - 4 * std::abs(back - forth);
  const auto yours = [&](double change) { return log_acceptance({z, g, 1.5}, {z2, g2, 1.5 + change}, e); };
  const double big_back = log_transition(z, z2, g2, e * e, e * e), big_forth = log_transition(z2, z, g, e * e, e * e);
  attempt.equal(yours(fall), fall + back - forth, 1e-10,
                {{fall, "", "q is missing: walking up a slope is likelier than walking down it."},
                 {fall - back + forth, "", "q(z|z') and q(z'|z) stand the wrong way round."},
                 {fall + back, "", "only the way back is there. Which density made the proposal?"},
                 {fall - forth, "", "only the way there is there. How likely is the way back?"},
                 {std::exp(fall + back - forth), "", "this is the probability. Its logarithm is asked for."},
                 {-(fall + back - forth), "-1", "the sign: p(z') stands above the line."},
                 {fall + e * e * (back - forth), "", "the squares of q are not divided by its variance ε²."},
                 {fall + e * (back - forth), "", "the squares of q are divided by ε. Its variance is ε²."},
                 {fall + 2 * (back - forth), "", "the ½ of a normal density's exponent is missing."},
                 {fall + big_back - big_forth, "", "the gradient is multiplied by ε²: the ½ is missing."}});
  attempt.equal(
      yours(60 + 4 * std::abs(back - forth)), 0.0, 1e-12,
      {{60 + 4 * std::abs(back - forth) + back - forth, "", "a probability is at most 1: where is the min?"}});
}

const Exercise kLogAcceptance{
    .number = "8.2",
    .slug = "claim:mcmc",
    .task = "the acceptance of a proposal that is not symmetric",
    .statement = "log min( 1, p(z') q(z|z') / (p(z) q(z'|z)) )",
    .points = 2,
    .minutes = 20,
    .hints = {"Take logarithms: four terms, two of them log q. The constants of q are the same both ways.",
              "log q(b|a) = -‖b - a - ½ ε² ∇log p(a)‖² / (2ε²): the gradient is the one at a, where the walk begins.",
              "min(0, to.log_p - from.log_p + log_q(from, to) - log_q(to, from)), where log_q(b, a) is log q(b|a)"},
    .check = check_log_acceptance};

// 8.3

void check_best_standard_deviation(lesson::Attempt& attempt) {
  const int k = 3 + attempt.seed() % 4;
  const double s = 0.5 + 2 * numbers_of(attempt).uniform(0), rho = 0.3 + 0.5 * numbers_of(attempt).uniform(1);
  const auto answer = [&](int k, double rho) {
    return s * std::sqrt((1 - rho) * (1 + (k - 1) * rho) / (1 + (k - 2) * rho));
  };
  const double right = answer(k, rho);
  attempt.equal(
      best_standard_deviation(k, s, rho), right, 1e-11,
      {{s, "", "this is the posterior's own standard deviation: KL(p ‖ q) would choose it. Which way round?"},
       {answer(2, rho), "", "this is right for k = 2. What do more coordinates add?"},
       {right * right, "", "this is the variance."},
       {1 / right, "", "this is the square root of a precision."},
       {1 / (right * right), "", "this is the precision P_jj. What is the variance, and its root?"},
       {right / s, "", "the scale s is missing."},
       {s * std::sqrt(1 - rho), "", "the spread in the narrow direction. q may use all of them a little."}});
  const double small = -0.5 / (k - 1);
  attempt.equal(best_standard_deviation(k, s, small), answer(k, small), 1e-11);
}

const Exercise kBestStandardDeviation{
    .number = "8.3",
    .slug = "claim:mcmc",
    .task = "how narrow the closest diagonal normal is",
    .statement = "argmin_q KL(q ‖ p), p normal with all correlations ρ",
    .points = 2,
    .minutes = 25,
    .hints =
        {"The chapter says which numbers of the precision matrix Λ are the best variances. So Λ is what is needed.",
         "The covariance is s² ((1 - ρ) I + ρ 11ᵀ), with 1 a column of ones. Its inverse has the same form, a I + b "
         "11ᵀ: "
         "multiply the two and compare.",
         "P_jj = (1 - ρ/(1 + (k - 1) ρ)) / (s² (1 - ρ)); return 1/√P_jj"},
    .check = check_best_standard_deviation};

// 8.4

void check_leapfrog_variance(lesson::Attempt& attempt) {
  const double s = 0.5 + 2 * numbers_of(attempt).uniform(0), u = 0.4 + 0.4 * numbers_of(attempt).uniform(1),
               e = 2 * s * u;
  const double s2 = s * s, right = s2 / (1 - u * u);
  attempt.equal(leapfrog_variance(e, s), right, 1e-11,
                {{1 / (1 - e * e / 4), "", "this is the case s = 1. Where does s enter the gradient?"},
                 {s2 / (1 - e * e / 4), "", "the scale is right, but stability too depends on s: compare ε with s."},
                 {1 / (1 - u * u), "", "the variance of the target is missing."},
                 {s / (1 - u * u), "", "the variance is s², not s."},
                 {std::sqrt(right), "", "this is the standard deviation."},
                 {s2, "", "this is the target's variance, which the acceptance step would restore."},
                 {s2 / (1 - 2 * u * u), "", "ε²/(2s²) stands where ε²/(4s²) belongs: is (1 - a)² expanded in full?"},
                 {s2 * (1 - u * u), "", "upside down: does the leapfrog method spread the draws or gather them?"}});
  const double infinity = std::numeric_limits<double>::infinity();
  attempt.require(leapfrog_variance(2.5 * s, s) == infinity && leapfrog_variance(2 * s, s) == infinity,
                  "for ε >= 2s the chain flies apart: infinity is expected there");
}

const Exercise kLeapfrogVariance{
    .number = "8.4",
    .slug = "claim:accept",
    .task = "where the leapfrog method comes to rest, for any $s$",
    .statement = "Var z of one leapfrog step a transition in N(0, s²)",
    .points = 2,
    .minutes = 20,
    .hints = {"Write the new z as a multiple of the old one plus a multiple of r. The last half step of r does not "
              "touch z.",
              "z' = (1 - ε²/(2s²)) z + ε r. At rest the variances of z' and z are equal, and r is independent of z.",
              "v = (1 - ε²/(2s²))² v + ε²; solve for v. It is positive only for ε < 2s."},
    .check = check_leapfrog_variance};

// 8.5

void check_thinned(lesson::Attempt& attempt) {
  const int m = 3 + 2 * (attempt.seed() % 2);  // odd, so that (-ρ)^m shows its sign
  const double N = m * (100 + attempt.seed() % 50), rho = 0.3 + 0.6 * numbers_of(attempt).uniform(0);
  const auto size = [](double draws, double correlation) { return draws * (1 - correlation) / (1 + correlation); };
  const double right = size(N / m, std::pow(rho, m));
  attempt.equal(
      thinned_sample_size(N, rho, m), right, 1e-11,
      {{size(N, rho), "", "this is the whole chain's. The draws that are kept are fewer, and less correlated."},
       {size(N / m, rho), "", "there are N/m draws, but neighbours among them were m apart."},
       {size(N, std::pow(rho, m)), "", "the correlation is right. How many draws are kept?"},
       {size(N / m, rho / m), "", "how does the correlation fall with the distance: like 1/m?"},
       {N / m, "", "as if the kept draws were independent. They are m apart, not infinitely far."},
       {size(N / m, std::pow(rho, m - 1)), "", "from one kept draw to the next it is m steps."}});
  attempt.equal(thinned_sample_size(N, -rho, m), size(N / m, std::pow(-rho, m)), 1e-11,
                {{right, "", "for ρ < 0 and odd m, ρ^m is negative."}});
}

const Exercise kThinned{
    .number = "8.5",
    .slug = "eq:ess",
    .task = "the effective sample size of every $m$-th draw",
    .statement = "N_eff of a thinned chain",
    .points = 1,
    .minutes = 10,
    .hints = {"What is the correlation of two draws of the whole chain that are m steps apart?",
              "The kept draws are such a chain themselves. How many are they, and which ρ do they have?",
              "N/m (1 - ρ^m)/(1 + ρ^m)"},
    .check = check_thinned};

// 8.6

void check_expected_log_weight(lesson::Attempt& attempt) {
  const int T = 3 + attempt.seed() % 4;
  const double sigma = 0.3 + 0.4 * numbers_of(attempt).uniform(0), s2 = sigma * sigma;
  const double x = 1 + numbers_of(attempt).uniform(1);
  Numbers betas(T + 1);
  for (int t = 0; t <= T; ++t) betas[t] = std::pow(1.0 * t / T, 1.5);
  const double constant = -0.5 * std::log(2 * pi * s2);
  const auto mean_log = [&](double beta, double with_variance = 1, double shrink = 1) {
    const double v = 1 / (1 + beta / s2), m = shrink * v * beta * x / s2;
    return constant - 0.5 * ((x - m) * (x - m) + with_variance * v) / s2;
  };
  double left = 0, right_ends = 0, no_variance = 0, prior = 0, plain = 0;
  for (int t = 1; t <= T; ++t) {
    const double width = betas[t] - betas[t - 1];
    left += width * mean_log(betas[t - 1]);
    right_ends += width * mean_log(betas[t]);
    no_variance += width * mean_log(betas[t - 1], 0);
    prior += width * mean_log(0);
    plain += mean_log(betas[t - 1]);
  }
  const double log_p = -0.5 * (std::log(2 * pi * (1 + s2)) + x * x / (1 + s2));
  attempt.equal(
      expected_log_weight(x, sigma, betas), left, 1e-11,
      {{right_ends, "", "z is drawn before the temperature rises: z_{t-1} belongs to β_{t-1}."},
       {0.5 * (left + right_ends), "", "the trapezoid rule is closer to log p(x), but this is not what w does."},
       {log_p, "", "this is log p(x). The weight w is right on average, its logarithm is below."},
       {no_variance, "", "the mean of (x - z)² is not (x - m)²: z has a variance as well."},
       {prior, "", "every z is averaged under the prior. From β_1 on it follows p_β."},
       {plain, "", "the steps β_t - β_{t-1} are missing."},
       {left - constant, "", "the constant -½ log 2πσ² of log p(x|z) is missing."}});
}

const Exercise kExpectedLogWeight{
    .number = "8.6",
    .slug = "eq:thermodynamic",
    .task = "how far below $\\log p(x)$ annealing ends at best",
    .statement = "E[log w] of annealed importance sampling with perfect moves",
    .points = 3,
    .minutes = 30,
    .hints = {"The expectation of a sum: one E[log p(x|z)] for each temperature, under p_β. It is a normal density: "
              "complete the "
              "square in -½ z² - ½ β (x - z)²/σ².",
              "p_β = N(m, v) with 1/v = 1 + β/σ² and m = v β x/σ². And E (x - z)² = (x - m)² + v.",
              "Σ_t (β_t - β_{t-1}) · (-½) ( log 2πσ² + ((x - m)² + v)/σ² ), with m and v of β_{t-1}"},
    .check = check_expected_log_weight};

// 8.7

void check_coin(lesson::Attempt& attempt) {
  const int h = 3 + attempt.seed() % 5, t = 9 + attempt.seed() % 4;
  const auto laplace = [](double a, double b, double curvature_factor) {
    const double p = a / (a + b);
    return a * std::log(p) + b * std::log(1 - p) + 0.5 * std::log(2 * pi / ((a + b) * curvature_factor));
  };
  const auto right_for = [&](double heads, double tails) {
    const double a = heads + 1, b = tails + 1, p = a / (a + b);
    return laplace(a, b, p * (1 - p));
  };
  const double a = h + 1, b = t + 1, p = a / (a + b), p0 = 1.0 * h / (h + t), right = right_for(h, t);
  const double variance = (a + b) * p * (1 - p);
  attempt.equal(
      coin_log_evidence(h, t), right, 1e-11,
      {{laplace(h, t, p0 * (1 - p0)), "", "dp/dη = p (1 - p) is missing: a density changes with its variable."},
       {laplace(h, t, 1 / (p0 * (1 - p0))), "", "this is Laplace in the probability itself, not in η."},
       {std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b), "", "this is exact. Asked for is the approximation."},
       {laplace(a, b, 1 / (p * (1 - p))), "", "the curvature is that in the probability. What is d²/dη²?"},
       {right - 0.5 * std::log(2 * pi), "", "½ log 2π is missing."},
       {right + std::log(variance), "", "½ log det A is subtracted, not added."},
       {right - 0.5 * std::log(variance), "", "log det A enters with a half."},
       {right + 0.5 * std::log(variance) - 0.5 * std::log(2 * pi), "", "this is log p(D, η) at its peak alone."}});
  attempt.equal(coin_log_evidence(0, t), right_for(0, t), 1e-11);
}

const Exercise kCoin{.number = "8.7",
                     .slug = "claim:posterior-theta",
                     .task = "Laplace's approximation for a coin, derived",
                     .statement = "log p(D) ≈ log p(D, η̂) + ½ log 2π - ½ log A",
                     .points = 3,
                     .minutes = 30,
                     .hints = {"First the density of η. If the probability p is uniform, p(η) = dp/dη = p (1 - p).",
                               "log p(D, η) = (h + 1) log p + (t + 1) log(1 - p), with p = sigmoid(η). Its derivative "
                               "in η is (h + 1)(1 - p) - "
                               "(t + 1) p. Where is it 0, and what is the second derivative?",
                               "p̂ = (h + 1)/(h + t + 2), A = (h + t + 2) p̂ (1 - p̂)"},
                     .check = check_coin};

}  // namespace
}  // namespace ch08

int main(int argc, char** argv) {
  using namespace ch08;
  return lesson::check_exercises(argc, argv, "08_intractability",
                                 {kRelativeVariance, kLogAcceptance, kBestStandardDeviation, kLeapfrogVariance,
                                  kThinned, kExpectedLogWeight, kCoin});
}
