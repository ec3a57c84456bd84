#pragma once
// Numbers under one normal distribution: what a dataset is, its log-likelihood as a sum, and why it is not a product.

#include <functional>
#include <span>
#include <vector>

#include "chapters/lesson.hpp"

namespace ch04 {

using Numbers = std::vector<double>;

// N(μ, σ²), by the logarithm of its variance, which may be any real number.
struct Normal {
  double mu = 1.5;
  double log_var = 1.4;
};

// N readings of an instrument that shows one decimal: numbers from `normal`, rounded, so that many are equal.
Numbers readings(int n, const Normal& normal, std::uint64_t seed);

// A log-likelihood and its gradient in μ and log σ², in nats.
struct LogLikelihood {
  double value = 0;
  Numbers gradient{};
};

// log p(D) = Σ log N(xᵢ; μ, σ²), the sum and its gradient by the tape.
LogLikelihood on_the_tape(std::span<const double> x, const Normal& normal);

// All that log p(D) depends on: N, Σx and Σx² are sufficient statistics of a normal distribution.
struct Statistics {
  double n = 0, sum = 0, sum_of_squares = 0;
};
Statistics statistics(std::span<const double> x);

// The same without the data.
LogLikelihood in_closed_form(const Statistics& statistics, const Normal& normal);

// Where the product of the densities of x₁ .. x_N, in the number type S, is first 0: the least such N.
template <class S>
int first_zero_of_product(std::span<const double> x, const Normal& normal);
// The least N for which Σ log p(xᵢ) lies below `threshold`. Both throw std::logic_error if x is too short.
int first_sum_below(std::span<const double> x, const Normal& normal, double threshold);
// The logarithm of the smallest positive number of type S.
template <class S>
double log_smallest();

// The checks. What each compares is an argument, so that it can be broken.

// eq:dataset: neither the order nor a repetition may get lost.
void check_dataset(lesson::Lesson& lesson, const std::function<double(std::span<const double>)>& log_p);

// eq:iid: the sum by the tape against the closed form, its gradient, and the logarithm of the product.
void check_sum(lesson::Lesson& lesson,
               const std::function<LogLikelihood(const Statistics&, const Normal&)>& closed_form);

// eq:iid: the product becomes 0 just where the sum passes the logarithm of the smallest number, given in float and
// in double.
void check_underflow(lesson::Lesson& lesson, double log_smallest_float, double log_smallest_double);

}  // namespace ch04
