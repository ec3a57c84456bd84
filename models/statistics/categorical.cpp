#include "models/statistics/categorical.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "models/statistics/summation.hpp"

namespace models {
namespace {

void check_distribution(const char* function, const char* name, std::span<const double> p) {
  double total = 0;
  for (const double probability : p) {
    if (!(probability >= 0))
      throw std::invalid_argument(
          fmt::format("{}: expected probabilities of at least 0, {} has {}", function, name, probability));
    total += probability;
  }
  if (!(std::abs(total - 1) <= 1e-9))
    throw std::invalid_argument(
        fmt::format("{}: expected probabilities that sum to 1, those of {} sum to {}", function, name, total));
}

void check_pair(const char* function, std::span<const double> p, std::span<const double> q) {
  check_distribution(function, "p", p);
  check_distribution(function, "q", q);
  if (p.size() != q.size())
    throw std::invalid_argument(fmt::format("{}: expected two distributions over the same states, p has {} and q {}",
                                            function, p.size(), q.size()));
}

void check_state(const char* function, int state, std::size_t states) {
  if (state < 0 || std::size_t(state) >= states)
    throw std::invalid_argument(fmt::format("{}: expected states 0 .. {}, found {}", function, states - 1, state));
}

}  // namespace

double entropy(std::span<const double> p) {
  check_distribution("entropy", "p", p);
  double h = 0;
  for (const double p_k : p) {
    if (p_k > 0) h -= p_k * std::log(p_k);
  }
  return h;
}

double cross_entropy(std::span<const double> p, std::span<const double> q) {
  check_pair("cross_entropy", p, q);
  double h = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (p[k] > 0) h -= p[k] * std::log(q[k]);
  }
  return h;
}

double kl_divergence(std::span<const double> p, std::span<const double> q) {
  check_pair("kl_divergence", p, q);
  double kl = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (p[k] > 0) kl += p[k] * std::log(p[k] / q[k]);
  }
  return kl;
}

std::vector<double> empirical_distribution(std::span<const int> x, int states) {
  if (x.empty()) throw std::invalid_argument("empirical_distribution: expected at least one data point, found none");
  std::vector<double> p(states, 0.0);
  for (const int state : x) {
    check_state("empirical_distribution", state, p.size());
    ++p[state];
  }
  for (double& p_k : p) p_k /= x.size();
  return p;
}

double log_likelihood(std::span<const int> x, std::span<const double> p) {
  check_distribution("log_likelihood", "p", p);
  // equal terms round alike, so that plain addition would lose a digit for every tenfold of N
  CompensatedSum<double> log_p;
  for (const int state : x) {
    check_state("log_likelihood", state, p.size());
    log_p.add(std::log(p[state]));
  }
  return log_p.value();
}

}  // namespace models
