#pragma once
// The argument on a few points, where everything can be written out: sections 1.6, 1.6.1 and 1.6.1.1 of the notes, one
// equation after the other.

#include <span>
#include <string>
#include <vector>

#include "chapters/05_minibatch_sgd/ingredients.hpp"
#include "chapters/lesson.hpp"

namespace ch05 {

// D under N(x; 0, 1): there ∇log p(x) = x, so that everything can be followed by hand, and ∇log p(D) = 20.
struct Example {
  std::vector<double> x{1, 2, 3, 4, 10};
  int M = 2;            // points in a minibatch
  int draws = 100'000;  // minibatches, where they are drawn and not enumerated
  int N() const { return static_cast<int>(x.size()); }
};

// eq:ml-kl: the likeliest model is the one closest to the data, in the sense of KL(data ‖ model).
void maximum_likelihood(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:loglik-d, eq:loglik-m, eq:sgd-unbiased: the log-likelihoods of D and of M, and what the notes first say of them.
void log_likelihoods(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:minibatch-value: the mean over a minibatch stands for the mean over the data.
void minibatch_value(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:grad-sum, eq:scaled: a sum of gradients is the gradient of the sum, and a factor may stand inside or outside.
void two_rules(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:expectation: the proof, line by line.
void unbiasedness(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:coefficient: what the factor N/M does, for any M, and what takes its place when the sampler is not fair.
void coefficient(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:minibatch-grad, with two parameters: the mean is a vector, the spread a matrix. Returns the equation, for what a
// real model adds to it.
lesson::Equation spread(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// How the checks call an enumeration: "every subset (10 of 10)", "every ordered pair (25 of 25)".
std::string every_subset(const Batches& all);
std::string every_choice(const Batches& all);

// A vector or matrix as the row of numbers that a check takes.
template <class M>
std::span<const double> numbers(const M& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

}  // namespace ch05
