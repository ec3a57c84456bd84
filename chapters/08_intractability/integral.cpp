// p(x) = ∫ p(z) p(x|z) dz: what it costs by draws of the prior, on a grid, and by draws of a better density; models
// in which it costs nothing; and an identity that only seems to help.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "chapters/08_intractability/chapter.hpp"
#include "models/inference/importance.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch08 {

models::Estimate prior_mean(Eigen::Index d, int draws, std::uint64_t seed,
                            const std::function<Eigen::ArrayXd(const Matrix<double>& z)>& f) {
  constexpr int kBatch = 10'000;
  const models::Random random(seed, models::Purpose::evaluation);
  models::RunningMean mean;
  for (int first = 0; first < draws; first += kBatch) {
    Matrix<double> z(std::min(kBatch, draws - first), d);
    random.fill_normal(std::span(z.data(), z.size()), std::uint64_t(first) * d);
    for (const double value : f(z)) mean.add(value);
  }
  return mean.estimate();
}

double fourth_moment(double sigma, int k) {
  const double s2 = sigma * sigma, pi = std::numbers::pi;
  const double of_weight = std::pow(2 * pi * s2, -2 * k) * std::pow(1 + 4 / s2, -0.5 * k);
  return of_weight * std::pow(2 * pi * (1 + s2), 2 * k);
}

// eq:intractable

void prior_draws(const Sizes& sizes, const Ingredients& use, std::uint64_t seed, lesson::Equation& equation) {
  const int R = sizes.draws;
  const auto check = [&](double sigma, int k) {
    const LinearGaussian model = copies(k, sigma);
    const double log_p = model.log_evidence(), second = use.second_moment(sigma, k);
    const auto power = [&](double exponent) {
      return prior_mean(k, R, seed,
                        [&](const Matrix<double>& z) -> Eigen::ArrayXd {
                          return (exponent * (model.log_likelihood(z) - log_p)).exp();
                        })
          .mean;
    };
    // standard errors from the exact second and fourth moments
    const double exact_second = right().second_moment(sigma, k);
    const double se = std::sqrt((exact_second - 1) / R);
    const double se_of_square = std::sqrt((fourth_moment(sigma, k) - exact_second * exact_second) / R);
    equation.sampled(fmt::format("σ = {}, k = {}: E[p̂]/p", sigma, k), {power(1), se}, 1);
    equation.sampled("  E[p̂²]/p²", {power(2), se_of_square}, second);
  };
  for (const int k : {1, 2, 4, 8}) check(0.5, k);
  for (const int k : {1, 3}) check(0.1, k);
}

void grid(lesson::Equation& equation) {
  const auto log_p = [](const LinearGaussian& model, int nodes) {
    const models::Quadrature rule = product_rule(models::gauss_hermite(nodes), model.d());
    return log_integral(rule, [&](const Matrix<double>& z) { return model.log_likelihood(z); });
  };
  for (const int k : {1, 2, 3}) {
    const LinearGaussian model = copies(k, 0.5, 0.7);
    equation.exact(fmt::format("{:.0f} nodes, k = {}", std::pow(60, k), k), log_p(model, 60), model.log_evidence(),
                   1e-9);
  }
  // A likelihood that is narrower than the gaps between the nodes is missed.
  const LinearGaussian narrow = copies(1, 0.01, 0.7);
  equation.at_least("60 nodes, σ = 0.01: |error|", std::abs(log_p(narrow, 60) - narrow.log_evidence()), 1);
}

void importance(const Sizes& sizes, const Ingredients& use, std::uint64_t seed, lesson::Equation& equation) {
  // q(z) = N(mean of the posterior, c · its variance), c = 4.  E[w²]/p² = (c/√(2c - 1))^k
  constexpr double c = 4;
  const auto check = [&](const char* label, double sigma, int k) {
    const LinearGaussian model = copies(k, sigma, 0.7);
    const double variance = c * model.covariance()(0, 0), log_p = model.log_evidence();
    const models::Estimate weight = prior_mean(k, sizes.draws, seed + 1, [&](const Matrix<double>& epsilon) {
      const Matrix<double> z = (std::sqrt(variance) * epsilon).rowwise() + model.mean();
      const Eigen::ArrayXd log_q = model.log_prior(epsilon) - 0.5 * k * std::log(variance);
      const Eigen::ArrayXd log_joint = model.log_prior(z) + model.log_likelihood(z);
      Eigen::ArrayXd w(z.rows());
      for (Eigen::Index i = 0; i < w.size(); ++i) w[i] = std::exp(use.log_weight(log_joint[i], log_q[i]) - log_p);
      return w;
    });
    const double spread = std::pow(c / std::sqrt(2 * c - 1), k) - 1;
    equation.sampled(label, {weight.mean, std::sqrt(spread / sizes.draws)}, 1);
  };
  check("q near p(z|x), k = 1", 0.01, 1);
  check("  the same, k = 8", 0.01, 8);
}

