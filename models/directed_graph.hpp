#pragma once
// Directed acyclic graphs, and what one can read off them without a single probability.

#include <span>
#include <vector>

namespace models {

// Node j has an arrow from each of parents[j]. Nodes are numbered 0 .. n-1, in any order.
struct DirectedGraph {
  std::vector<std::vector<int>> parents;

  int nodes() const { return parents.size(); }
};

// The nodes in an order in which every parent stands before its children; of those that could come next, the one with
// the smallest number. Throws std::invalid_argument for a parent that is no node, and if the graph has a cycle, whose
// nodes it names.
std::vector<int> topological_order(const DirectedGraph& graph);

// Whether `given` blocks every path between a and b (d-separation). A node in the middle of a path blocks it
//   in a chain → m → and at a fork ← m →    if m is given;
//   at a collider → m ←                     if neither m nor any of its descendants is given.
// Whatever the conditional distributions are, d-separated nodes are independent given `given`
// (Pearl 1988, section 3.3; the search is Koller & Friedman 2009, algorithm 3.1).
// a and b differ and are not given; throws std::invalid_argument otherwise, and as topological_order does.
bool d_separated(const DirectedGraph& graph, int a, int b, std::span<const int> given);

}  // namespace models
