// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 07         checks them; chapters/grade 7.1 this one
#include "chapters/07_deep_latent_variables/exercises/exercise.hpp"

#include <cmath>
#include <numbers>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch07 {

// 7.1 What the marginal's components have to do with each other.
Matrix<double> marginal_covariance(const Eigen::VectorXd& w, const Matrix<double>& f, double sigma) {
  lesson::todo("the covariance matrix of x = f(z) + σ ε");
}

// 7.2 The marginal of black and white pixels, on the tape.
Var<Matrix<double>> log_marginal(const Matrix<double>& x, const Var<Matrix<double>>& logits,
                                 const Eigen::VectorXd& w) {
  lesson::todo("log Σ_k w_k p(x_i | z_k) for each row of x");
}

// 7.3 The price of a gap, for another decoder.
double share_between(double a, double b, double c) { lesson::todo("P(|f(z)| < c) for f(z) = a z / √(1 + b² z²)"); }

// 7.4 The gradient through the posterior.
Matrix<double> weight_gradient(const Eigen::VectorXd& c, const Matrix<double>& W, const Eigen::VectorXd& b,
                               const Eigen::VectorXd& x) {
  lesson::todo("∂ log p(x) / ∂W by Fisher's identity");
}

// 7.5 The same axes for everybody.
Matrix<double> canonical_weights(const Matrix<double>& W) {
  lesson::todo("R W with orthogonal rows, the longer one first");
}

// 7.6 How little it takes to reach any likelihood.
double deviation_for_level(std::span<const double> x, double m, double v, double level) {
  lesson::todo("the s for which the bound of log p(D) is `level`");
}

}  // namespace ch07
