// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 05         checks them; chapters/grade 5.1 this one
#include "chapters/05_minibatch_sgd/exercises/exercise.hpp"

#include <cmath>
#include <numbers>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch05 {

// 5.1 The log-likelihood of a minibatch.
Var<double> log_likelihood(const Var<double>& theta, std::span<const double> minibatch) {
  lesson::todo("the sum of log N(x; θ, 1) over the minibatch, on the tape");
}

// 5.2 The factor that makes a minibatch stand for the whole.
double scaled_gradient(std::span<const double> g, int N) {
  lesson::todo("c times the sum of g, with the c that makes it unbiased");
}

// 5.3 An expectation without sampling.
double expectation_over_pairs(int N, const std::function<double(int i, int j)>& f) {
  lesson::todo("the mean of f over every minibatch {i, j} of two different points");
}

// 5.4 How far off one minibatch is.
double minibatch_variance(std::span<const double> g, int M) {
  lesson::todo("the variance of the mean of M of the N numbers g, drawn without replacement");
}

// 5.5 A sampler with favourites, and its repair.
double importance_weighted_gradient(std::span<const double> g, std::span<const double> q) {
  lesson::todo("an estimate of the sum over all N points, from M points drawn with probabilities q");
}

// 5.6 Where SGD comes to rest.
double expected_loss(double start, double a, double h, double v, int t) {
  lesson::todo("E[ L(θ_t) ] after t steps of size a, with noise of variance v in each gradient");
}

}  // namespace ch05