namespace {

// A chain of T hidden states 0 or 1, z_t staying what z_{t-1} was with probability 0.8, each seen as x_t ~ N(z_t, σ²).
struct HiddenChain {
  Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(12, -0.5, 1.5);
  double stay = 0.8, variance = 0.3;

  double step(int from, int to) const { return from == to ? stay : 1 - stay; }
  double seen(Eigen::Index t, int state) const { return std::exp(models::normal_log_density(x[t], state, variance)); }

  // p(x) = Σ_z p(z) p(x|z), over all 2^T sequences.
  double over_all_sequences() const {
    double sum = 0;
    for (unsigned z = 0; z < 1u << x.size(); ++z) {
      double product = 0.5;
      for (Eigen::Index t = 0; t < x.size(); ++t) {
        const int now = z >> t & 1;
        if (t > 0) product *= step(z >> (t - 1) & 1, now);
        product *= seen(t, now);
      }
      sum += product;
    }
    return sum;
  }

  // The same, each sum pulled as far inwards as it goes:
  //   a_t(j) = p(x_1..x_t, z_t = j) = Σ_i a_{t-1}(i) step(i, j) seen(t, j)
  double from_left_to_right() const {
    Eigen::Array2d a(0.5 * seen(0, 0), 0.5 * seen(0, 1));
    for (Eigen::Index t = 1; t < x.size(); ++t)
      a = Eigen::Array2d((a[0] * step(0, 0) + a[1] * step(1, 0)) * seen(t, 0),
                         (a[0] * step(0, 1) + a[1] * step(1, 1)) * seen(t, 1));
    return a.sum();
  }
};

// x = sinh z with z ~ N(0, 1): a flow, with log p(x) = log p(z) - log |dx/dz| at z = asinh x.
double flow_log_density(double x) {
  const double z = std::asinh(x);
  return models::normal_log_density(z, 0, 1) - std::log(std::cosh(z));
}

}  // namespace

void tractable(lesson::Equation& equation) {
  const HiddenChain chain;
  equation.exact("z of 4,096 values, one by one", std::log(chain.from_left_to_right()),
                 std::log(chain.over_all_sequences()));
  const models::Quadrature between = models::gauss_legendre(80, -1, 2);
  const auto density = [](const Matrix<double>& x) -> Eigen::ArrayXd {
    return x.col(0).unaryExpr([](double at) { return std::exp(flow_log_density(at)); });
  };
  const auto below = [](double x) { return models::normal_distribution(std::asinh(x), 0, 1); };
  equation.exact("x = sinh z: P(-1 < x < 2)", integral(between, density), below(2) - below(-1));
}

void intractable_integral(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use) {
  auto equation = lesson.equation("1.8", "p(x) = ∫ p(z) p(x|z) dz", "eq:intractable");
  prior_draws(sizes, use, lesson.seed(), equation);
  grid(equation);
  importance(sizes, use, lesson.seed(), equation);
  tractable(equation);

  const double draws = (right().second_moment(0.1, 8) - 1) / 0.01;
  lesson.say(fmt::format("        σ = 0.1, k = 8: an error of 10 % would take {:.1e} draws of the prior", draws));

  const auto density = [](double x, double mean, double variance) {
    return std::exp(models::normal_log_density(x, mean, variance));
  };
  // the square of a normal density is one of half the variance, times 1/(2 σ √π):
  //   E[ N(0; z, σ²)² ] = N(0; 0, 1 + σ²/2) / (2 σ √π)
  for (const double sigma : {0.1, 0.5, 1.0}) {
    const double s2 = sigma * sigma, p = density(0, 0, 1 + s2);
    const double second = density(0, 0, 1 + s2 / 2) / (2 * sigma * std::sqrt(std::numbers::pi)) / (p * p);
    lesson.metric(fmt::format("second_moment_{}", sigma), std::pow(second, 10))
        .shown("08_variance", fmt::format("σ = {}, exact", sigma), 10);
    const LinearGaussian three = copies(3, sigma);
    const auto square = [&](const Matrix<double>& z) -> Eigen::ArrayXd {
      return (2 * (three.log_likelihood(z) - three.log_evidence())).exp();
    };
    lesson
        .metric(fmt::format("measured_moment_{}", sigma), prior_mean(3, sizes.draws / 10, lesson.seed(), square).mean)
        .shown("08_variance", fmt::format("{} draws", lesson::thousands(sizes.draws / 10)), 3);
  }
  // x = 0.7 with σ² = 0.01: p(z|x) = N(x / (1 + σ²), σ² / (1 + σ²))
  const double x = 0.7, mean = x / 1.01, variance = 0.01 / 1.01;
  lesson.metric("narrow_prior", density(x, 0, 1)).shown("08_narrow", "prior p(z)", x);
  lesson.metric("narrow_posterior", density(x, mean, variance)).shown("08_narrow", "posterior p(z|x)", x);
  lesson.metric("narrow_q", density(x, mean, 4 * variance)).shown("08_narrow", "q(z), twice as wide", x);
  // two nodes are -1 and 1, each of weight ½
  for (const double sigma : {0.5, 0.1, 0.01}) {
    const double s2 = sigma * sigma, two_nodes = 0.5 * density(x, -1, s2) + 0.5 * density(x, 1, s2);
    lesson
        .metric(fmt::format("two_nodes_{}", sigma),
                std::abs(std::log(two_nodes) - models::normal_log_density(x, 0, 1 + s2)))
        .shown("08_grid", fmt::format("σ = {}", sigma), 2);
  }
}

