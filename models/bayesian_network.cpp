#include "models/bayesian_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "models/statistics/enumerate.hpp"

namespace models {
namespace {

bool agrees(const std::vector<int>& x, const Assignment& event) {
  return std::ranges::all_of(event, [&](const auto& one) { return x.at(one.first) == one.second; });
}

Assignment both(Assignment a, const Assignment& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

Conditional table(std::vector<double> p_one) {
  for (const double p : p_one)
    if (!(p >= 0 && p <= 1)) throw std::invalid_argument(fmt::format("table: {} is not a probability", p));
  return [p_one = std::move(p_one)](std::span<const int> parents) {
    if (p_one.size() != std::size_t{1} << parents.size())
      throw std::invalid_argument(fmt::format("table: {} parents need {} rows, found {}", parents.size(),
                                              std::size_t{1} << parents.size(), p_one.size()));
    std::size_t row = 0;
    for (const int value : parents) row = 2 * row + value;
    return p_one[row];
  };
}

Joint::Joint(int variables, const std::function<double(std::span<const int> x)>& probability) {
  if (variables < 0 || variables > 20)
    throw std::invalid_argument(
        fmt::format("Joint: expected at most 20 variables, whose states can be written out, found {}", variables));
  states = tuples(2, variables);
  for (const auto& x : states) p.push_back(probability(x));
}

double Joint::total() const { return std::reduce(p.begin(), p.end()); }

double Joint::probability(const Assignment& event) const {
  double sum = 0;
  for (std::size_t s = 0; s < p.size(); ++s)
    if (agrees(states[s], event)) sum += p[s];
  return sum;
}

// P(A | B) = P(A, B) / P(B)
double Joint::conditional(const Assignment& event, const Assignment& given) const {
  return probability(both(event, given)) / probability(given);
}

// (P(a b) - P(a) P(b)) / √( P(a) (1 - P(a)) P(b) (1 - P(b)) ), everything given `given`
double Joint::correlation(int a, int b, const Assignment& given) const {
  const double p_a = conditional({{a, 1}}, given), p_b = conditional({{b, 1}}, given);
  const double p_ab = conditional({{a, 1}, {b, 1}}, given);
  return (p_ab - p_a * p_b) / std::sqrt(p_a * (1 - p_a) * p_b * (1 - p_b));
}

// Σ p(a, b, g) log( p(a, b, g) p(g) / (p(a, g) p(b, g)) )
double Joint::mutual_information(int a, int b, std::span<const int> given) const {
  const auto row = [&](const std::vector<int>& x) {
    std::size_t r = 0;
    for (const int node : given) r = 2 * r + x[node];
    return r;
  };
  std::vector<std::array<double, 4>> p_abg(std::size_t{1} << given.size(), {0, 0, 0, 0});
  for (std::size_t s = 0; s < p.size(); ++s) p_abg[row(states[s])][2 * states[s][a] + states[s][b]] += p[s];

  double sum = 0;
  for (const auto& q : p_abg) {
    const double p_a[] = {q[0] + q[1], q[2] + q[3]}, p_b[] = {q[0] + q[2], q[1] + q[3]}, p_g = p_a[0] + p_a[1];
    for (int i = 0; i < 4; ++i)
      if (q[i] > 0) sum += q[i] * std::log(q[i] * p_g / (p_a[i / 2] * p_b[i % 2]));
  }
  return sum;
}

BayesianNetwork::BayesianNetwork(DirectedGraph graph, std::vector<Conditional> conditionals)
    : graph_(std::move(graph)), conditionals_(std::move(conditionals)), order_(topological_order(graph_)) {
  if (int(conditionals_.size()) != graph_.nodes())
    throw std::invalid_argument(fmt::format("BayesianNetwork: expected a conditional for each of {} nodes, found {}",
                                            graph_.nodes(), conditionals_.size()));
}

double BayesianNetwork::factor(int j, std::span<const int> x) const {
  std::vector<int> parents;
  for (const int parent : graph_.parents[j]) parents.push_back(x[parent]);
  const double p_one = conditionals_[j](parents);
  return x[j] == 1 ? p_one : 1 - p_one;
}

double BayesianNetwork::probability(std::span<const int> x) const {
  double product = 1;
  for (int j = 0; j < variables(); ++j) product *= factor(j, x);
  return product;
}

Joint BayesianNetwork::joint() const {
  return {variables(), [this](std::span<const int> x) { return probability(x); }};
}

void BayesianNetwork::sample(const Random& random, std::uint64_t draw, std::span<int> x) const {
  for (const int j : order_) {
    x[j] = 1;
    x[j] = random.uniform(draw * variables() + j) < factor(j, x);
  }
}

}  // namespace models
