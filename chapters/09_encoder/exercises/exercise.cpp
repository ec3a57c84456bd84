// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 09         checks them; chapters/grade 9.1 this one
#include "chapters/09_encoder/exercises/exercise.hpp"

#include <Eigen/LU>
#include <cmath>
#include <numbers>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch09 {

// 9.1 What an encoder's answer says of a z.
Var<Matrix<double>> log_q(const Var<Matrix<double>>& z, const Var<Matrix<double>>& mu,
                          const Var<Matrix<double>>& log_var) {
  lesson::todo("the log density of every row of z under its own normal density");
}

// 9.2 The evidence and the bound, on a grid.
std::array<double, 2> on_grid(const Eigen::ArrayXd& log_joint, const Eigen::ArrayXd& log_q, double cell) {
  lesson::todo("log p(x) and the ELBO, as sums over the points of the grid");
}

// 9.3 One variance for all dimensions.
double isotropic_gap(const Eigen::MatrixXd& precision) {
  lesson::todo("the smallest KL from a normal with covariance s² I to one with this precision");
}

// 9.4 One variance for all data points.
double shared_variance_gap(std::span<const double> precisions) {
  lesson::todo("the mean KL that is left when one s² serves all the posteriors");
}

// 9.5 An encoder that sees m of n numbers.
std::array<double, 3> partial_encoder(int n, int m) {
  lesson::todo("the factor c, the variance and the gap of the best encoder");
}

// 9.6 What decoding the code instead of a sample adds.
double excess_at_code(const Eigen::MatrixXd& W, double noise_variance, const Eigen::VectorXd& log_sd) {
  lesson::todo("log p(x | z = μ) less the mean of log p(x | z) over q");
}

// 9.7 Is one representation better than the other?
std::array<double, 2> paired_difference(std::span<const double> a, std::span<const double> b) {
  lesson::todo("the mean of a - b and its standard error");
}

}  // namespace ch09
