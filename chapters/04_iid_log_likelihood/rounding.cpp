#include "chapters/04_iid_log_likelihood/chapter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "models/statistics/summation.hpp"

namespace ch04 {

using models::kUnitRoundoff;
using models::Purpose;
using models::Random;

namespace {

// The sum to more digits than float or double have.
template <class S>
long double exact_sum(std::span<const S> terms) {
  models::CompensatedSum<long double> sum;
  for (const S term : terms) sum.add(term);
  return sum.value();
}

// |Σ computed - Σ exact| of these very terms, in nats.
double error(const Summation& sum, std::span<const float> terms, long double exact) {
  return std::abs(sum.in_float(terms) - exact);
}
double error(const Summation& sum, std::span<const double> terms, long double exact) {
  return std::abs(sum.in_double(terms) - exact);
}

// The proved bounds of models/statistics/summation.hpp on n terms whose absolute values add up to `total`.
struct Bounds {
  double naive, pairwise, compensated;
};
Bounds bounds(int n, double total, double u) {
  const double k = std::ceil(std::log2(n)), nu = n * u / (1 - n * u);
  return {nu * total, k * u / (1 - k * u) * total, u * total + nu * nu * total};
}

// The same terms in 20 random orders.
std::vector<std::vector<float>> shuffles(const std::vector<float>& terms, std::uint64_t seed) {
  std::vector<std::vector<float>> orders(20);
  for (std::size_t k = 0; k < orders.size(); ++k) {
    for (const int i : Random(seed, Purpose::shuffle, k).permutation(terms.size())) orders[k].push_back(terms[i]);
  }
  return orders;
}

// The difference between the largest and the smallest sum, in nats.
double spread(const Summation& sum, const std::vector<std::vector<float>>& orders) {
  std::vector<double> sums;
  for (const std::vector<float>& terms : orders) sums.push_back(sum.in_float(terms));
  const auto [smallest, largest] = std::ranges::minmax(sums);
  return largest - smallest;
}

}  // namespace

Summation naive() { return {models::naive_sum<float>, models::naive_sum<double>}; }
Summation pairwise() { return {models::pairwise_sum<float>, models::pairwise_sum<double>}; }
Summation compensated() { return {models::compensated_sum<float>, models::compensated_sum<double>}; }

template <class S>
std::vector<S> log_densities(int n, std::uint64_t seed, std::uint64_t number) {
  std::vector<double> x(n);
  Random(seed, Purpose::data, number).fill_normal(x);
  std::vector<S> terms(x.size());
  std::ranges::transform(x, terms.begin(), [](double x_i) -> S { return models::normal_log_density(x_i, 0, 1); });
  return terms;
}
template std::vector<float> log_densities(int, std::uint64_t, std::uint64_t);
template std::vector<double> log_densities(int, std::uint64_t, std::uint64_t);

ErrorsByCount relative_errors(int largest, std::uint64_t seed) {
  ErrorsByCount errors;
  for (int n = 16; n <= largest; n *= 4) {
    const int datasets = std::clamp(largest / n, 1, 50);
    double naive_squares = 0, pairwise_squares = 0, compensated_squares = 0;
    for (int k = 0; k < datasets; ++k) {
      const std::vector<float> terms = log_densities<float>(n, seed, k);
      const long double exact = exact_sum<float>(terms);
      const auto square = [&](const Summation& sum) {
        return std::pow(error(sum, terms, exact) / static_cast<double>(exact), 2);
      };
      naive_squares += square(naive());
      pairwise_squares += square(pairwise());
      compensated_squares += square(compensated());
    }
    errors.n.push_back(n);
    errors.naive.push_back(std::sqrt(naive_squares / datasets));
    errors.pairwise.push_back(std::sqrt(pairwise_squares / datasets));
    errors.compensated.push_back(std::sqrt(compensated_squares / datasets));
    const float log_tenth = std::log(0.1f);
    const double total = static_cast<double>(n) * log_tenth;
    const std::vector<float> equal(n, log_tenth);
    errors.naive_of_equal.push_back(error(naive(), equal, total) / -total);
  }
  return errors;
}

void check_bounds(lesson::Lesson& lesson, int n, const Summation& naive, const Summation& pairwise,
                  const Summation& compensated) {
  const auto check = [&]<class S>(const char* type, S) {
    const std::vector<S> terms = log_densities<S>(n, lesson.seed());
    const long double exact = exact_sum<S>(terms);
    const Bounds most = bounds(n, -exact, kUnitRoundoff<S>);
    const std::string statement =
        fmt::format("rounding of Σ log p(x) ≤ its bound in nats, {} terms in {}", lesson::thousands(n), type);
    lesson.equation("1.5", statement, "eq:iid")
        .at_most("one by one: n u Σ|log p|", error(naive, terms, exact), most.naive)
        .at_most("pairwise: log₂n u Σ|log p|", error(pairwise, terms, exact), most.pairwise)
        .at_most("compensated: u(1+n²u)Σ|log p|", error(compensated, terms, exact), most.compensated);
  };
  check("float", 0.0f);
  check("double", 0.0);
}

void check_orders(lesson::Lesson& lesson, int n, const Summation& naive, const Summation& compensated) {
  const std::vector<float> terms = log_densities<float>(n, lesson.seed());
  const std::vector<std::vector<float>> orders = shuffles(terms, lesson.seed());
  const double total = std::abs(exact_sum<float>(terms));
  const double last_place = std::exp2(std::floor(std::log2(total))) * 2 * kUnitRoundoff<float>;
  lesson
      .equation("1.5",
                fmt::format("largest - smallest float sum of {} terms in 20 orders, in nats", lesson::thousands(n)),
                "eq:dataset")
      .at_least("one by one: ≥ 2 last places", spread(naive, orders), 2 * last_place)
      .at_most("compensated: ≤ 1 last place", spread(compensated, orders), last_place);
}

}  // namespace ch04
