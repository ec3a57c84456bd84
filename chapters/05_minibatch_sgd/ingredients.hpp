#pragma once
// The ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right ones every
// check holds; --break and the tests replace one and watch a check fail.

#include <string>
#include <vector>

#include "chapters/05_minibatch_sgd/estimator.hpp"
#include "chapters/lesson/breaks.hpp"

namespace ch05 {

struct Ingredients {
  Model::Total total;                         // Σ over data points
  Factor factor;                              // N/M, of a minibatch
  Factor printed_factor;                      // the one that section 1.6 of the notes prints: none
  LastFactor last_factor;                     // N/m, of a short last batch of m
  Batches (*subsets)(int N, int M);           // every minibatch without replacement
  double (*correction)(int N, int M);         // (N-M)/(N-1), of the variance without replacement
  double (*divisor)(int N);                   // N, of S = (1/N) Σ (g - ḡ)(g - ḡ)ᵀ
  double (*weight)(double pi, int N, int M);  // 1/π_j, of a point that a sampler includes π_j times on average
  double (*divergence)(std::span<const double> data, std::span<const double> model);  // KL(p̂ ‖ p_θ)
  double (*floor)(double a, double h, double v);  // a v / (h (2 - a h)), where the error of SGD stays
  double (*decreasing)(double h, int t);          // 1 / (h t), the step that lets it fall to 0
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

}  // namespace ch05
