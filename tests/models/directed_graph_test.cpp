// d-separation against a definition that is slow and plain: every path, one after the other.
#include "models/directed_graph.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include <algorithm>

#include "models/statistics/enumerate.hpp"
#include "models/statistics/random.hpp"

namespace models {
namespace {

bool has_arrow(const DirectedGraph& graph, int from, int to) {
  return std::ranges::find(graph.parents[to], from) != graph.parents[to].end();
}

bool is_or_has_descendant_in(const DirectedGraph& graph, int node, const std::vector<int>& given) {
  if (std::ranges::find(given, node) != given.end()) return true;
  for (int child = 0; child < graph.nodes(); ++child)
    if (has_arrow(graph, node, child) && is_or_has_descendant_in(graph, child, given)) return true;
  return false;
}

// Whether a path that goes on from the end of `path` reaches b, with no node in its middle that blocks it.
bool open_path(const DirectedGraph& graph, std::vector<int> path, int b, const std::vector<int>& given) {
  const int end = path.back();
  if (end == b) return true;
  for (int next = 0; next < graph.nodes(); ++next) {
    if (std::ranges::find(path, next) != path.end()) continue;
    if (!has_arrow(graph, end, next) && !has_arrow(graph, next, end)) continue;
    if (path.size() > 1) {
      const bool collider = has_arrow(graph, path[path.size() - 2], end) && has_arrow(graph, next, end);
      const bool is_given = std::ranges::find(given, end) != given.end();
      if (collider ? !is_or_has_descendant_in(graph, end, given) : is_given) continue;
    }
    path.push_back(next);
    if (open_path(graph, path, b, given)) return true;
    path.pop_back();
  }
  return false;
}

DirectedGraph random_graph(std::uint64_t seed, int n) {
  const Random random(seed);
  const std::vector<int> name = Random(seed, 1).permutation(n);
  DirectedGraph graph{std::vector<std::vector<int>>(n)};
  std::uint64_t drawn = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j)
      if (random.uniform(drawn++) < 0.4) graph.parents[name[i]].push_back(name[j]);
  return graph;
}

}  // namespace

TEST_SUITE("models/directed_graph") {
  TEST_CASE("a chain, a fork, a collider, a collider with a descendant") {
    const std::vector<int> none, middle{1}, below{3};
    const DirectedGraph chain{{{}, {0}, {1}}}, fork{{{1}, {}, {1}}}, collider{{{}, {0, 2}, {}, {1}}};
    CHECK_FALSE(d_separated(chain, 0, 2, none));
    CHECK(d_separated(chain, 0, 2, middle));
    CHECK_FALSE(d_separated(fork, 0, 2, none));
    CHECK(d_separated(fork, 0, 2, middle));
    CHECK(d_separated(collider, 0, 2, none));
    CHECK_FALSE(d_separated(collider, 0, 2, middle));
    CHECK_FALSE(d_separated(collider, 0, 2, below));
  }

  TEST_CASE("every pair, every set of given nodes: as the paths say, one by one") {
    int separated = 0, connected = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      const int n = 4 + seed % 3;
      const DirectedGraph graph = random_graph(seed, n);
      for (const auto& pair : subsets(n, 2))
        for (const auto& chosen : tuples(2, n)) {
          if (chosen[pair[0]] || chosen[pair[1]]) continue;
          std::vector<int> given;
          for (int node = 0; node < n; ++node)
            if (chosen[node]) given.push_back(node);
          const bool open = open_path(graph, {pair[0]}, pair[1], given);
          ++(open ? connected : separated);
          CHECK(d_separated(graph, pair[0], pair[1], given) == !open);
          CHECK(d_separated(graph, pair[1], pair[0], given) == !open);
        }
    }
    CHECK(separated > 300);
    CHECK(connected > 300);
  }

  TEST_CASE("an order with every parent before its children") {
    CHECK(topological_order({{{3}, {0}, {0, 1}, {}}}) == std::vector<int>{3, 0, 1, 2});
    CHECK(topological_order({{}}).empty());
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const DirectedGraph graph = random_graph(seed, 9);
      std::vector<int> place(9);
      const std::vector<int> order = topological_order(graph);
      for (int k = 0; k < 9; ++k) place[order[k]] = k;
      for (int j = 0; j < 9; ++j)
        for (const int parent : graph.parents[j]) CHECK(place[parent] < place[j]);
    }
  }

  TEST_CASE("what is no graph, and what cannot be asked of one") {
    const std::vector<int> none, first{0}, far{7};
    const DirectedGraph chain{{{}, {0}, {1}}};
    CHECK_THROWS_WITH_AS(topological_order({{{}, {0, 3}, {1}, {2}}}),
                         "directed graph: expected no cycle, found 1 -> 2 -> 3 -> 1", std::invalid_argument);
    CHECK_THROWS_WITH_AS(topological_order({{{0}}}), "directed graph: expected no cycle, found 0 -> 0",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(topological_order({{{2}, {}}}), "directed graph: parent 2 is not one of the nodes 0 .. 1",
                         std::invalid_argument);
    CHECK_THROWS_AS(d_separated(chain, 1, 1, none), std::invalid_argument);
    CHECK_THROWS_AS(d_separated(chain, 0, 2, first), std::invalid_argument);
    CHECK_THROWS_AS(d_separated(chain, 0, 3, none), std::invalid_argument);
    CHECK_THROWS_AS(d_separated(chain, 0, 2, far), std::invalid_argument);
  }
}

}  // namespace models
