#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chapters/07_deep_latent_variables/chapter.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch07 {

using models::normal_log_density;

Numbers twenty_points(std::uint64_t seed) {
  Numbers x(20);
  models::Random(seed, models::Purpose::data, 9).fill_normal(x);
  return x;
}

namespace {

struct Moments {
  double mean = 0, variance = 0;
};
Moments moments(std::span<const double> x) {
  Moments of;
  for (const double one : x) of.mean += one / x.size();
  for (const double one : x) of.variance += (one - of.mean) * (one - of.mean) / x.size();
  return of;
}

}  // namespace

double one_point_log_likelihood(std::span<const double> x, double alpha,
                                double (*log_variance)(double t, double alpha)) {
  const Moments of = moments(x);
  const double m = of.mean, v = of.variance;
  const double c = 30 + 3 * alpha;  // the weight of a hidden unit: a step, nearly
  static const Quadrature prior = prior_in_pieces({-7, 0, 7}, {200, 200});  // the decoder jumps at 0
  double sum = 0;
  for (const double one : x)
    sum += models::log_integral(prior, [&](const Matrix<double>& z) -> Eigen::ArrayXd {
      return z.col(0).unaryExpr([&](double at) {
        const double t = 0.5 * (1 + std::tanh(c * at));
        return normal_log_density(one, m + (x[0] - m) * t, v * std::exp(log_variance(t, alpha)));
      });
    });
  return sum;
}

void free_variance(lesson::Lesson& lesson, const Ingredients& use) {
  const Numbers x = twenty_points(lesson.seed());
  const double N = x.size();
  const auto log_p = [&](double alpha, auto log_variance) { return one_point_log_likelihood(x, alpha, log_variance); };
  Numbers climb;
  for (const double alpha : {0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0})
    climb.push_back(log_p(alpha, use.log_variance));
  double truth = 0;
  for (const double one : x) truth += normal_log_density(one, 0, 1);

  lesson.equation("1.7.2", "x | z ~ N(μ(z), s²(z)) with any s²(z): log p(D) has no maximum", "claim:free-variance")
      .increasing("log p(D), α = 10 .. 320", std::span(climb).subspan(1))
      .exact("gain of a unit of α: ½", (climb[6] - climb[5]) / 160, 0.5, 1e-2)
      .at_least("50 nats above p*", climb[6], truth + 50)
      .at_most("a floor ξ: -½ N log 2πξ", log_p(320, floored_log_variance),
               N * normal_log_density(0, 0, kFloor * moments(x).variance))
      .exact("  no gain from 160 to 320", log_p(320, floored_log_variance), log_p(160, floored_log_variance), 1e-2)
      .at_most("one variance: falls", log_p(20, shared_log_variance), log_p(10, shared_log_variance));

  lesson.metric("free_80", climb[4]).shown("07_free_variance", "free: s²(z) falls on one side", 80);
  lesson.metric("floored_80", log_p(80, floored_log_variance))
      .shown("07_free_variance", "free, but not below v/100", 80);
  lesson.metric("shared_20", log_p(20, shared_log_variance)).shown("07_free_variance", "one variance for all z", 20);
}

}  // namespace ch07
