// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 04         checks them; chapters/grade 4.1 this one
#include "chapters/04_iid_log_likelihood/exercises/exercise.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch04 {

// 4.1 The sum over the data.
double log_likelihood(std::span<const double> x, double mu, double sigma) {
  lesson::todo("Σ log N(x; μ, σ²) over all points");
}

// 4.2 The same without the data.
double log_likelihood_from_summary(const Summary& summary, double mu, double sigma) {
  lesson::todo("log p(D) from N, Σ x and Σ x²");
}

// 4.3 A sum that forgets nothing.
double compensated_sum(std::span<const double> x) {
  lesson::todo("the sum, and beside it the sum of what rounding drops");
}

// 4.4 How far is the model from the data?
double divergence_from_data(std::span<const int> x, std::span<const double> p) {
  lesson::todo("KL( p̂ ‖ p ) with p̂ counted from x");
}

// 4.5 What does it cost to take neighbours for independent?
double price_of_independence(double rho, int n) { lesson::todo("E[ log p(D) - Σ log p(x) ] of n points of AR(1)"); }

}  // namespace ch04
