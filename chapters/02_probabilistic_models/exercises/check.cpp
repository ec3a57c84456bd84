// The exercises of chapter 02: points, minutes and hints, and how each answer is checked. The instances are drawn by
// the attempt's seed.
#include "chapters/02_probabilistic_models/exercises/exercise.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "chapters/lesson/exercise/comparison.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/random.hpp"

namespace ch02 {
namespace {

using lesson::Exercise;
using Numbers = std::vector<double>;
using M = Var<Matrix<double>>;

models::Random random_of(const lesson::Attempt& attempt, std::uint64_t number = 0) {
  return {attempt.seed(), models::Purpose::data, number};
}

// 3, 4 or 5
int size_of(const lesson::Attempt& attempt) { return 3 + attempt.seed() % 3; }

// K probabilities, none below 0.02.
Numbers probabilities(const lesson::Attempt& attempt, std::uint64_t number) {
  Numbers p;
  for (int k = 0; k < size_of(attempt); ++k) p.push_back(0.1 + random_of(attempt, number).uniform(k));
  for (const double sum = std::reduce(p.begin(), p.end()); double& one : p) one /= sum;
  return p;
}

// The numbers f(0), ..., f(n-1).
template <class F>
Numbers numbered(std::size_t n, const F& f) {
  Numbers values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(f(i));
  return values;
}

// 2.1

void check_laplace(lesson::Attempt& attempt) {
  const models::Random random = random_of(attempt);
  const double mu = 1 + 3 * random.uniform(0), b = 0.5 + random.uniform(1);
  const Numbers u{0.02, 0.2 + 0.2 * random.uniform(2), 0.6 + 0.2 * random.uniform(3), 0.97};
  const auto draws = [&](auto&& f) { return numbered(u.size(), [&](std::size_t i) -> double { return f(u[i]); }); };
  const auto right = [&](double u) { return u < 0.5 ? mu + b * std::log(2 * u) : mu - b * std::log(2 * (1 - u)); };
  attempt.equal(
      draws([&](double u) { return laplace_draw(u, mu, b); }), draws(right), 1e-12,
      {{draws([&](double u) { return mu + b * std::log(2 * u); }), "",
        "right below μ. Above μ the density falls again: what is P(X <= x) there?"},
       {draws([&](double u) { return mu - b * std::log(2 * (1 - u)); }), "",
        "right above μ. Below it P(X <= x) is smaller than ½: what is it there?"},
       {draws([&](double u) { return 2 * mu - right(u); }), "",
        "this is the x with P(X > x) = u. On which side of μ must x lie for a small u?"},
       {draws([&](double u) { return right(u) - mu; }), "", "μ is missing: these are draws around 0."},
       {draws([&](double u) { return mu + (right(u) - mu) / b; }), "", "b is missing. How wide is the distribution?"},
       {draws([&](double u) { return mu + (right(u) - mu) / b / b; }), "", "divided by b, not multiplied."},
       {draws([&](double u) { return u < 0.5 ? mu + b * std::log(u) : mu - b * std::log(1 - u); }), "",
        "half of the probability lies on each side of μ. What must u = ½ give?"},
       {draws([&](double u) { return std::exp(-std::abs(u - mu) / b) / (2 * b); }), "",
        "this is the density at u. What is asked for is the x below which a share u of the draws lies."}});
}

const Exercise kLaplace{
    .number = "2.1",
    .slug = "eq:model",
    .task = "a draw from the Laplace distribution",
    .statement = "x with P(X <= x) = u, for p(x) = exp(-|x - μ|/b) / 2b",
    .points = 2,
    .minutes = 20,
    .hints = {"Draw p(x). P(X <= x) is the area to the left of x. What is it at μ, by symmetry?",
              "For x < μ the area is ∫ exp((t - μ)/b) / 2b dt up to x, which is ½ exp((x - μ)/b). For x > μ take 1 "
              "minus the area on the right.",
              "u < ½: mu + b log(2u); otherwise mu - b log(2(1 - u))"},
    .check = check_laplace};

// 2.2

void check_log_density_of_exp(lesson::Attempt& attempt) {
  const models::Random random = random_of(attempt);
  const double mu = 0.3 + random.uniform(0), sigma = 0.3 + 0.4 * random.uniform(1);
  const Numbers y{0.4 + 0.3 * random.uniform(2), 1.5 + random.uniform(3), 4 + 3 * random.uniform(4)};
  const double constant = -0.5 * std::log(2 * std::numbers::pi);
  const auto normal = [&](double x) {
    return constant - std::log(sigma) - 0.5 * (x - mu) * (x - mu) / (sigma * sigma);
  };
  const auto values = [&](auto&& f) { return numbered(y.size(), [&](std::size_t i) -> double { return f(y[i]); }); };
  const auto right = [&](double y) { return normal(std::log(y)) - std::log(y); };
  attempt.equal(
      values([&](double y) { return log_density_of_exp(y, mu, sigma); }), values(right), 1e-12,
      {{values([&](double y) { return normal(std::log(y)); }), "",
        "this is the density of x at log y, per unit of x. How long is the interval of y that belongs to dx?"},
       {values([&](double y) { return normal(std::log(y)) + std::log(y); }), "",
        "the sign of log y. Where y is large, an interval dx is stretched: does the density rise or fall?"},
       {values([&](double y) { return normal(std::log(y)) - y; }), "",
        "dx/dy = 1/y is a factor of the density. What is its logarithm?"},
       {values([&](double y) { return normal(y); }), "", "y is put into the density of x. Which x belongs to y?"},
       {values([&](double y) { return normal(std::exp(y)) + y; }), "",
        "this is the density of log x. Here y = exp x."},
       {values([&](double y) { return std::exp(right(y)); }), "", "the density itself: its logarithm is asked for."},
       {values([&](double y) { return right(y) + std::log(sigma); }), "",
        "the -log σ of the normal density is missing."},
       {values([&](double y) { return right(y) - constant; }), "", "the constant -½ log 2π is missing."}});
}

const Exercise kLogDensityOfExp{
    .number = "2.2",
    .slug = "claim:density-above-one",
    .task = "the density of $\\exp x$ for a normal $x$",
    .statement = "log p(y), y = exp x, x ~ N(μ, σ²)",
    .points = 2,
    .minutes = 15,
    .hints =
        {"For y = a x the density becomes lower by the factor a, since every interval becomes a times as long. By "
         "what factor does y = exp x stretch a short interval around x?",
         "p(y) dy = p(x) dx, so p(y) = p(x) · dx/dy with x = log y. What is dx/dy?",
         "log N(log y; mu, sigma squared) - log y"},
    .check = check_log_density_of_exp};

// 2.3

void check_backward_slope(lesson::Attempt& attempt) {
  const Numbers p = probabilities(attempt, 1), p_star = probabilities(attempt, 2);
  const std::size_t K = p.size();
  double kl = 0, forward = 0;
  for (std::size_t k = 0; k < K; ++k)
    kl += p[k] * std::log(p[k] / p_star[k]), forward += p_star[k] * std::log(p_star[k] / p[k]);
  const auto ratio = [&](std::size_t k) { return std::log(p[k] / p_star[k]); };

  // by the tape
  const Matrix<double> log_star = Eigen::Map<const Matrix<double>>(p_star.data(), 1, K).array().log();
  const Matrix<double> theta = Eigen::Map<const Matrix<double>>(p.data(), 1, K).array().log();
  const auto divergence = [&](auto theta) {
    const auto log_p = log_softmax(theta);
    return dot(exp(log_p), log_p - theta.tape().constant(log_star));
  };
  const auto [value, slope] = autograd::value_and_gradient(divergence, theta);
  const Numbers right(slope.data(), slope.data() + K);

  const Numbers yours = slope_of_backward_divergence(p, p_star);
  attempt.require(yours.size() == K, "expected one slope for each of the K states");
  attempt.equal(yours, right, 1e-12,
                {{numbered(K, [&](std::size_t k) { return p[k] - p_star[k]; }), "",
                  "this is the slope of KL(p* ‖ p_θ). Here p_θ is what is averaged over, and it moves with θ."},
                 {numbered(K, ratio), "", "log(p_k/p*_k) alone. How does p_j depend on θ_k?"},
                 {numbered(K, [&](std::size_t k) { return ratio(k) + 1; }), "",
                  "this is the derivative in p_k, as if the p were free. They are a softmax of θ."},
                 {numbered(K, [&](std::size_t k) { return p[k] * (ratio(k) + 1); }), "",
                  "only p_k was moved by θ_k. The other probabilities fall when it rises: which term do they bring?"},
                 {numbered(K, [&](std::size_t k) { return p[k] * ratio(k); }), "",
                  "the terms of the divergence. Do these slopes add up to 0, as adding a number to all θ demands?"},
                 {numbered(K, [&](std::size_t k) { return p[k] * (kl - ratio(k)); }), "-1", "the sign."},
                 {numbered(K, [&](std::size_t k) { return ratio(k) - kl; }), "", "the factor p_k is missing."},
                 {numbered(K, [&](std::size_t k) { return p_star[k] * (ratio(k) - kl); }), "",
                  "p*_k stands where p_k belongs. Which of the two depends on θ?"},
                 {numbered(K, [&](std::size_t k) { return p[k] * (ratio(k) + forward); }), "",
                  "the divergence that is subtracted is the one the other way round, with its sign."}});
}

const Exercise kBackwardSlope{
    .number = "2.3",
    .slug = "eq:approx",
    .task = "the slope of the divergence the other way round, derived",
    .statement = "∂/∂θ_k KL(p_θ ‖ p*), p_θ = softmax θ",
    .points = 3,
    .minutes = 30,
    .hints =
        {"Differentiate Σ_j p_j (log p_j - log p*_j) first in the p_j, as if they were free. Then ask how each p_j "
         "moves with θ_k.",
         "∂p_j/∂θ_k = p_j ((1 where j = k) - p_k). Over all j these sum to 0, so the constant 1 that comes from "
         "differentiating p log p drops out.",
         "p_k (log(p_k/p*_k) - KL(p ‖ p*))"},
    .check = check_backward_slope};

// 2.4

void check_closest_normal(lesson::Attempt& attempt) {
  const Numbers w = probabilities(attempt, 3);
  const std::size_t K = w.size();
  const models::Random random = random_of(attempt, 4);
  const Numbers mu = numbered(K, [&](std::size_t k) { return 1 + 2.0 * k * (0.5 + random.uniform(k)); });
  const Numbers variance = numbered(K, [&](std::size_t k) { return 0.3 + random.uniform(10 + k); });
  const auto average = [&](auto&& f) {
    double sum = 0;
    for (std::size_t k = 0; k < K; ++k) sum += w[k] * f(k);
    return sum;
  };
  const double mean = average([&](std::size_t k) { return mu[k]; });
  const double within = average([&](std::size_t k) { return variance[k]; });
  const double between = average([&](std::size_t k) { return (mu[k] - mean) * (mu[k] - mean); });
  const double of_averages = average([&](std::size_t k) { return w[k] * variance[k]; });
  const double plain_mean = std::reduce(mu.begin(), mu.end()) / K;
  double plain_variance = 0;
  for (std::size_t k = 0; k < K; ++k)
    plain_variance += (variance[k] + (mu[k] - plain_mean) * (mu[k] - plain_mean)) / K;

  const auto [m, v] = closest_normal(w, mu, variance);
  attempt.equal(
      Numbers{m, v}, Numbers{mean, within + between}, 1e-12,
      {{{mean, within}, "", "the variance within the peaks. A q that is to cover all of them needs more: what?"},
       {{mean, between}, "", "the variance between the peaks. Each of them has a width of its own, too."},
       {{mean, within + between + mean * mean}, "", "this is E[ x² ]. What is subtracted to make it a variance?"},
       {{mean, of_averages},
        "",
        "Σ w² σ² is the variance of a weighted sum of independent numbers: no peak is chosen."},
       {{plain_mean, plain_variance}, "", "all peaks count alike here. Some of them are chosen more often."},
       {{mean, std::sqrt(within + between)}, "", "the standard deviation: the variance is asked for."}});
}

const Exercise kClosestNormal{
    .number = "2.4",
    .slug = "claim:kl-direction",
    .task = "the normal that is closest to a mixture of any size",
    .statement = "argmin KL(p ‖ q) over q = N(m, v), p = Σ_k w_k N(μ_k, σ_k²)",
    .points = 2,
    .minutes = 20,
    .hints =
        {"Only E_p[ log q(x) ] depends on q. Write it out for a normal q: which two expectations of x under p does "
         "it need?",
         "Set the derivatives in m and v to 0: m = E_p[ x ] and v = E_p[ (x - m)² ]. An expectation under a "
         "mixture is the weighted sum of those under its components.",
         "m = Σ w μ, v = Σ w (σ² + μ²) - m²"},
    .check = check_closest_normal};

// 2.5

void check_log_prob(lesson::Attempt& attempt) {
  const autograd::Index n = size_of(attempt) + 1;
  const Matrix<double> y = lesson::normal_matrix(attempt.seed(), 3, n, 1);
  const double constant = -0.5 * std::log(2 * std::numbers::pi);
  const auto of = [&](auto f) {
    return [&y, f](const lesson::Vars& v) { return f(M(v[0].tape().constant(y)), v[0], v[1]); };
  };
  const auto right = [=](const M& y, const M& mu, const M& r) {
    return models::normal_log_prob(y, mu, 2.0 * log(softplus(r)));
  };
  lesson::compare(
      attempt,
      {.names = {"mu", "r"},
       .inputs = {lesson::normal_matrix(attempt.seed(), 1, n, 1), lesson::normal_matrix(attempt.seed(), 2, n, 1)},
       .yours = of([](const M& y, const M& mu, const M& r) { return log_prob(y, mu, r); }),
       .right = of(right),
       .wrong = {
           {"this is the program as it was.",
            of([](const M& y, const M& mu, const M& r) { return -log(softplus(r)) - square(y - mu) / softplus(r); })},
           {"softplus(r) is still taken for the variance. What does the statement say it is?",
            of([=](const M& y, const M& mu, const M& r) { return models::normal_log_prob(y, mu, log(softplus(r))); })},
           {"the constant -½ log 2π is missing: the number cannot be compared with others.",
            of([=](const M& y, const M& mu, const M& r) { return right(y, mu, r) - constant; })},
           {"the ½ before the square is missing, and the deviation that fits best is too large by √2.",
            of([=](const M& y, const M& mu, const M& r) {
              return constant - log(softplus(r)) - square((y - mu) / softplus(r));
            })},
           {"the square is divided by σ, and not by σ².", of([=](const M& y, const M& mu, const M& r) {
              return constant - log(softplus(r)) - 0.5 * square(y - mu) / softplus(r);
            })},
           {"-½ log σ where -log σ belongs: -½ log σ² is -log σ.", of([=](const M& y, const M& mu, const M& r) {
              return constant - 0.5 * log(softplus(r)) - 0.5 * square((y - mu) / softplus(r));
            })},
           {"r is taken for log σ²: exp(r) is in the place of softplus.",
            of([=](const M& y, const M& mu, const M& r) { return models::normal_log_prob(y, mu, r); })},
           {"the sign: this is the loss, -log p(y|x).",
            of([=](const M& y, const M& mu, const M& r) { return -right(y, mu, r); }), "-1"}}});
}

const Exercise kLogProb{
    .number = "2.5",
    .slug = "eq:conditional",
    .task = "a log-likelihood with three faults, mended",
    .statement = "log N(y; μ, softplus(r)²), (μ, r) = NN(x)",
    .points = 2,
    .minutes = 15,
    .hints = {"Write log N(y; μ, σ²) down, and lay it beside the program, term by term.",
              "What the program calls variance is σ. And a normal's exponent has a factor, and its front a constant.",
              "-0.5 * std::log(2 * std::numbers::pi) - log(sigma) - 0.5 * square((y - mu) / sigma)"},
    .check = check_log_prob};

// 2.6

void check_mean(lesson::Attempt& attempt) {
  const double l = 1 + 3 * random_of(attempt, 5).uniform(0);
  const auto by_formula = [](double l) { return 1 / (1 - std::exp(-l)) - 1 / l; };
  const auto both = [&](auto&& f) { return Numbers{f(l), f(-l)}; };
  const auto lambda = [](double l) { return 1 / (1 + std::exp(-l)); };
  attempt.equal(
      both(mean_of_continuous_bernoulli), both(by_formula), 1e-9,
      {{both(lambda), "", "this is λ, the mean of a pixel that is only black or white."},
       {both([](double) { return 0.5; }), "", "½ is the mean for ℓ = 0. Here white is likelier, or black."},
       {both([&](double l) { return 1 - by_formula(l); }), "", "the sign of ℓ. For ℓ > 0 light grey is likelier."},
       {both([&](double l) { return by_formula(l) + 1 / l; }), "",
        "1/(1 - exp(-ℓ)) is one part, and it is above 1. What does the logarithm of 1/ℓ bring?"},
       {both([&](double l) { return by_formula(l) * std::expm1(l) / l; }), "",
        "this is ∫ x exp(ℓx) dx. By what must it be divided?"},
       {both([&](double l) { return std::log(std::expm1(l) / l) / l; }), "",
        "this is log ∫ exp(ℓx) dx, divided by ℓ. Its slope in ℓ is the mean."}});
  // near 0, where 1/ℓ is large, and far out, where exp overflows
  const Numbers near{0, 1e-300, 1e-12, -1e-9, 1e-6, -1e-5, 1e-3};
  const Numbers means = numbered(near.size(), [&](std::size_t i) { return 0.5 + near[i] / 12; });
  const auto at = [](const Numbers& l, auto&& f) {
    return numbered(l.size(), [&](std::size_t i) -> double { return f(l[i]); });
  };
  for (std::size_t i = 0; i < near.size(); ++i)
    attempt.equal(mean_of_continuous_bernoulli(near[i]), means[i], 1e-9,
                  {{lambda(near[i]) + 0.25, "", "something between black and white, near ℓ = 0, is nearly ½."}});
  const Numbers far{-800, -40, 40, 800};
  attempt.equal(at(far, mean_of_continuous_bernoulli), Numbers{1 / 800.0, 1 / 40.0, 1 - 1 / 40.0, 1 - 1 / 800.0}, 1e-9,
                {{at(far, lambda), "", "far out the mean is 1/|ℓ| away from black or white: it comes near slowly."}});
}

const Exercise kMean{
    .number = "2.6",
    .slug = "claim:grey-bernoulli",
    .task = "the mean of the continuous Bernoulli, derived, and right near $\\ell = 0$ too",
    .statement = "E[ x ], p(x) = exp(ℓx) / ∫₀¹ exp(ℓt) dt",
    .points = 3,
    .minutes = 30,
    .hints =
        {"Differentiate log ∫₀¹ exp(ℓt) dt in ℓ, under the integral: what comes out?",
         "The integral is (exp ℓ - 1)/ℓ. The slope of its logarithm is the mean. Write it with exp(-ℓ), and look at "
         "what its two terms do near ℓ = 0: std::expm1 helps with one, and a series with their difference.",
         "1/(1 - exp(-ℓ)) - 1/ℓ, and ½ + ℓ/12 where |ℓ| is below 0.001"},
    .check = check_mean};

}  // namespace
}  // namespace ch02

int main(int argc, char** argv) {
  using namespace ch02;
  return lesson::check_exercises(argc, argv, "02_probabilistic_models",
                                 {kLaplace, kLogDensityOfExp, kBackwardSlope, kClosestNormal, kLogProb, kMean});
}
