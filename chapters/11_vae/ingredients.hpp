#pragma once
// The ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right ones every
// check holds; --break and the tests replace one and watch a check fail.

#include <string>
#include <vector>

#include "chapters/lesson/breaks.hpp"
#include "models/vae/bounds.hpp"

namespace ch11 {

struct Ingredients {
  double (*divergence)(double m, double v, double mean, double variance);  // KL( N(m, v) ‖ N(mean, variance) )
  models::BoundSettings (*elbo)(models::BoundSettings);        // E log p(x|z) - KL( q(z|x) ‖ p(z) ), as it stands
  models::BoundSettings (*importance)(models::BoundSettings);  // E log (1/K) Σ w_k, as it stands
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

}  // namespace ch11
