// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 10         checks them; chapters/grade 10.1 this one
#include "chapters/10_elbo/exercises/exercise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch10 {

// 10.1 The bound of a model of counts.
Var<double> poisson_elbo(int x, const Var<double>& m, const Var<double>& log_var) {
  lesson::todo("the ELBO of a count with a Poisson likelihood, on the tape");
}

// 10.2 The density of a sample that went through a curve.
double log_density(std::span<const double> mu, const Matrix<double>& L, std::span<const double> epsilon) {
  lesson::todo("log q(z) of z = exp(μ + L ε)");
}

// 10.3 A baseline that costs nothing.
double score_gradient(std::span<const double> f, std::span<const double> score) {
  lesson::todo("the score function estimate, with the mean of the other samples as baseline");
}

// 10.4 A gap that closes faster.
double corrected_bound(std::span<const double> log_w) {
  lesson::todo("the combination of L_K and L_{K-1} in which the term c/K cancels");
}

// 10.5 What a linear VAE will do.
Prediction predict(std::span<const double> lambda, int k, double noise_variance, double beta) {
  lesson::todo("active units, rate and distortion at the optimum");
}

// 10.6 Two noises in one gradient.
double gradient_variance(std::span<const double> mean, std::span<const double> variance, int M, int S) {
  lesson::todo("the variance of the gradient of a minibatch with S draws of the noise for each point");
}

}  // namespace ch10
