#pragma once
// SGD where theory knows every step: θ is the mean of N(x; θ, 1/h), so that the loss is a parabola,
//   L(θ) = -(1/N) log p(D) = ½ h (θ - x̄)² + const.

#include <cstdint>
#include <functional>
#include <vector>

#include "chapters/05_minibatch_sgd/ingredients.hpp"
#include "chapters/lesson.hpp"

namespace ch05 {

enum class Picking {
  with_replacement,  // every minibatch anew, with replacement
  subset,            // every minibatch anew, without replacement
  epochs,            // a shuffled epoch cut into minibatches; M divides N
};

struct SgdSettings {
  std::vector<double> x{1, 2, 3, 4, 10};
  double h = 1;  // the loss' second derivative, 1 over the model's variance
  int M = 1;     // points in a minibatch
  Picking picking = Picking::subset;
  std::function<double(int t)> step = [](int) { return 0.1; };  // a, of step t = 1, 2, ...
  double start = 0;                                             // θ before the first step
  int steps = 200;
  int chains = 2000;  // independent runs, side by side
};

// L(θ_t) - min L after t = 0 .. steps steps: the mean over the chains, with its standard error. All gradients are the
// tape's: one record for all chains.
std::vector<models::Estimate> simulate(const SgdSettings& settings, std::uint64_t seed);

// The variance v of the gradient of a minibatch's loss: h² S² / M, times (N-M)/(N-1) without replacement. S² is the
// variance of x with 1/N.
double gradient_variance(const SgdSettings& settings);

// What the mean over all runs is, exactly, for minibatches drawn anew:
//   E (θ_{t+1} - x̄)² = (1 - a h)² E (θ_t - x̄)² + a² v          gap = ½ h E (θ_t - x̄)²
std::vector<double> predict(const SgdSettings& settings);

// The mean squared error at the ends of many shuffled epochs of B = N/M constant steps a. The noise of an epoch adds up
// to 0, so that only the order in which it came is left:
//   u = 1 - a h,    a² v B/(B-1) ( Σ_k u^2k - (Σ_k u^k)² / B ) / (1 - u^2B),    k = 0 .. B-1
double epochs_floor(const SgdSettings& settings, double a);

// eq:sgd-floor and claim:decreasing-steps.
void convergence(lesson::Lesson& lesson, const SgdSettings& settings, const Ingredients& use);

}  // namespace ch05
