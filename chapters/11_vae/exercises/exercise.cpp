// Your answers. What each function is given and must return stands in exercise.hpp.
//   chapters/grade 11         checks them; chapters/grade 11.1 this one
#include "chapters/11_vae/exercises/exercise.hpp"

#include <cmath>

#include "chapters/lesson/exercise/todo.hpp"

namespace ch11 {

// 11.1 How far is q(z|x) from the prior?
Var<Matrix<double>> kl_to_standard_normal(const Var<Matrix<double>>& mu, const Var<Matrix<double>>& log_var) {
  lesson::todo("KL( N(mu, diag exp log_var) ‖ N(0, I) ), one number for each row");
}

// 11.2 A sample that gradients flow through.
Var<Matrix<double>> reparameterise(const Var<Matrix<double>>& mu, const Var<Matrix<double>>& log_var,
                                   const Var<Matrix<double>>& epsilon) {
  lesson::todo("z = μ + σ ε");
}

// 11.3 The bound: how well x is explained, minus what the code costs.
Var<Matrix<double>> elbo(const Var<Matrix<double>>& x, const Posterior& q, const Decoder& decode,
                         const Var<Matrix<double>>& epsilon) {
  lesson::todo("log p(x|z) - KL at z = μ + σ ε, one number for each row");
}

// 11.4 One step of Adam up the bound.
double training_step(const MinibatchElbo& elbo, Parameters<double>& theta, Adam& adam) {
  lesson::todo("the gradient of the minibatch's mean loss, then Adam's update of m, v and θ");
}

// 11.5 Many samples, a closer bound.
Var<Matrix<double>> importance_bound(const Var<Matrix<double>>& log_weights) {
  lesson::todo("log of the mean weight of each row, from the logs of the weights");
}

}  // namespace ch11
