// The exercises of chapter 06: points, minutes and hints, and how each answer is checked. The instances are drawn by
// the attempt's seed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "chapters/06_latent_variables/exercises/exercise.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/classification.hpp"
#include "models/statistics/random.hpp"

namespace ch06 {
namespace {

using lesson::Exercise;
using Numbers = std::vector<double>;

models::Random random_of(const lesson::Attempt& attempt, std::uint64_t number = 0) {
  return {attempt.seed(), models::Purpose::data, number};
}

// 2, 3 or 4 components; 7, 8 or 10 points.
int components(const lesson::Attempt& attempt) { return 2 + attempt.seed() % 3; }
int points(const lesson::Attempt& attempt) { return std::vector{7, 8, 10}[attempt.seed() % 3]; }

Matrix<double> normal_matrix(const lesson::Attempt& attempt, Index rows, Index cols, std::uint64_t number) {
  Matrix<double> x(rows, cols);
  random_of(attempt, number).fill_normal(std::span(x.data(), x.size()));
  return x;
}

// Positive, every row with the sum 1.
Matrix<double> weights(const lesson::Attempt& attempt, Index rows, Index cols) {
  Matrix<double> W = normal_matrix(attempt, rows, cols, 5).array().exp();
  W.array().colwise() /= W.rowwise().sum().array();
  return W;
}

Numbers numbers(const Matrix<double>& x) { return {x.data(), x.data() + x.size()}; }

// The numbers f(0), ..., f(n-1).
template <class F>
Numbers numbered(std::size_t n, const F& f) {
  Numbers values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(f(i));
  return values;
}

// 6.1

void check_posterior(lesson::Attempt& attempt) {
  const int K = components(attempt);
  for (const double shift : {0.0, -2000.0, 1500.0}) {  // a density may be large, too
    const Numbers l = numbers((normal_matrix(attempt, 1, K, 1).array() + shift).matrix());
    const Numbers yours = posterior(l);
    attempt.require(std::ranges::none_of(yours, [](double p) { return std::isnan(p); }),
                    fmt::format("NaN, for a point with log p(x, z) near {}\nlikely: its exp is 0 or infinite. Which "
                                "number may you subtract from all K logarithms?",
                                shift));
    const Matrix<double> r = models::log_posterior(Eigen::Map<const Matrix<double>>(l.data(), 1, K)).array().exp();
    const double largest = *std::ranges::max_element(l);
    const auto relative = numbered(K, [&](int k) { return std::exp(l[k] - largest); });
    attempt.equal(yours, numbers(r), 1e-12,
                  {{relative, "", "relative to the largest one. What must the K probabilities sum to?"},
                   {Numbers(K, 1.0 / K), "", "all the same. Which component is nearer?"},
                   {Numbers(K, 0.0), "",
                    "every exp became 0. Which number may you subtract from all K logarithms "
                    "without changing a quotient?"}});
  }
}

const Exercise kPosterior{
    .number = "6.1",
    .slug = "eq:marginal",
    .task = "the posterior of a point that lies far from everything",
    .statement = "p(z = k | x) = p(x, z = k) / Σ_j p(x, z = j)",
    .points = 1,
    .minutes = 10,
    .hints = {"A quotient stays what it is when both numbers are multiplied by the same factor.",
              "Subtract the same number from all K logarithms before exp. Which one makes the largest exp equal to 1?",
              "r_k = exp(l_k - max l), then divide all of them by their sum."},
    .check = check_posterior};

// 6.2

void check_compound_count(lesson::Attempt& attempt) {
  const models::Random random = random_of(attempt);
  const double a = 1.5 + 2 * random.uniform(0), b = 0.4 + random.uniform(1);
  const Numbers counts{0, 1, 2.0 + attempt.seed() % 4, 9};
  const auto of = [&](auto&& f) {
    return numbered(counts.size(), [&](std::size_t i) -> double { return f(counts[i]); });
  };
  // log ∫ Gamma(λ; a, b) Poisson(x; λ) dλ by the trapezoid rule in t = log λ, which converges exponentially: the
  // integrand is analytic and falls off at both ends
  const auto right = [=](double x, double a, double b) {
    double integral = 0;
    for (double t = -40; t < 8; t += 0x1p-4) {
      const double log_gamma = a * std::log(b) + (a - 1) * t - b * std::exp(t) - std::lgamma(a);
      const double log_poisson = x * t - std::exp(t) - std::lgamma(x + 1);
      integral += 0x1p-4 * std::exp(log_gamma + log_poisson + t);  // dλ = λ dt
    }
    return std::log(integral);
  };
  const auto r = [&](double x) { return right(x, a, b); };
  attempt.equal(
      of([&](double x) { return log_compound_count(int(x), a, b); }), of(r), 1e-12,
      {{of([&](double x) { return r(x) + std::lgamma(x + 1); }), "", "the x! of the Poisson distribution is missing."},
       {of([&](double x) { return r(x) - a * std::log(b); }), "", "the factor b^a of the Gamma density is missing."},
       {of([&](double x) { return r(x) + std::lgamma(a); }), "", "the Γ(a) of the Gamma density is missing."},
       {of([&](double x) { return right(x, a, 1 / b); }), "", "b is a rate here: the mean of λ is a/b, not ab."},
       {of([&](double x) { return x * std::log(a / b) - a / b - std::lgamma(x + 1); }), "",
        "this is a Poisson distribution with the mean rate. Must a mean over λ be taken of p(x|λ), or of λ?"},
       {of([&](double x) { return r(x) + (x + a) * (std::log(b + 1) - std::log(b)); }), "",
        "the e^(-λ) of the Poisson distribution belongs to the integrand, too: what multiplies λ in the exponent?"},
       {of([&](double x) { return std::exp(r(x)); }), "", "this is p(x). Its logarithm is asked for."}});
}

const Exercise kCompound{
    .number = "6.2",
    .slug = "eq:marginal",
    .task = "a compound distribution of counts, derived",
    .statement = "p(x) = ∫ Gamma(λ; a, b) Poisson(x; λ) dλ",
    .points = 2,
    .minutes = 20,
    .hints = {"Write both densities under the integral, and take out what does not depend on λ.",
              "What is left is λ to some power times e to some multiple of -λ. The integral of that stands in the "
              "statement: what are s and t?",
              "s = x + a, t = b + 1: log p = a log b - log Γ(a) - log x! + log Γ(x + a) - (x + a) log(b + 1)"},
    .check = check_compound_count};

// 6.3

void check_spherical(lesson::Attempt& attempt) {
  const int n = points(attempt), K = components(attempt), d = 3 + attempt.seed() % 2;
  const Matrix<double> x = 2 * normal_matrix(attempt, n, d, 2).array() + 1, W = weights(attempt, n, K);
  // Σ_i W_ik ‖x_i - centre‖² / by
  const auto each = [&](auto&& f) { return numbered(K, [&](int k) -> double { return f(W.col(k).sum(), k); }); };
  const auto squares = [&](const Matrix<double>& centre, int k) {
    return (x.rowwise() - centre.row(0)).rowwise().squaredNorm().dot(W.col(k));
  };
  const auto scatter = [&](int k) {
    const Matrix<double> mean = W.col(k).transpose() * x / W.col(k).sum();
    return squares(mean, k);
  };
  const Matrix<double> overall = x.colwise().mean();
  double pooled = 0;
  for (int k = 0; k < K; ++k) pooled += scatter(k);
  attempt.equal(
      spherical_variances(x, W), each([&](double n_k, int k) { return scatter(k) / (n_k * d); }), 1e-12,
      {{each([&](double n_k, int k) { return scatter(k) / n_k; }), "d",
        "this is the mean squared distance. Over how many directions is it spread?"},
       {each([&](double n_k, int k) { return scatter(k) / (n_k * 2); }), "", "divided by 2, for d = 3 or 4."},
       {each([&](double, int k) { return scatter(k) / (n * d); }), "",
        "divided by the number of all points. How many belong to the component?"},
       {each([&](double n_k, int k) { return scatter(k) / ((n_k - 1) * d); }), "",
        "n_k - 1 makes an unbiased estimate. The maximum of the likelihood is asked for."},
       {each([&](double n_k, int k) { return squares(overall, k) / (n_k * d); }), "",
        "the distances are those from the mean of all points. From which mean must they be taken?"},
       {each([&](double, int) { return pooled / (n * d); }), "",
        "one variance for all components: this is the shared one."},
       {each([&](double n_k, int k) { return std::sqrt(scatter(k) / (n_k * d)); }), "",
        "a square root: is the deviation asked for?"}});
}

const Exercise kSpherical{
    .number = "6.3",
    .slug = "eq:gmm",
    .task = "the M step of clouds that are round, derived",
    .statement = "the v_k that maximise Σ_ik W_ik log N(x_i; μ_k, v_k I)",
    .points = 2,
    .minutes = 20,
    .hints = {"log N(x; μ, vI) = -½ d log 2πv - ½ ‖x - μ‖²/v. Collect what depends on v_k.",
              "With n_k = Σ_i W_ik and S_k = Σ_i W_ik ‖x_i - μ_k‖² it is -½ n_k d log v_k - ½ S_k/v_k. Where is its "
              "derivative 0? The mean μ_k is that of the weighted points.",
              "v_k = S_k / (n_k d)"},
    .check = check_spherical};

// 6.4

// A step of EM with each of the three faults or without it.
Coins coins_step(const Coins& now, std::span<const int> heads, int m, bool prior, bool share, bool tosses) {
  Coins next{0, 0, 0};
  double all = 0, tosses_a = 0, tosses_b = 0;
  for (const int x : heads) {
    const double p_a = (prior ? now.pi : 1) * std::pow(now.a, x) * std::pow(1 - now.a, m - x);
    const double p_b = (prior ? 1 - now.pi : 1) * std::pow(now.b, x) * std::pow(1 - now.b, m - x);
    const double r = p_a / (p_a + p_b);
    all += r;
    next.a += r * x, tosses_a += (tosses ? r : 1) * m;
    next.b += (1 - r) * x, tosses_b += (tosses ? 1 - r : 1) * m;
  }
  return {all / (share ? heads.size() : m), next.a / tosses_a, next.b / tosses_b};
}

void check_em_step(lesson::Attempt& attempt) {
  const models::Random random = random_of(attempt);
  const int n = points(attempt), m = 5 + attempt.seed() % 2;  // n and m differ
  const Coins now{0.2 + 0.15 * random.uniform(0), 0.6 + 0.2 * random.uniform(1), 0.3 + 0.2 * random.uniform(2)};
  std::vector<int> heads(n);
  for (int i = 0; i < n; ++i) heads[i] = random_of(attempt, 1).below(m, i) + 1;
  const auto listed = [](const Coins& coins) { return Numbers{coins.pi, coins.a, coins.b}; };
  const auto with = [&](bool prior, bool share, bool tosses) {
    return listed(coins_step(now, heads, m, prior, share, tosses));
  };
  Coins swapped = coins_step(now, heads, m, true, true, true);
  swapped.pi = 1 - swapped.pi;
  attempt.equal(
      listed(em_step(now, heads, m)), with(true, true, true), 1e-12,
      {{with(false, false, false), "", "nothing is mended yet. What does r leave out? Over what is pi a mean?"},
       {with(false, true, true), "", "pi enters nowhere: a coin that is rarely taken is less probable beforehand."},
       {with(true, false, true), "", "pi is a share of the n turns, and divided by the m tosses."},
       {with(true, true, false), "", "every toss counts in full for both coins. How much of it belongs to each?"},
       {with(true, false, false), "", "one fault of three is mended. Over what is pi a mean?"},
       {with(false, true, false), "",
        "one fault of three is mended: pi is a mean over the turns. What does r leave out?"},
       {with(false, false, true), "", "one fault of three is mended: tosses have weights. What does r leave out?"},
       {listed(swapped), "", "pi belongs to coin a."}});
}

const Exercise kCoins{
    .number = "6.4",
    .slug = "eq:gmm",
    .task = "a step of EM for two coins with three faults, mended",
    .statement = "r_i = p(coin a | x_i), then shares and frequencies with these weights",
    .points = 2,
    .minutes = 20,
    .hints = {"Go through Bayes' rule first: what must be multiplied with p(x|z)?",
              "Suppose that r is 0 or 1 everywhere, so that the coins are known. What should pi, a and b then be? Do "
              "the lines give that?",
              "pi * ... and (1 - pi) * ... in p_a and p_b; r / n in next.pi; r * m and (1 - r) * m tosses."},
    .check = check_em_step};

// 6.5

void check_slopes(lesson::Attempt& attempt) {
  const int n = points(attempt), K = components(attempt);
  const Matrix<double> log_pi = models::log_posterior(normal_matrix(attempt, 1, K, 3));
  const Matrix<double> log_joint = normal_matrix(attempt, n, K, 4).rowwise() + log_pi.row(0);
  const Matrix<double> r = models::log_posterior(log_joint).array().exp(), pi = log_pi.array().exp();
  const auto each = [&](auto&& f) {
    return numbered(K, [&](int k) -> double { return f(r.col(k).sum(), pi(0, k)); });
  };
  const auto right = each([&](double n_k, double pi) { return n_k - n * pi; });
  attempt.equal(
      slopes_in_alpha(log_joint, {log_pi.data(), std::size_t(K)}), right, 1e-12,
      {{each([&](double n_k, double) { return n_k; }), "",
        "α_k also makes all the other π smaller. What is ∂ log softmax(α)_z / ∂α_k for z other than k?"},
       {each([&](double n_k, double pi) { return n_k / pi; }), "",
        "this is the slope in π_k itself, as if the others stayed. The numbers α are asked for."},
       {each([&](double n_k, double pi) { return n_k / n - pi; }), "1/n", "a mean over the points instead of a sum."},
       {each([&](double n_k, double pi) { return n_k - pi; }), "", "π is subtracted once. How many points are there?"},
       {each([&](double n_k, double pi) { return n * pi - n_k; }), "-1", "the sign: nothing here is a loss."},
       {each([&](double n_k, double pi) { return pi * n_k; }), "",
        "this is π times the weights. Write down log π_z first."}});
}

const Exercise kSlopes{
    .number = "6.5",
    .slug = "eq:fisher-identity",
    .task = "the slopes of log p(D) in the mixing weights' logits",
    .statement = "∂ Σ_i log p(x_i) / ∂α_k = Σ_i E_{p(z|x_i)} ∂ log p(x_i, z) / ∂α_k",
    .points = 2,
    .minutes = 20,
    .hints = {"Which part of log p(x, z) depends on α? Take its derivative for one z.",
              "log π_z = α_z - log Σ_j exp α_j. Its derivative in α_k is 1 for z = k and 0 otherwise, minus π_k. Now "
              "the mean over z.",
              "Σ_i (r_ik - π_k), with r_ik = p(z = k | x_i)"},
    .check = check_slopes};

// 6.6

void check_rate(lesson::Attempt& attempt) {
  const int n = points(attempt);
  Numbers f = numbers(normal_matrix(attempt, 1, n, 6).array().exp().matrix()),
          g = numbers(normal_matrix(attempt, 1, n, 7).array().exp().matrix());
  const double large = 3 + 0.1 * (attempt.seed() % 5);
  f[0] = g[1] = large, f[1] = g[0] = 0.2;  // a point for each, so that EM comes to rest between 0 and 1
  const auto mean = [&](double pi, auto&& of) {
    double sum = 0;
    for (int i = 0; i < n; ++i) sum += of(f[i], g[i], pi * f[i] + (1 - pi) * g[i]) / n;
    return sum;
  };
  double pi = 0.5;
  for (int step = 0; step < 20'000; ++step) pi = mean(pi, [&](double f, double, double p) { return pi * f / p; });
  const double right = mean(pi, [](double f, double g, double p) { return f * g / (p * p); });
  attempt.equal(
      rate_of_weight(f, g, pi), right, 1e-12,
      {{pi * (1 - pi) * right, "π(1-π)", "this is the mean of r (1 - r). What is the derivative of π f / p in π?"},
       {right * n, "n", "a sum over the points instead of a mean."},
       {1 - right, "", "this is what a step removes of the error. What is left of it is asked for."},
       {mean(pi, [](double f, double, double p) { return f / p; }), "",
        "p depends on π as well. What is the derivative of the quotient π f / p?"},
       {mean(pi, [&](double f, double g, double p) { return (f - g) * (f - g) / (p * p); }), "",
        "this is minus the curvature of log p(D), for each point. EM's step is asked for."},
       {pi, "", "this is where the step comes to rest. What is its derivative there?"}});
}

const Exercise kRate{
    .number = "6.6",
    .slug = "claim:em-rate",
    .task = "the rate at which EM finds a share, derived",
    .statement = "π_{t+1} - π ≈ rate · (π_t - π)",
    .points = 3,
    .minutes = 25,
    .hints = {"E step: r_i = π f_i / (π f_i + (1 - π) g_i). M step: which share fits these weights best?",
              "The next π is the mean of the r_i. Near the point of rest a function is its derivative times the "
              "distance. Take the derivative of r_i in π.",
              "d/dπ of π f/p with p = π f + (1 - π) g is f g / p². The rate is the mean of that."},
    .check = check_rate};

// 6.7

void check_variance(lesson::Attempt& attempt) {
  const models::Random random = random_of(attempt, 8);
  const int n = points(attempt);
  const double mu = 1 + random.uniform(0), a = 1.5 + random.uniform(1), b = 0.5 + random.uniform(2);
  const Numbers x = numbers(normal_matrix(attempt, 1, n, 9)), r = numbers(weights(attempt, n, 2).col(0));
  double count = 0, squares = 0;
  for (int i = 0; i < n; ++i) count += r[i], squares += r[i] * (x[i] - mu) * (x[i] - mu);
  attempt.equal(
      variance_with_prior(x, r, mu, a, b), (0.5 * squares + b) / (0.5 * count + a + 1), 1e-12,
      {{squares / count, "", "the prior is missing: this is the M step of the chapter."},
       {(0.5 * squares + b) / (0.5 * count + a), "", "the exponent of v is -(a + 1), not -a."},
       {(0.5 * squares + b) / (0.5 * count + a - 1), "",
        "this is the mean of v under its posterior. The maximum is asked for."},
       {(squares + b) / (count + a + 1), "", "the ½ of the normal density is missing before the sums."},
       {(0.5 * squares + b) / (0.5 * n + a + 1), "", "every point counts in full. How much of it belongs here?"},
       {squares / count + b / (a + 1), "", "two maxima added. Where is the maximum of the sum?"},
       {std::sqrt((0.5 * squares + b) / (0.5 * count + a + 1)), "", "a square root: v is the variance."}});
  // a component on a single point
  attempt.equal(variance_with_prior(Numbers{mu}, Numbers{1}, mu, a, b), b / (a + 1.5), 1e-12,
                {{0.0, "", "on a single point the variance has become 0 again."}});
}

const Exercise kVariance{
    .number = "6.7",
    .slug = "claim:unbounded",
    .task = "the variance of a component with a prior, derived",
    .statement = "the v that maximises Σ_i r_i log N(x_i; μ, v) + log p(v)",
    .points = 2,
    .minutes = 20,
    .hints = {"Write the sum and the prior under one another. Both are a number times log v plus a number over v.",
              "With R = Σ r and S = Σ r (x - μ)² it is -(½R + a + 1) log v - (½S + b)/v. Where is its derivative 0?",
              "v = (½S + b) / (½R + a + 1)"},
    .check = check_variance};

}  // namespace
}  // namespace ch06

int main(int argc, char** argv) {
  using namespace ch06;
  return lesson::check_exercises(argc, argv, "06_latent_variables",
                                 {kPosterior, kCompound, kSpherical, kCoins, kSlopes, kRate, kVariance});
}
