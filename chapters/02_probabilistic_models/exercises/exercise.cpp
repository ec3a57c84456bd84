// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 02         checks them; chapters/grade 2.1 this one
#include "chapters/02_probabilistic_models/exercises/exercise.hpp"

#include <cmath>
#include <numbers>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch02 {

// 2.1 A draw from a distribution that the text does not treat.
double laplace_draw(double u, double mu, double b) { lesson::todo("the x with P(X <= x) = u"); }

// 2.2 A density in another unit.
double log_density_of_exp(double y, double mu, double sigma) {
  lesson::todo("log p(y) of y = exp x, for x ~ N(mu, sigma squared)");
}

// 2.3 The slope of the other divergence.
std::vector<double> slope_of_backward_divergence(std::span<const double> p, std::span<const double> p_star) {
  lesson::todo("the slope of KL(p ‖ p_star) in each logit of p");
}

// 2.4 One normal for many peaks.
MeanAndVariance closest_normal(std::span<const double> weight, std::span<const double> mean,
                               std::span<const double> variance) {
  lesson::todo("mean and variance of the normal q with the least KL(p ‖ q)");
}

// 2.5 A program to be mended.
Var<Matrix<double>> log_prob(const Var<Matrix<double>>& y, const Var<Matrix<double>>& mu,
                             const Var<Matrix<double>>& r) {
  lesson::todo("log N(y; mu, softplus(r) squared), row by row");
}

// 2.6 The mean of a grey pixel.
double mean_of_continuous_bernoulli(double logit) { lesson::todo("E[ x ], for every logit"); }

}  // namespace ch02
