#include "chapters/04_iid_log_likelihood/chapter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "autograd/core/tape.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch04 {

using autograd::Matrix;

namespace {

double log_density(double x, const Normal& normal) {
  return models::normal_log_density(x, normal.mu, std::exp(normal.log_var));
}

Numbers shuffled(const Numbers& x, std::uint64_t seed, std::uint64_t number) {
  Numbers y;
  for (const int i : models::Random(seed, models::Purpose::shuffle, number).permutation(x.size())) y.push_back(x[i]);
  return y;
}

Numbers sorted(Numbers x) {
  std::ranges::sort(x);
  return x;
}

Numbers distinct(const Numbers& x) {
  Numbers y = sorted(x);
  y.erase(std::unique(y.begin(), y.end()), y.end());
  return y;
}

Numbers twice(const Numbers& x) {
  Numbers y = x;
  y.insert(y.end(), x.begin(), x.end());
  return y;
}

}  // namespace

Numbers readings(int n, const Normal& normal, std::uint64_t seed) {
  Numbers x(n);
  models::Random(seed, models::Purpose::data).fill_normal(x);
  for (double& x_i : x) x_i = std::round(10 * (normal.mu + std::exp(0.5 * normal.log_var) * x_i)) / 10;
  return x;
}

LogLikelihood on_the_tape(std::span<const double> x, const Normal& normal) {
  const autograd::ConstMatrixMap<double> data(x.data(), x.size(), 1);
  const auto log_p = [&](const auto& mu, const auto& log_var) {
    // log p(D) = Σ log N(xᵢ; μ, σ²)
    return sum(models::normal_log_prob(mu.tape().constant(data), mu, log_var));
  };
  const auto number = [](double value) { return Matrix<double>(Matrix<double>::Constant(1, 1, value)); };
  const auto [value, d_mu, d_log_var] = autograd::value_and_gradient(log_p, number(normal.mu), number(normal.log_var));
  return {value, {d_mu(0, 0), d_log_var(0, 0)}};
}

Statistics statistics(std::span<const double> x) {
  Statistics s;
  for (const double x_i : x) {
    s.n += 1;
    s.sum += x_i;
    s.sum_of_squares += x_i * x_i;
  }
  return s;
}

LogLikelihood in_closed_form(const Statistics& s, const Normal& normal) {
  const double mu = normal.mu, variance = std::exp(normal.log_var);
  // Σ (xᵢ - μ)² = Σx² - 2μ Σx + Nμ²
  const double squares = s.sum_of_squares - 2 * mu * s.sum + s.n * mu * mu;
  // log p(D) = -½ [ N (log 2π + log σ²) + Σ (xᵢ - μ)² / σ² ]
  const double value = -0.5 * (s.n * (models::kLog2Pi + normal.log_var) + squares / variance);
  // ∂/∂μ = (Σx - Nμ) / σ²          ∂/∂log σ² = ½ [ Σ (xᵢ - μ)² / σ² - N ]
  return {value, {(s.sum - s.n * mu) / variance, 0.5 * (squares / variance - s.n)}};
}

template <class S>
int first_zero_of_product(std::span<const double> x, const Normal& normal) {
  S product = 1;
  for (std::size_t i = 0; i < x.size(); ++i) {
    product *= static_cast<S>(std::exp(log_density(x[i], normal)));
    if (product == 0) return i + 1;
  }
  throw std::logic_error(fmt::format("the product of {} densities is not 0 yet", x.size()));
}
template int first_zero_of_product<float>(std::span<const double>, const Normal&);
template int first_zero_of_product<double>(std::span<const double>, const Normal&);

int first_sum_below(std::span<const double> x, const Normal& normal, double threshold) {
  double log_p = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    log_p += log_density(x[i], normal);
    if (log_p < threshold) return i + 1;
  }
  throw std::logic_error(fmt::format("the sum of {} terms is still {}, above {}", x.size(), log_p, threshold));
}

template <class S>
double log_smallest() {
  return std::log(static_cast<double>(std::numeric_limits<S>::denorm_min()));
}
template double log_smallest<float>();
template double log_smallest<double>();

void check_dataset(lesson::Lesson& lesson, const std::function<double(std::span<const double>)>& log_p) {
  const Numbers x = readings(1000, Normal{}, lesson.seed());
  Numbers of_shuffles;
  for (std::uint64_t k = 0; k < 20; ++k) of_shuffles.push_back(log_p(shuffled(x, lesson.seed(), k)));
  lesson.equation("1.5", "log p(D) counts every point, in whatever order", "eq:dataset")
      .exact("the points sorted", log_p(sorted(x)), log_p(x))
      .exact("20 shuffles", of_shuffles, Numbers(of_shuffles.size(), log_p(x)))
      .exact("every point twice", log_p(twice(x)), 2 * log_p(x));

  const Numbers values = distinct(x);
  lesson.equation("1.5", "D = { x⁽¹⁾, ..., x⁽ᴺ⁾ } read as a set", "eq:dataset")
      .fails(fmt::format("{} values for {} points", values.size(), lesson::thousands(x.size())), log_p(values),
             log_p(x), "a set drops repetitions");
}

void check_sum(lesson::Lesson& lesson,
               const std::function<LogLikelihood(const Statistics&, const Normal&)>& closed_form) {
  const Normal normal, elsewhere{.mu = -1, .log_var = 0.5};
  const Numbers x = readings(1000, normal, lesson.seed());
  const LogLikelihood sum = on_the_tape(x, elsewhere), closed = closed_form(statistics(x), elsewhere);

  double product = 1;
  const std::span<const double> few = std::span(x).first(50);
  for (const double x_i : few) product *= std::exp(log_density(x_i, normal));
  lesson.equation("1.5", "log p(D) = Σ log p(x)", "eq:iid")
      .exact("from N, Σx and Σx²", closed.value, sum.value)
      .exact("its gradient in μ and log σ²", closed.gradient, sum.gradient)
      .exact("log Π p(x) of 50 points", std::log(product), on_the_tape(few, normal).value);
}

void check_underflow(lesson::Lesson& lesson, double log_smallest_float, double log_smallest_double) {
  const Normal normal;
  const Numbers x = readings(2000, normal, lesson.seed());
  // Near 0 a number has few digits left, so the product's last steps are rough.
  constexpr double kRough = 0.03;
  lesson.equation("1.5", "Π p(x) is 0 once Σ log p(x) < log(smallest number)", "eq:iid")
      .exact("N in float", first_zero_of_product<float>(x, normal), first_sum_below(x, normal, log_smallest_float),
             kRough)
      .exact("N in double", first_zero_of_product<double>(x, normal), first_sum_below(x, normal, log_smallest_double),
             kRough)
      .exact("the sum of all 2,000", on_the_tape(x, normal).value, in_closed_form(statistics(x), normal).value);
}

}  // namespace ch04
