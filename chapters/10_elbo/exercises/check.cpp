// The exercises of chapter 10: points, minutes and hints, and how each answer is checked. The
// instances are drawn by the attempt's seed.
#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "chapters/10_elbo/exercises/exercise.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/random.hpp"

namespace ch10 {
namespace {

using lesson::Exercise;
using Numbers = std::vector<double>;

// n standard normal numbers of the attempt, one sequence for each `number`.
Numbers normal_numbers(const lesson::Attempt& attempt, int n, std::uint64_t number = 0) {
  Numbers all(n);
  models::Random(attempt.seed(), models::Purpose::data, number).fill_normal(all);
  return all;
}

double mean_of(const Numbers& all) { return std::reduce(all.begin(), all.end()) / all.size(); }

// 10.1

void check_poisson_elbo(lesson::Attempt& attempt) {
  const Numbers drawn = normal_numbers(attempt, 2);
  const int x = 2 + attempt.seed() % 5;
  const double m = 0.5 + 0.4 * drawn[0], l = -0.7 + 0.3 * drawn[1], s2 = std::exp(l), s = std::sqrt(s2);
  const double log_factorial = std::lgamma(x + 1.0), kl = 0.5 * (m * m + s2 - 1 - l), mean = std::exp(m + 0.5 * s2);
  const double right = x * m - mean - log_factorial - kl;
  const auto [value, of_m, of_l] = autograd::value_and_gradient(
      [&](const Var<double>& m, const Var<double>& l) { return poisson_elbo(x, m, l); }, m, l);
  attempt.equal(
      value, right, 1e-12,
      {{x * m - std::exp(m) - log_factorial - kl, "", "exp z is taken at z = m. What is E exp z for z ~ N(m, s²)?"},
       {x * m - std::exp(m + s2) - log_factorial - kl, "", "nearly: E exp z is not exp(m + s²)."},
       {x * m - std::exp(m + 0.5 * s) - log_factorial - kl, "", "s where s² belongs, in E exp z."},
       {x * m - std::exp(m + 0.5 * l) - log_factorial - kl, "", "log s² where s² belongs, in E exp z."},
       {right + kl, "", "this is E log p(x|z) alone. What does the bound take away from it?"},
       {right + 2 * kl, "", "the sign of the KL: it is a price."},
       {right - kl, "", "the KL is counted twice, or its ½ is missing."},
       {right + log_factorial, "", "log x! is missing. It depends on no parameter, but the value is asked for."},
       {right + 0.5 * l + 0.5 * (1 - s2), "", "of the KL only ½ m² is there. What does the variance cost?"},
       {-right, "-1", "the sign. Is the bound asked for, or a loss?"}});
  // dELBO/dm = x - E exp z - m,   dELBO/dl = -½ s² E exp z - ½ (s² - 1)
  attempt.equal({of_m, of_l}, {x - mean - m, -0.5 * s2 * mean - 0.5 * (s2 - 1)}, 1e-12,
                {{{0.0, 0.0}, "", "the value is right, but no slope comes back. Is .value() used where m belongs?"},
                 {{x - mean - m, 0.0}, "", "the slope in log s² does not come back: is exp(log_var) on the tape?"}});
  // a count of 0
  const auto [at_zero, of_m_at_zero, of_l_at_zero] = autograd::value_and_gradient(
      [](const Var<double>& m, const Var<double>& l) { return poisson_elbo(0, m, l); }, m, l);
  attempt.equal({at_zero, of_m_at_zero}, {-mean - kl, -mean - m}, 1e-12);
}

const Exercise kPoissonElbo{
    .number = "10.1",
    .slug = "eq:elbo",
    .task = "the ELBO of a count, with a Poisson likelihood",
    .statement = "ELBO = E_q log p(x|z) - KL( q ‖ p(z) ),  x|z ~ Poisson(exp z)",
    .points = 2,
    .minutes = 20,
    .hints =
        {"Three terms: E[x z], E[exp z] and log x!. Two of them are easy. The KL to N(0, 1) is in the text.",
         "E exp z: complete the square in exp(z) · exp(-½ (z - m)²/s²). What is the integral of the normal density "
         "that comes out?",
         "x m - exp(m + ½ s²) - log x! - ½ (m² + s² - 1 - log s²), with s² = exp(log_var)"},
    .check = check_poisson_elbo};

// 10.2

void check_log_density(lesson::Attempt& attempt) {
  for (const int d : {1 + int(attempt.seed() % 2), 3 + int(attempt.seed() % 2)}) {
    const Numbers mu = normal_numbers(attempt, d, 10 * d), epsilon = normal_numbers(attempt, d, 10 * d + 1),
                  entries = normal_numbers(attempt, d * d, 10 * d + 2);
    Matrix<double> L = Matrix<double>::Zero(d, d);
    for (int i = 0; i < d; ++i) {
      for (int j = 0; j < i; ++j) L(i, j) = entries[i * d + j];
      L(i, i) = 0.4 + std::abs(entries[i * d + i]);
    }
    double log_p = 0, log_det = 0, y_sum = 0, z_sum = 0, diagonal_y = 0, without_mu = 0;
    for (int i = 0; i < d; ++i) {
      double y = mu[i];
      for (int j = 0; j <= i; ++j) y += L(i, j) * epsilon[j];
      log_p += -0.5 * (std::log(2 * std::numbers::pi) + epsilon[i] * epsilon[i]);
      log_det += std::log(L(i, i));
      y_sum += y;
      without_mu += y - mu[i];
      z_sum += std::exp(y);
      diagonal_y += mu[i] + L(i, i) * epsilon[i];
    }
    const double right = log_p - log_det - y_sum;
    std::vector<lesson::Mistake> mistakes{
        {log_p, "", "this is the density of ε. How much does the map stretch the space around it?"},
        {log_p - log_det, "", "the exp stretches the space too. What is dz/dy for z = exp y?"},
        {log_p - y_sum, "", "the exp is there, and L is not. What is the determinant of a triangular matrix?"},
        {log_p + log_det + y_sum, "", "the sign: where a map stretches, the density becomes thinner."},
        {log_p + log_det - y_sum, "", "the sign of log det L: where a map stretches, the density becomes thinner."},
        {log_p - 2 * log_det - y_sum, "",
         "log det L twice: that is of the covariance L Lᵀ. Which map is differentiated?"},
        {log_p - log_det - z_sum, "", "the derivative of exp at y is exp y. Its logarithm is y, not exp y."},
        {log_p - log_det - without_mu, "", "the derivative is taken at L ε. Where does μ belong?"},
        {std::exp(right), "", "the density. Its logarithm is asked for."}};
    if (d > 1) mistakes.push_back({log_p - log_det - diagonal_y, "", "only the diagonal of L enters μ + L ε."});
    attempt.equal(log_density(mu, L, epsilon), right, 1e-12, mistakes);
  }
}

const Exercise kLogDensity{
    .number = "10.2",
    .slug = "eq:reparam-density",
    .task = "the density of a correlated log-normal sample",
    .statement = "log q(z) of z = exp(μ + L ε),  ε ~ N(0, I)",
    .points = 2,
    .minutes = 20,
    .hints =
        {"log q(z) = log p(ε) - log|det ∂z/∂ε|. The map has two steps, y = μ + L ε and z = exp y: what does each "
         "of them contribute?",
         "The determinant of a product is the product of the determinants. Of L it is Π L_ii; of exp, which works "
         "component by component, it is Π exp(y_i).",
         "Σ_i [ -½ (log 2π + ε_i²) - log L_ii - y_i ],  y = μ + L ε"},
    .check = check_log_density};

// 10.3

void check_score_gradient(lesson::Attempt& attempt) {
  for (const int K : {2, 3 + int(attempt.seed() % 4)}) {
    Numbers f = normal_numbers(attempt, K, 20 * K);
    for (double& one : f) one += 3;
    const Numbers score = normal_numbers(attempt, K, 20 * K + 1);
    const double average = mean_of(f), k = K;
    double plain = 0, itself = 0;
    for (int i = 0; i < K; ++i) {
      plain += f[i] * score[i] / k;
      itself += (f[i] - average) * score[i] / k;
    }
    const double right = itself * k / (k - 1);  // f - mean of the others = (f - mean of all) K/(K-1)
    std::vector<lesson::Mistake> mistakes{
        {plain, "", "unbiased, and as noisy as before: there is no baseline."},
        {itself, "(K-1)/K", "the baseline of a sample contains the sample itself: that is biased. Leave it out."},
        {right * k, "K", "this is the sum of the K estimates. Their mean is asked for."},
        {2 * plain - right, "", "the baseline is added. It is to be taken away from f."},
        {plain - average, "", "the baseline is taken away after multiplying. What multiplies (f - b)?"},
        {-right, "-1", "the sign."}};
    if (K > 2) {
      double next = 0, not_divided = 0;
      for (int i = 0; i < K; ++i) {
        next += (f[i] - f[(i + 1) % K]) * score[i] / k;
        not_divided += (f[i] - (k * average - f[i])) * score[i] / k;
      }
      mistakes.push_back({next, "", "unbiased, but the baseline is one other sample. What do the rest say?"});
      mistakes.push_back({not_divided, "", "the sum of the others. Their mean is the baseline."});
      mistakes.push_back(
          {right * k / (k - 1), "K/(K-1)", "the K estimates are divided by K - 1. How many are there?"});
    }
    attempt.equal(score_gradient(f, score), right, 1e-12, mistakes);
  }
}

const Exercise kScoreGradient{
    .number = "10.3",
    .slug = "claim:reparam",
    .task = "a score function estimate with a baseline that costs nothing",
    .statement = "d/dm E f = E[ (f(z_k) - b_k) d/dm log q(z_k) ],  b_k from the other samples",
    .points = 2,
    .minutes = 15,
    .hints = {"A baseline may be any number that does not depend on z_k: why? What is E[ d/dm log q(z) ]?",
              "The sum of the others is the sum of all less f_k. How many others are there?",
              "(1/K) Σ_k (f_k - (Σ_j f_j - f_k) / (K - 1)) · score_k"},
    .check = check_score_gradient};

// 10.4

// Of numbers whose exp is neither 0 nor infinite.
double log_mean_exp(const Numbers& all) {
  double sum = 0;
  for (const double one : all) sum += std::exp(one);
  return std::log(sum / all.size());
}

void check_corrected_bound(lesson::Attempt& attempt) {
  for (const int K : {2, 4 + int(attempt.seed() % 4)}) {
    Numbers log_w = normal_numbers(attempt, K, 30 * K);
    for (double& one : log_w) one -= 4;
    const double all = log_mean_exp(log_w), k = K;
    Numbers others, not_divided;
    for (int i = 0; i < K; ++i) {
      Numbers rest = log_w;
      rest.erase(rest.begin() + i);
      others.push_back(log_mean_exp(rest));
    }
    const double left_out = mean_of(others), right = k * all - (k - 1) * left_out;
    std::vector<lesson::Mistake> mistakes{
        {all, "", "this is L_K itself. What is left of c/K?"},
        {left_out, "", "this is the mean of L_{K-1}. How do you combine it with L_K?"},
        {k * left_out - (k - 1) * all, "", "a and b are exchanged. With which of the two is the gap smaller?"},
        {0.5 * (all + left_out), "", "the mean of both: a + b = 1, but a c/K + b c/(K-1) is not 0."},
        {(k + 1) * all - k * left_out, "", "a = K + 1: solve a c/K + b c/(K-1) = 0 with a + b = 1 again."},
        {right + std::log(k) * k - (k - 1) * std::log(k - 1), "",
         "log Σ w instead of log of the mean: -log K and -log(K-1) are missing."},
        {k * all - (k - 1) * k * left_out, "", "the K values of L_{K-1} are added up. Their mean is asked for."}};
    if (K > 2)  // for two, L_1 is a logarithm
      mistakes.push_back({mean_of(log_w), "", "the mean of the logarithms. L_K is the logarithm of the mean."});
    attempt.equal(corrected_bound(log_w), right, 1e-12, mistakes);
    // far down, where exp(log w) is 0
    Numbers low = log_w;
    for (double& one : low) one -= 1000;
    attempt.equal(corrected_bound(low), right - 1000, 1e-12);
  }
}

const Exercise kCorrectedBound{
    .number = "10.4",
    .slug = "eq:is-bound",
    .task = "a bound of $K$ samples whose gap closes like $1/K^2$",
    .statement = "a L_K + b L_{K-1},  a + b = 1,  without the term c/K",
    .points = 3,
    .minutes = 25,
    .hints =
        {"E L_K = log p - c/K and E L_{K-1} = log p - c/(K-1), up to smaller terms. What is E(a L_K + b L_{K-1})?",
         "a + b = 1 keeps log p; a/K + b/(K-1) = 0 removes c. Two equations for two unknowns. For the logarithm of "
         "a mean of small numbers take the largest log w out first.",
         "a = K, b = -(K-1); L = largest + log( Σ exp(log w - largest) / n )"},
    .check = check_corrected_bound};

// 10.5

void check_predict(lesson::Attempt& attempt) {
  const int d = 6 + attempt.seed() % 4;
  Numbers lambda;
  for (int j = 0; j < d; ++j)
    lambda.push_back(std::exp(-0.55 * j) * (2 + 0.3 * models::Random(attempt.seed()).uniform(j)));
  const auto theory = [&](int k, double level) -> Numbers {
    double active = 0, rate = 0, distortion = 0;
    for (int j = 0; j < d; ++j) {
      const bool on = j < k && lambda[j] > level;
      active += on, rate += on ? 0.5 * std::log(lambda[j] / level) : 0, distortion += on ? level : lambda[j];
    }
    return {active, rate, distortion};
  };
  const auto yours = [&](int k, double noise_variance, double beta) -> Numbers {
    const Prediction p = predict(lambda, k, noise_variance, beta);
    return {1.0 * p.active, p.rate, p.distortion};
  };
  // more units than it needs: the level decides
  const double beta = 2 + 0.5 * (attempt.seed() % 2), level = std::sqrt(lambda[3] * lambda[4]), s2 = level / beta;
  const Numbers right = theory(d, level);
  Numbers doubled = right, all_units = right, only_lost = right;
  doubled[1] *= 2;
  all_units[0] = d;
  only_lost[2] = right[2] - right[0] * level;
  attempt.equal(
      yours(d, s2, beta), right, 1e-12,
      {{theory(d, s2), "", "the level without β. What does a larger weight of the KL do to a unit?"},
       {theory(d, level / beta / beta), "", "the level σ²/β: a larger β makes more units collapse, not fewer."},
       {theory(d, beta * std::sqrt(s2)), "", "σ where σ² belongs: eigenvalues are variances."},
       {doubled, "", "the rate without its ½."},
       {all_units, "", "all units are counted. Which have a KL that is not 0?"},
       {only_lost, "", "the distortion of the collapsed directions alone. What is lost of the active ones?"}});
  // fewer units than eigenvalues above the level: the first two
  attempt.equal(yours(2, s2, beta), theory(2, level), 1e-12,
                {{right, "", "right for many units. Here there are two: who gets them, and what becomes of the rest?"},
                 {{2.0, theory(2, level)[1], right[2]},
                  "",
                  "a direction without a unit loses its whole variance, even if that is above the level."}});
  // a level above all eigenvalues
  attempt.equal(yours(d, 10, 1), theory(d, 10), 1e-12);
}

const Exercise kPredict{
    .number = "10.5",
    .slug = "test:collapse",
    .task = "active units, rate and distortion of a linear VAE, predicted",
    .statement = "active, E KL, E |x - zW - b|² at the optimum",
    .points = 2,
    .minutes = 15,
    .hints =
        {"The water level is βσ². A direction with its eigenvalue above it is worth a unit; one below it is not.",
         "An active direction costs ½ log(λ/level) nats and keeps a distortion of level. What does one without a "
         "unit cost, and what does it lose?",
         "For each j: active if j < k (counting from 0) and λ_j > βσ²; then ½ log(λ_j/βσ²) and βσ², else 0 and λ_j."},
    .check = check_predict};

// 10.6

void check_gradient_variance(lesson::Attempt& attempt) {
  const int N = 9 + attempt.seed() % 3, M = 4 + attempt.seed() % 2, S = 3 + 3 * (attempt.seed() % 2);
  Numbers mean = normal_numbers(attempt, N, 60), variance = normal_numbers(attempt, N, 61);
  for (double& one : variance) one = 0.5 + one * one;
  const double n = N, m = M, s = S, centre = mean_of(mean), noise = mean_of(variance);
  double spread = 0;
  for (const double one : mean) spread += (one - centre) * (one - centre) / n;
  const double from_batch = n * n / m * spread * (n - m) / (n - 1), from_noise = n * n / m * noise / s;
  attempt.equal(
      gradient_variance(mean, variance, M, S), from_batch + from_noise, 1e-12,
      {{from_batch, "", "this is the minibatch's part. What does ε add?"},
       {from_noise, "", "this is the part of ε. What does the choice of the points add?"},
       {from_batch + from_noise * s, "", "S draws of the noise are averaged. How does that part fall with S?"},
       {(from_batch + from_noise * s) / s, "1/S", "the choice of the points is the same for all S draws."},
       {from_batch + from_noise / s, "", "the noise is divided by S twice: a variance of a mean falls like 1/S."},
       {from_batch + from_noise * m, "", "the noises of different points are independent: their variances add up."},
       {from_batch + from_noise * (n - m) / (n - 1), "",
        "(N-M)/(N-1) on both parts. Do all N points together have no noise?"},
       {n * n / m * spread + from_noise, "", "the minibatch's part with replacement. What must it be for M = N?"},
       {(from_batch + from_noise) / n / n, "1/N²", "the variance of the mean. G stands for a sum over N points."}});
  // all points: what is left is the noise
  attempt.equal(gradient_variance(mean, variance, N, S), n * noise / s, 1e-12,
                {{0.0, "", "with all the points nothing is left of their choice. But ε is still drawn."}});
}

const Exercise kGradientVariance{
    .number = "10.6",
    .slug = "claim:noise",
    .task = "the variance of a minibatch's gradient, from both its noises",
    .statement = "Var G = Var_M E_ε[ G | M ] + E_M Var_ε[ G | M ]",
    .points = 3,
    .minutes = 20,
    .hints =
        {"Given the minibatch, what are mean and variance of G over ε? The law of total variance puts them together.",
         "E_ε[G|M] = (N/M) Σ mean_j: its variance is chapter 05's. Var_ε[G|M] = (N/M)² Σ variance_j / S: its mean "
         "over the minibatches needs only that every point is equally likely.",
         "N²/M · ( S² (N-M)/(N-1) + v̄/S ),  S² the variance of the means with 1/N, v̄ the mean of the variances"},
    .check = check_gradient_variance};

}  // namespace
}  // namespace ch10

int main(int argc, char** argv) {
  using namespace ch10;
  return lesson::check_exercises(
      argc, argv, "10_elbo",
      {kPoissonElbo, kLogDensity, kScoreGradient, kCorrectedBound, kPredict, kGradientVariance});
}
