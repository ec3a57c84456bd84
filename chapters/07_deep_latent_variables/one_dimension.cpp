#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <utility>

#include "chapters/07_deep_latent_variables/chapter.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch07 {

using models::normal_distribution;
using models::normal_log_density;

namespace {

constexpr int kPoints = 400;

double expectation(const Quadrature& prior, const std::function<double(double z)>& f) {
  return models::integral(prior, [&](const Matrix<double>& z) -> Eigen::ArrayXd {
    return z.col(0).unaryExpr([&](double one) { return f(one); });
  });
}

// Where a density is higher than at its neighbours on a fine grid.
int modes(const TanhDecoder& decoder, const Quadrature& prior) {
  int count = 0;
  double before = 0, here = 0;
  for (double x = -4; x <= 4; x += 0.01) {
    const double next = density(decoder, x, prior);
    count += here > before && here > next;
    before = here, here = next;
  }
  return count;
}

}  // namespace

double density(const TanhDecoder& decoder, double x, const Quadrature& prior) {
  const double variance = decoder.sigma * decoder.sigma;
  return expectation(prior, [&](double z) { return std::exp(normal_log_density(x, decoder.mean(z), variance)); });
}

double distribution(const TanhDecoder& decoder, double x, const Quadrature& prior) {
  const double variance = decoder.sigma * decoder.sigma;
  return expectation(prior, [&](double z) { return normal_distribution(x, decoder.mean(z), variance); });
}

Draws ancestral(const TanhDecoder& decoder, int n, std::uint64_t seed, const Ingredients& use) {
  Draws draws{Numbers(n), Numbers(n)};
  Numbers epsilon(n);
  models::Random(seed, models::Purpose::sampling, 1).fill_normal(draws.z);
  models::Random(seed, models::Purpose::sampling, 2).fill_normal(epsilon);
  for (int i = 0; i < n; ++i) draws.x[i] = use.draw(decoder.mean(draws.z[i]), decoder.sigma, epsilon[i]);
  return draws;
}

Quadrature prior_in_pieces(const Numbers& ends, const std::vector<int>& points) {
  const Index total = std::reduce(points.begin(), points.end());
  Quadrature all{Matrix<double>(total, 1), Eigen::ArrayXd(total)};
  Index first = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Quadrature piece = models::gauss_legendre(points[i], ends[i], ends[i + 1]);
    all.points.middleRows(first, points[i]) = piece.points;
    all.weights.segment(first, points[i]) = piece.weights;
    first += points[i];
  }
  for (Index k = 0; k < total; ++k) all.weights[k] *= std::exp(normal_log_density(all.points(k, 0), 0, 1));
  return all;
}

void simple_factors(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  const TanhDecoder decoder;
  const Quadrature prior = use.prior(kPoints);
  const double variance = decoder.sigma * decoder.sigma;

  // nearly a line: a tanh(b z) = a b z for a small b, and then p(x) = N(x; 0, a² b² + σ²)
  const TanhDecoder line{.a = 1e6, .b = 1.5e-6};
  Numbers by_sum, exact;
  for (const double x : {-3.0, -1.0, 0.0, 0.5, 2.0}) {
    by_sum.push_back(density(line, x, prior));
    exact.push_back(std::exp(normal_log_density(x, 0, 2.25 + line.sigma * line.sigma)));
  }

  const Draws drawn = ancestral(decoder, draws, lesson.seed(), use);
  models::RunningMean squares, products;
  for (int i = 0; i < draws; ++i) squares.add(drawn.x[i] * drawn.x[i]), products.add(drawn.x[i] * drawn.z[i]);
  const Quadrature x = models::gauss_legendre(200, -8, 8);

  lesson.equation("1.7.2", "p(x, z) = p(z) p(x | z)", "eq:factorised")
      .exact("∫∫ p(z) p(x|z) dz dx = 1", expectation(x, [&](double at) { return density(decoder, at, prior); }), 1,
             1e-9)
      .exact("f(z) = 1.5 z: N(0, 1.5² + σ²)", by_sum, exact, 1e-9)
      .exact("f(z) = 2 tanh(3 z): modes", modes(decoder, prior), 2)
      .sampled("  E[x²] = E[f²] + σ²", squares.estimate(),
               variance + expectation(prior, [&](double z) { return decoder.mean(z) * decoder.mean(z); }))
      .sampled("  E[x z] = E[f(z) z]", products.estimate(),
               expectation(prior, [&](double z) { return decoder.mean(z) * z; }))
      .p_value(fmt::format("  {} draws: KS", lesson::thousands(draws)),
               models::kolmogorov_p(drawn.x, [&](double at) { return distribution(decoder, at, prior); }));

  lesson.metric("slide_marginal", density(decoder, 1, prior)).shown("07_slide", "p(x)", 1);
  for (const double z : {-2.0, -0.3, -0.1, 0.1, 0.3, 2.0}) {
    const double error = (1 - 2 * std::tanh(3 * z)) / 0.4;
    lesson
        .metric(fmt::format("slide_{:g}", z), std::exp(-0.5 * error * error) / (0.4 * std::sqrt(2 * std::numbers::pi)))
        .shown("07_slide", fmt::format("p(x | z = {:g})", z), 1);
  }
}

double least_between(double c, double slope) { return std::erf(c / (slope * std::sqrt(2.0))); }

void connected(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  Numbers z(draws);
  models::Random(lesson.seed(), models::Purpose::sampling, 3).fill_normal(z);

  auto claim = lesson.equation("1.7.2", "x = a tanh(b z): P(|x| < a/2) = erf(atanh(½) / (b √2))", "claim:connected");
  const auto printed = {std::pair{3.0, 0.1453}, {10.0, 0.0438}, {100.0, 0.0044}};
  for (const auto& [b, rounded] : printed) {
    // |a tanh(b z)| < a/2 where |z| < atanh(½)/b
    const double end = std::atanh(0.5) / b;
    const Quadrature inside = models::gauss_legendre(40, -end, end);
    const double share = expectation(inside, [](double at) { return std::exp(normal_log_density(at, 0, 1)); });
    models::RunningMean counted;
    for (const double one : z) counted.add(std::abs(std::tanh(b * one)) < 0.5);
    claim.exact(fmt::format("b = {}: the formula is {}", b, rounded), use.between(b), rounded, 5e-5)
        .exact("  ∫ N(z; 0, 1) dz, |x| < a/2", share, use.between(b))
        .sampled(fmt::format("  {} draws", lesson::thousands(draws)), counted.estimate(), use.between(b))
        // no decoder of this slope, a b, does better
        .at_least("  any f of this slope", use.between(b), least_between(0.5, b));
  }
  // the figure begins at b = 0.3
  lesson.metric("gap_tanh", std::erf(std::atanh(0.5) / (0.3 * std::sqrt(2.0))))
      .shown("07_gap", "x = a tanh(b z)", 0.3);
  lesson.metric("gap_least", std::erf(0.5 / (0.3 * std::sqrt(2.0))))
      .shown("07_gap", "the least for any decoder of slope a b", 0.3);
}

}  // namespace ch07
