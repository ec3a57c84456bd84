// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 08         checks them; chapters/grade 8.1 this one
#include "chapters/08_intractability/exercises/exercise.hpp"

#include <cmath>
#include <numbers>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch08 {

// 8.1 What one draw of the prior is worth.
double relative_variance(std::span<const double> x, double sigma) {
  lesson::todo("Var[p̂] / p(x)² of one draw of the prior, at x");
}

// 8.2 A proposal that is not symmetric.
double log_acceptance(const Place& from, const Place& to, double step) {
  lesson::todo("the logarithm of the acceptance probability");
}

// 8.3 How narrow the closest diagonal normal is.
double best_standard_deviation(int k, double s, double rho) {
  lesson::todo("the standard deviation of every coordinate of q");
}

// 8.4 Where the leapfrog method comes to rest.
double leapfrog_variance(double step, double s) {
  lesson::todo("the stationary variance without the acceptance step");
}

// 8.5 Does it pay to keep every m-th draw?
double thinned_sample_size(double N, double rho, int m) {
  lesson::todo("the effective sample size of the draws that are kept");
}

// 8.6 How far below log p(x) annealing ends, at best.
double expected_log_weight(double x, double sigma, std::span<const double> betas) {
  lesson::todo("E[log w] when every move is perfect");
}

// 8.7 Laplace and a coin.
double coin_log_evidence(int heads, int tails) { lesson::todo("Laplace's approximation of log p(D)"); }

}  // namespace ch08
