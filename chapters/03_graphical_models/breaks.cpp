#include <algorithm>
#include <cmath>

#include "chapters/03_graphical_models/chapter.hpp"

namespace ch03 {
namespace {

Matrix<double> parents_of(const DirectedGraph& graph, int node) {
  Matrix<double> shown = Matrix<double>::Zero(1, graph.nodes());
  for (const int parent : graph.parents[node]) shown(0, parent) = 1;
  return shown;
}

// The logit of a bit that agrees with `other` with probability 0.99.
double towards(int other) { return (other == 1 ? 1 : -1) * std::log(0.99 / 0.01); }
double of_bit(int x, double logit) { return x == 1 ? sigmoid(logit) : sigmoid(-logit); }

// p(x_1) p(x_2 | x_1)
double in_order(std::span<const int> x) { return of_bit(x[0], 0) * of_bit(x[1], towards(x[0])); }

double without_the_last_factor(const BayesianNetwork& network, std::span<const int> x) {
  double product = 1;
  for (int j = 0; j + 1 < network.variables(); ++j) product *= network.factor(j, x);
  return product;
}

// The last variable first: what a factor finds at its parents' places is left from the draw before.
void children_first(const BayesianNetwork& network, const models::Random& random, std::uint64_t draw,
                    std::span<int> x) {
  for (int j = network.variables() - 1; j >= 0; --j) {
    x[j] = 1;
    x[j] = random.uniform(draw * network.variables() + j) < network.factor(j, x);
  }
}

// Separation as in a graph without directions: any path that meets no given node connects.
bool without_directions(const DirectedGraph& graph, int a, int b, std::span<const int> given) {
  std::vector<bool> reached(graph.nodes());
  reached[a] = true;
  const auto open = [&](int node) { return node == a || std::ranges::find(given, node) == given.end(); };
  for (int round = 0; round < graph.nodes(); ++round)
    for (int child = 0; child < graph.nodes(); ++child)
      for (const int parent : graph.parents[child]) {
        if (reached[parent] && open(parent)) reached[child] = true;
        if (reached[child] && open(child)) reached[parent] = true;
      }
  return !reached[b];
}

// d-separation without the rule of the descendants: a given node with one parent blocks the paths through it, as it
// should, but does not count as a descendant of what lies above it.
bool without_descendants(const DirectedGraph& graph, int a, int b, std::span<const int> given) {
  const auto is_given = [&](int node) { return std::ranges::find(given, node) != given.end(); };
  DirectedGraph cut = graph;
  for (int node = 0; node < graph.nodes(); ++node)
    if (is_given(node) && graph.parents[node].size() < 2) cut.parents[node].clear();
  return models::d_separated(cut, a, b, given);
}

}  // namespace

double orderings_averaged(std::span<const int> x) {
  return of_bit(x[0], (0 + towards(x[1])) / 2) * of_bit(x[1], (towards(x[0]) + 0) / 2);
}

Ingredients right() {
  return {.product = [](const BayesianNetwork& network, std::span<const int> x) { return network.probability(x); },
          .sample = [](const BayesianNetwork& network, const models::Random& random, std::uint64_t draw,
                       std::span<int> x) { network.sample(random, draw, x); },
          .conditional = [](const Joint& joint, const models::Assignment& event,
                            const models::Assignment& given) { return joint.conditional(event, given); },
          .separated = models::d_separated,
          .shown = parents_of,
          .mask = models::earlier_pixels<float>,
          .two_bits = in_order};
}

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"factor", "the last factor left out", {"eq:graph", "claim:explaining-away"},
       [](Ingredients& i) { i.product = without_the_last_factor; }},
      {"sampling", "children drawn before their parents", {"eq:graph"},
       [](Ingredients& i) { i.sample = children_first; }},
      {"posterior", "P(A, B) where P(A | B) is asked for", {"claim:explaining-away"},
       [](Ingredients& i) { i.conditional = [](const Joint& joint, const models::Assignment& event,
                                               const models::Assignment& given) {
         return joint.conditional(event, given) * joint.probability(given); }; }},
      {"directions", "separation without the arrows' directions", {"test:d-separation"},
       [](Ingredients& i) { i.separated = without_directions; }},
      {"descendants", "colliders that their descendants do not open", {"test:d-separation"},
       [](Ingredients& i) { i.separated = without_descendants; }},
      {"parents", "networks that are shown no parents", {"eq:graph"},
       [](Ingredients& i) { i.shown = [](const DirectedGraph& graph, int) {
         return Matrix<double>(Matrix<double>::Zero(1, graph.nodes())); }; }},
      {"mask", "pixels that see themselves", {"test:ladder"},
       [](Ingredients& i) { i.mask = [](Index d) {
         return Matrix<float>(models::earlier_pixels<float>(d) + Matrix<float>::Identity(d, d)); }; }},
      {"orderings", "logits averaged over two orderings of two bits", {"test:ladder"},
       [](Ingredients& i) { i.two_bits = orderings_averaged; }}};
  return all;
}
// clang-format on

}  // namespace ch03
