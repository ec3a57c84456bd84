#pragma once
// What rounding does to Σ log p(x): the same numbers, added in three ways and in several orders.

#include <span>
#include <vector>

#include "chapters/lesson.hpp"

namespace ch04 {

// A way of adding up, in either number type.
struct Summation {
  float (*in_float)(std::span<const float>);
  double (*in_double)(std::span<const double>);
};
Summation naive();
Summation pairwise();
Summation compensated();

// The terms log p(xᵢ) of N points from N(0, 1) under their own distribution, rounded to S: all near -1.42 nats.
template <class S>
std::vector<S> log_densities(int n, std::uint64_t seed, std::uint64_t number = 0);

// For the figure: the relative error in float by the number of terms, root mean square over several datasets; and of
// one by one for terms that are all equal, log 1/10 each.
struct ErrorsByCount {
  std::vector<double> n, naive, pairwise, compensated, naive_of_equal;
};
ErrorsByCount relative_errors(int largest, std::uint64_t seed);

// eq:iid: each way of adding keeps its proved bound on n terms, in float and in double.
void check_bounds(lesson::Lesson& lesson, int n, const Summation& naive, const Summation& pairwise,
                  const Summation& compensated);

// eq:dataset: does the computed sum depend on the order of the n terms?
void check_orders(lesson::Lesson& lesson, int n, const Summation& naive, const Summation& compensated);

}  // namespace ch04