// claim:harmonic-mean

namespace {

// p(x) / p(x|z) of n draws of the posterior.
Eigen::ArrayXd inverse_likelihoods(const LinearGaussian& model, int n, const Ingredients& use, std::uint64_t seed) {
  return (model.log_evidence() - model.log_likelihood(use.posterior(model, n, seed))).exp();
}

// log p(x) as the harmonic mean of n draws says it: -log of the mean of 1/p(x|z).
double harmonic_estimate(const LinearGaussian& model, int n, const Ingredients& use, std::uint64_t seed) {
  constexpr int kBatch = 100'000;
  models::RunningMean mean;
  for (int first = 0; first < n; first += kBatch) {
    const std::uint64_t batch_seed = seed + 1'000'000 * (1 + first / kBatch);
    for (const double w : inverse_likelihoods(model, std::min(kBatch, n - first), use, batch_seed)) mean.add(w);
  }
  return model.log_evidence() - std::log(mean.mean());
}

}  // namespace

void harmonic_mean(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use) {
  auto equation = lesson.equation("1.8", "1/p(x) = E_{p(z|x)}[ 1/p(x|z) ]: true and useless", "claim:harmonic-mean");
  // true: for one latent number, by quadrature over the posterior
  const LinearGaussian one = copies(1, 0.5);
  const double sd = std::sqrt(one.covariance()(0, 0));
  const auto inverse = [&](const Matrix<double>& u) -> Eigen::ArrayXd {
    return one.log_evidence() - one.log_likelihood(one.mean()(0, 0) + (sd * u).array());
  };
  equation.exact("k = 1, σ = 0.5, on a grid", std::exp(log_integral(models::gauss_hermite(150), inverse)), 1, 1e-9);

  // with a finite variance where σ² > 1:   E[(p(x)/p(x|z))²] = (σ²/√(σ⁴ - 1))^k  at x = 0
  models::RunningMean mean;
  for (const double w : inverse_likelihoods(copies(2, 2), sizes.draws / 10, use, lesson.seed())) mean.add(w);
  const double spread = 16.0 / 15 - 1;
  equation.sampled("σ=2, k=2: p(x)/p(x|z)", {mean.mean(), std::sqrt(spread / mean.count())}, 1);

  // useless: at σ = 0.5 the second moment is infinite. Cut off at |z| < 6, where no draw ever comes, it is
  //   E[(p(x)/p(x|z))²; |z| < 6] = p(x) ∫_{-6}^{6} p(z) / p(x|z) dz
  const models::Quadrature within = models::gauss_legendre(300, -6, 6);
  const auto term = [&](const Matrix<double>& z) -> Eigen::ArrayXd {
    return one.log_prior(z) - one.log_likelihood(z);
  };
  equation.at_least("k = 1: E[its square; |z| < 6]", std::exp(one.log_evidence() + log_integral(within, term)), 1e20);

  // so nearly every estimate is too high, since it lacks the draws that hardly ever come
  const LinearGaussian ten = copies(10, 0.5);
  models::RunningMean too_high;
  for (int i = 0; i < 400; ++i)
    too_high.add(harmonic_estimate(ten, 1000, use, lesson.seed() + 100 * i) > ten.log_evidence());
  equation.at_least("k = 10: share too high", too_high.estimate(), 0.8);
  for (const int n : {1000, 100'000, sizes.harmonic_draws})
    lesson.say(fmt::format("        k = 10: log p(x) = {:.3f}; estimated by {:>9} draws {:.1f}", ten.log_evidence(),
                           lesson::thousands(n), harmonic_estimate(ten, n, use, lesson.seed())));
}

}  // namespace ch08
