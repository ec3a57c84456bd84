#pragma once
// A directed graphical model, or Bayesian network, of variables that are 0 or 1:
//   p(x_1, ..., x_M) = Π_j p(x_j | Pa(x_j))                                                   (the notes, section 1.4)
// It is small enough that all 2^M states can be written out.

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "models/directed_graph.hpp"
#include "models/statistics/random.hpp"

namespace models {

// p(x_j = 1 | Pa(x_j)), of the parents' values in the order in which the graph lists them.
using Conditional = std::function<double(std::span<const int> parents)>;

// A conditional as a table: a probability for each of the 2^k values of k parents, in the order 00, 01, 10, 11 of two.
// Throws std::invalid_argument for a probability outside [0, 1]; when called, for another number of parents.
Conditional table(std::vector<double> p_one);

// Some variables and their values: {{rain, 1}, {wet, 0}}.
using Assignment = std::vector<std::pair<int, int>>;

// The probabilities of all 2^M states, in lexicographic order: 00, 01, 10, 11 for M = 2. They need not sum to 1, so
// that one can see when they do not.
struct Joint {
  std::vector<std::vector<int>> states;
  std::vector<double> p;

  // Throws std::invalid_argument unless 0 <= M <= 20.
  Joint(int variables, const std::function<double(std::span<const int> x)>& probability);

  double total() const;                                                        // Σ p(x)
  double probability(const Assignment& event) const;                           // P(event)
  double conditional(const Assignment& event, const Assignment& given) const;  // P(event | given)
  double correlation(int a, int b, const Assignment& given = {}) const;        // of x_a and x_b
  double mutual_information(int a, int b, std::span<const int> given) const;   // I(x_a; x_b | given), in nats
};

class BayesianNetwork {
 public:
  // Throws std::invalid_argument unless there is a conditional for each node, and if the graph has a cycle.
  BayesianNetwork(DirectedGraph graph, std::vector<Conditional> conditionals);

  int variables() const { return graph_.nodes(); }  // M
  const DirectedGraph& graph() const { return graph_; }

  // p(x_j | Pa(x_j)) at the values that stand in x.
  double factor(int j, std::span<const int> x) const;
  // p(x) = Π_j p(x_j | Pa(x_j)).
  double probability(std::span<const int> x) const;
  Joint joint() const;

  // Ancestral sampling: each variable is drawn after its parents, given their values. Draw number `draw` of the
  // stream; x has M places.
  void sample(const Random& random, std::uint64_t draw, std::span<int> x) const;

 private:
  DirectedGraph graph_;
  std::vector<Conditional> conditionals_;
  std::vector<int> order_;  // parents first
};

}  // namespace models
