// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 06         checks them; chapters/grade 6.1 this one
#include "chapters/06_latent_variables/exercises/exercise.hpp"

#include <cmath>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch06 {

// 6.1 Which component was it?
std::vector<double> posterior(std::span<const double> log_joint) {
  lesson::todo("p(z = k | x) of the K components, for a point however far away");
}

// 6.2 A compound distribution of counts.
double log_compound_count(int x, double a, double b) { lesson::todo("log p(x) with the rate integrated out"); }

// 6.3 The M step of round clouds.
std::vector<double> spherical_variances(const Matrix<double>& x, const Matrix<double>& W) {
  lesson::todo("the K variances that fit the weighted points best");
}

// 6.4 A program to be mended.
Coins em_step(const Coins& now, std::span<const int> heads, int m) {
  lesson::todo("one step of EM for two coins, without the three faults");
}

// 6.5 Fisher's identity, by hand.
std::vector<double> slopes_in_alpha(const Matrix<double>& log_joint, std::span<const double> log_pi) {
  lesson::todo("the slopes of log p(D) in the K numbers whose softmax is π");
}

// 6.6 How fast EM finds a share.
double rate_of_weight(std::span<const double> f, std::span<const double> g, double pi) {
  lesson::todo("by what EM's error in π is multiplied at a step");
}

// 6.7 A likelihood that has a maximum.
double variance_with_prior(std::span<const double> x, std::span<const double> r, double mu, double a, double b) {
  lesson::todo("the variance that maximises the weighted log-likelihood plus the log prior");
}

}  // namespace ch06
