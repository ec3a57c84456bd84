#include "models/directed_graph.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace models {
namespace {

void require_node(const DirectedGraph& graph, int node, const char* what) {
  if (node < 0 || node >= graph.nodes())
    throw std::invalid_argument(
        fmt::format("directed graph: {} {} is not one of the nodes 0 .. {}", what, node, graph.nodes() - 1));
}

std::vector<std::vector<int>> children_of(const DirectedGraph& graph) {
  std::vector<std::vector<int>> children(graph.nodes());
  for (int j = 0; j < graph.nodes(); ++j)
    for (const int parent : graph.parents[j]) children[parent].push_back(j);
  return children;
}

// Every one of `left` has a parent among them. So a walk from parent to parent never ends, and meets a node again.
[[noreturn]] void report_cycle(const DirectedGraph& graph, const std::vector<bool>& placed) {
  std::vector<int> walk{int(std::ranges::find(placed, false) - placed.begin())};
  while (true) {
    const auto& parents = graph.parents[walk.back()];
    const int next = *std::ranges::find_if(parents, [&](int parent) { return !placed[parent]; });
    const auto met = std::ranges::find(walk, next);
    if (met != walk.end()) {
      std::vector<int> cycle(met, walk.end());
      cycle.push_back(next);
      std::ranges::reverse(cycle);  // from parent to child
      throw std::invalid_argument(
          fmt::format("directed graph: expected no cycle, found {}", fmt::join(cycle, " -> ")));
    }
    walk.push_back(next);
  }
}

// The given nodes and everything above them: who opens a collider.
std::vector<bool> with_ancestors(const DirectedGraph& graph, std::span<const int> given) {
  std::vector<bool> above(graph.nodes());
  std::vector<int> waiting(given.begin(), given.end());
  while (!waiting.empty()) {
    const int node = waiting.back();
    waiting.pop_back();
    if (above[node]) continue;
    above[node] = true;
    waiting.insert(waiting.end(), graph.parents[node].begin(), graph.parents[node].end());
  }
  return above;
}

}  // namespace

std::vector<int> topological_order(const DirectedGraph& graph) {
  for (const auto& parents : graph.parents)
    for (const int parent : parents) require_node(graph, parent, "parent");
  std::vector<int> order;
  std::vector<bool> placed(graph.nodes());
  const auto ready = [&](int j) {
    return !placed[j] && std::ranges::all_of(graph.parents[j], [&](int parent) { return placed[parent]; });
  };
  while (int(order.size()) < graph.nodes()) {
    int next = 0;
    while (next < graph.nodes() && !ready(next)) ++next;
    if (next == graph.nodes()) report_cycle(graph, placed);
    order.push_back(next);
    placed[next] = true;
  }
  return order;
}

bool d_separated(const DirectedGraph& graph, int a, int b, std::span<const int> given) {
  topological_order(graph);
  require_node(graph, a, "node"), require_node(graph, b, "node");
  std::vector<bool> is_given(graph.nodes());
  for (const int node : given) require_node(graph, node, "given node"), is_given[node] = true;
  if (a == b || is_given[a] || is_given[b])
    throw std::invalid_argument("d_separated: expected two different nodes that are not given");

  // A walk along paths that are not blocked. Whether it came from a child or a parent decides where it may go.
  enum Came { from_child, from_parent };
  const std::vector<bool> opens = with_ancestors(graph, given);
  const auto children = children_of(graph);
  std::vector<std::array<bool, 2>> seen(graph.nodes(), {false, false});
  std::vector<std::pair<int, Came>> waiting{{a, from_child}};
  while (!waiting.empty()) {
    const auto [node, came] = waiting.back();
    waiting.pop_back();
    if (node == b) return false;
    if (std::exchange(seen[node][came], true)) continue;
    // ← m ← and ← m →, or → m ←
    const bool up = came == from_child ? !is_given[node] : opens[node];
    const bool down = !is_given[node];  // → m → and ← m →
    if (up)
      for (const int parent : graph.parents[node]) waiting.emplace_back(parent, from_child);
    if (down)
      for (const int child : children[node]) waiting.emplace_back(child, from_parent);
  }
  return true;
}

}  // namespace models
