#pragma once
// The ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right ones every
// check holds; --break and the tests replace one and watch a check fail.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "chapters/04_iid_log_likelihood/discrete.hpp"
#include "chapters/04_iid_log_likelihood/normal_data.hpp"
#include "chapters/04_iid_log_likelihood/rounding.hpp"
#include "chapters/lesson/breaks.hpp"

namespace ch04 {

struct Ingredients {
  double (*log_p)(std::span<const double> x);                             // log p(D): a sum over the list x
  LogLikelihood (*closed_form)(const Statistics&, const Normal& normal);  // the same from N, Σx and Σx²
  double (*log_smallest_float)();                                         // -103.3, of the smallest positive number
  double (*log_smallest_double)();                                        // -744.4
  Summation naive, pairwise, compensated;
  double (*information)(double rho);       // -½ log(1 - ρ²), between neighbours in AR(1)
  double (*inflation)(double rho, int n);  // 1 + 2 Σ (1 - k/n) ρᵏ, of the variance of x̄
  double (*pixels)(std::span<const double> means, std::span<const double> theta);  // Σ m log θ + (1 - m) log(1 - θ)
  double (*divergence)(std::span<const double> p, std::span<const double> q);      // KL(p ‖ q)
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

}  // namespace ch04
