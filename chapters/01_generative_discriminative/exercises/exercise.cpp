// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 01         checks them; chapters/grade 1.1 this one
#include "chapters/01_generative_discriminative/exercises/exercise.hpp"

#include "chapters/lesson/exercise/todo.hpp"

namespace ch01 {

// 1.1 What leaving the prior out costs.
double cost_of_no_prior(double delta, double share) {
  lesson::todo("the error without the prior minus the error of Bayes' rule");
}

// 1.2 Another model whose posterior is a softmax of an affine map.
Scores bernoulli_scores(const Eigen::VectorXd& prior, const Eigen::MatrixXd& theta) {
  lesson::todo("W and b of the posterior of Bernoulli naive Bayes");
}

// 1.3 Where a wrong model ends.
double naive_bayes_limit(const Eigen::VectorXd& mu, const Eigen::MatrixXd& sigma) {
  lesson::todo("the error of naive Bayes that has seen endless data");
}

// 1.4 The spread of the intercept, for unequal shares.
double intercept_variance(double delta, double share) {
  lesson::todo("the limit of N times the variance of the intercept");
}

// 1.5 The M step, with and without labels.
std::vector<double> m_step(std::span<const double> x, std::span<const int> y, std::span<const double> u,
                           const Eigen::MatrixXd& r) {
  lesson::todo("the shares, the means and the variance that the weights lead to");
}

// 1.6 What an unlabelled point says of the share of a class.
double worth_for_share(double delta, double share,
                       const std::function<double(const std::function<double(double)>&)>& mean) {
  lesson::todo("the information without a label over the information with one");
}

}  // namespace ch01
