// d-separation against independence: every graph of a few nodes, every pair, every set of given nodes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chapters/03_graphical_models/chapter.hpp"
#include "models/statistics/enumerate.hpp"

namespace ch03 {

std::vector<DirectedGraph> all_graphs(int n) {
  const auto arrows = models::subsets(n, 2);  // every pair i < j: the arrow i → j, there or not
  std::vector<DirectedGraph> graphs;
  for (const auto& present : models::tuples(2, arrows.size())) {
    DirectedGraph graph{std::vector<std::vector<int>>(n)};
    for (std::size_t k = 0; k < arrows.size(); ++k)
      if (present[k]) graph.parents[arrows[k][1]].push_back(arrows[k][0]);
    graphs.push_back(std::move(graph));
  }
  return graphs;
}

namespace {

// The nodes other than a and b, of which `which` says who is given.
std::vector<int> chosen(int n, int a, int b, const std::vector<int>& which) {
  std::vector<int> given;
  for (int node = 0, k = 0; node < n; ++node)
    if (node != a && node != b && which[k++] == 1) given.push_back(node);
  return given;
}

// The largest I(a; b | given), in nats, that three networks of random tables have.
double dependence(const std::vector<Joint>& joints, int a, int b, std::span<const int> given) {
  double most = 0;
  for (const Joint& joint : joints) most = std::max(most, joint.mutual_information(a, b, given));
  return most;
}

}  // namespace

void separation(lesson::Lesson& lesson, int nodes, const Ingredients& use) {
  std::int64_t separated = 0, connected = 0, graphs = 0;
  double most_if_separated = 0, least_if_connected = 1;
  for (const DirectedGraph& graph : all_graphs(nodes)) {
    std::vector<Joint> joints;
    for (int k = 0; k < 3; ++k) joints.push_back(random_network(graph, lesson.seed(), 3 * graphs + k + 1).joint());
    ++graphs;
    for (const auto& pair : models::subsets(nodes, 2))
      for (const auto& which : models::tuples(2, nodes - 2)) {
        const int a = pair[0], b = pair[1];
        const std::vector<int> given = chosen(nodes, a, b, which);
        const double nats = dependence(joints, a, b, given);
        if (use.separated(graph, a, b, given))
          ++separated, most_if_separated = std::max(most_if_separated, nats);
        else
          ++connected, least_if_connected = std::min(least_if_connected, nats);
      }
  }

  // a table can hide what the graph allows: c = a xor b, of two fair coins
  const BayesianNetwork coins({{{}, {}, {0, 1}}},
                              {models::table({0.5}), models::table({0.5}), models::table({0, 1, 1, 0})});
  const Joint joint = coins.joint();
  const std::vector<int> b{1}, none;
  lesson.equation("1.4", "a, b separated given Z  ⇔  I(a; b | Z) = 0, whatever the tables", "test:d-separation")
      .exact(fmt::format("{} separated: largest I", lesson::thousands(separated)), most_if_separated, 0)
      .at_least(fmt::format("{} connected: least I", lesson::thousands(connected)), least_if_connected, 1e-10)
      .exact("one table: c = a xor b, I(a;c)", joint.mutual_information(0, 2, none), 0)
      .exact("  but I(a;c|b) = log 2", joint.mutual_information(0, 2, b), std::log(2.0));
}

}  // namespace ch03
