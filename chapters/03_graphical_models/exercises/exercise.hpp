#pragma once
// The exercises of chapter 03: graphs, what they need, what they draw, what they say of independence; and belief nets.
// Write the bodies in exercise.cpp beside this file, then
//   chapters/grade 03                  checks them all; chapters/grade 3.2 one of them
//   chapters/grade 03 --hint 3.2       a hint, and called again the next
//
// Notation: nodes are numbered 0 .. M-1 in any order; parents[j] lists the
// parents of node j. The graphs have no cycle.

#include <functional>
#include <span>
#include <vector>

#include "autograd/autograd.hpp"

namespace ch03 {

using Parents = std::vector<std::vector<int>>;

// 3.1   eq:graph
// How many numbers do all tables of a network hold, if node j has states[j] >= 2 values instead of two? Probabilities
// that follow from others, since they sum to 1, are not counted: for two values a row is one number.       (notes 1.4)
int numbers_needed(const Parents& parents, std::span<const int> states);

// 3.2   eq:graph
// Ancestral sampling.                                                                                      (notes 1.4)
// p_one(j, x) is p(x_j = 1 | Pa(x_j)); it reads x at the places of j's parents, and gives NaN if one of them is still
// -1. u[j] is uniform on (0, 1), the random number for node j: x_j is 1 if u[j] < p(x_j = 1 | Pa(x_j)), else 0.
// The numbers of the nodes are no order to go by: a parent may have a larger number than its child. Returns all of x.
std::vector<int> ancestral_sample(const Parents& parents,
                                  const std::function<double(int j, std::span<const int> x)>& p_one,
                                  std::span<const double> u);

// 3.3   claim:explaining-away
// Two diseases a and b, independent, with p(a = 1) = p_a and p(b = 1) = p_b, and a symptom c that each of them causes
// with probability l_a or l_b, independently of the other, and that has no other cause (a "noisy or"). Derive
//   p(c = 0 | a, b),   then   p(a = 1 | c = 1)   and   p(a = 1 | c = 1, b = 1)
// Returns the last two.
std::vector<double> diagnosis(double p_a, double p_b, double l_a, double l_b);

// 3.4   test:d-separation
// Whether `given` d-separates a and b, by another way than the chapter's (Lauritzen, Dawid, Larsen & Leimer 1990):
//   keep a, b, the given nodes, and all their ancestors, and forget all other nodes;
//   join every two parents of a common child by an edge, then forget the directions;
//   remove the given nodes: a and b are separated if no path between them is left.
// a and b differ and are not given.
bool separated(const Parents& parents, int a, int b, std::span<const int> given);

// 3.5   test:ladder
// The mask of a belief net that meets its d pixels in another order: order[k] is the pixel that comes k-th. Returns
// M, d×d, with M(j, i) = 1 where pixel j is a parent of pixel i, and 0 elsewhere, for logits x (W ∘ M) + b.
autograd::Matrix<double> mask_of_order(std::span<const int> order);

// 3.6   eq:graph
// Inference against the arrows: the logit of one pixel of a belief net, given all others, the later ones too:
//   log p(x_i = 1 | all x_j with j ≠ i) - log p(x_i = 0 | all x_j with j ≠ i)
// W: d×d, of which only W(j, i) with j < i counts, b: 1×d, x: 1×d zeros and ones, whose x_i must not matter. The
// conditionals are p(x_i = 1 | x_0 .. x_{i-1}) = σ( b_i + Σ_{j<i} x_j W(j, i) ).
double logit_given_all_others(const autograd::Matrix<double>& W, const autograd::Matrix<double>& b,
                              const autograd::Matrix<double>& x, int i);

}  // namespace ch03
