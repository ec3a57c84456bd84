// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 03         checks them; chapters/grade 3.1 this one
#include "chapters/03_graphical_models/exercises/exercise.hpp"

#include <cmath>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch03 {

// 3.1 What tables cost.
int numbers_needed(const Parents& parents, std::span<const int> states) {
  lesson::todo("the number of free probabilities in all tables");
}

// 3.2 Parents first.
std::vector<int> ancestral_sample(const Parents& parents,
                                  const std::function<double(int j, std::span<const int> x)>& p_one,
                                  std::span<const double> u) {
  lesson::todo("a draw of all variables, each after its parents");
}

// 3.3 Two diseases and a symptom.
std::vector<double> diagnosis(double p_a, double p_b, double l_a, double l_b) {
  lesson::todo("p(a = 1 | c = 1) and p(a = 1 | c = 1, b = 1)");
}

// 3.4 Separation by another way.
bool separated(const Parents& parents, int a, int b, std::span<const int> given) {
  lesson::todo("whether a path is left between a and b in the graph of the ancestors, with parents joined");
}

// 3.5 Another order.
autograd::Matrix<double> mask_of_order(std::span<const int> order) {
  lesson::todo("1 where pixel j comes before pixel i, in this order");
}

// 3.6 Against the arrows.
double logit_given_all_others(const autograd::Matrix<double>& W, const autograd::Matrix<double>& b,
                              const autograd::Matrix<double>& x, int i) {
  lesson::todo("the logit of x_i, given the pixels before it and after it");
}

}  // namespace ch03
