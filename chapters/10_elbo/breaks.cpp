#include "chapters/10_elbo/chapter.hpp"

#include <Eigen/LU>
#include <cmath>

#include "models/statistics/normal.hpp"

namespace ch10 {

namespace {

double kl(Normal q, Normal p) { return models::normal_kl(q.m, q.s2, p.m, p.s2); }
double share_of_data(double of_data, double) { return of_data; }
Var<Matrix<double>> standard_deviation(const Var<Matrix<double>>& log_var) { return exp(0.5 * log_var); }

// log (1/K) Σ_k w_k
Var<Matrix<double>> log_of_mean(const Var<Matrix<double>>& log_w) {
  return log_sum_exp(log_w, autograd::By::row) - std::log(log_w.cols());
}
Var<Matrix<double>> log_of_sum(const Var<Matrix<double>>& log_w) { return log_sum_exp(log_w, autograd::By::row); }
Var<Matrix<double>> mean_of_logs(const Var<Matrix<double>>& log_w) { return mean(log_w, autograd::By::row); }
// Σ_k w̃_k log w_k, w̃ = softmax(log w)
Var<Matrix<double>> weighted_logs(const Var<Matrix<double>>& log_w) {
  return sum(exp(log_softmax(log_w)) * log_w, autograd::By::row);
}

// ½ ( Σ log Λ_ii - log det Λ )
double gap_of_best_diagonal(const Matrix<double>& precision) {
  Tape tape;
  const double log_determinant = log_det(cholesky(tape.constant(precision))).value();
  return 0.5 * (precision.diagonal().array().log().sum() - log_determinant);
}

double product(double beta, double noise_variance) { return beta * noise_variance; }

}  // namespace

Ingredients right() {
  return {.divergence = kl,
          .noise = 1,
          .average = share_of_data,
          .scale = standard_deviation,
          .sample = held,
          .shared_noise = false,
          .combine = log_of_mean,
          .share_power = 2,
          .mean_field_gap = gap_of_best_diagonal,
          .code_noise = 1,
          .encoder_bias = true,
          .kl_weight = 1,
          .threshold = product,
          .water_level = product};
}

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"divergence", "KL( p(z|x) ‖ q(z|x) ) instead of KL( q(z|x) ‖ p(z|x) )", {"eq:elbo"},
       [](Ingredients& i) { i.divergence = [](Normal q, Normal p) { return kl(p, q); }; }},
      {"quiet", "noise of standard deviation 0.01 with the whole KL", {"eq:elbo"},
       [](Ingredients& i) { i.noise = 0.01; }},
      {"average", "an average over the model's x instead of the data's", {"eq:joint-kl"},
       [](Ingredients& i) { i.average = [](double, double of_model) { return of_model; }; }},
      {"variance", "σ = exp(log σ²) instead of exp(½ log σ²)", {"eq:reparam-density"},
       [](Ingredients& i) { i.scale = [](const Var<Matrix<double>>& log_var) { return exp(log_var); }; }},
      {"attached", "in the score function, a sample that is not held fixed", {"claim:reparam"},
       [](Ingredients& i) { i.sample = [](const Var<Matrix<double>>& z) { return z; }; }},
      {"shared", "one ε for all points of a minibatch", {"claim:noise"},
       [](Ingredients& i) { i.shared_noise = true; }},
      {"logs", "the mean of K logarithms instead of the logarithm of the mean", {"eq:is-bound"},
       [](Ingredients& i) { i.combine = mean_of_logs; }},
      {"sum", "log Σ w_k without -log K", {"eq:is-bound"},
       [](Ingredients& i) { i.combine = log_of_sum; }},
      {"weights", "Σ w̃_k log w_k, with weights that are not held fixed, as the bound", {"eq:is-bound"},
       [](Ingredients& i) { i.combine = weighted_logs; }},
      {"once", "w̃ instead of w̃² in the doubly reparameterised gradient", {"claim:tighter"},
       [](Ingredients& i) { i.share_power = 1; }},
      {"marginal", "the posterior's variances (Λ⁻¹)_ii instead of 1/Λ_ii for the best diagonal q", {"eq:full-cov"},
       [](Ingredients& i) {
         i.mean_field_gap = [](const Matrix<double>& precision) {
           return gap_of_best_diagonal(Matrix<double>(precision.inverse()));
         };
       }},
      {"mean-code", "samples with a millionth of their noise: the encoder's mean", {"test:bound-ladder"},
       [](Ingredients& i) { i.code_noise = 1e-6; }},
      {"bias", "an encoder softmax(x A) without the bias c", {"test:mixture-encoder"},
       [](Ingredients& i) { i.encoder_bias = false; }},
      {"half", "½ KL in the linear VAE's ELBO instead of the whole of it", {"test:ppca"},
       [](Ingredients& i) { i.kl_weight = 0.5; }},
      {"deviation", "units counted active above βσ instead of βσ²", {"test:collapse"},
       [](Ingredients& i) {
         i.threshold = [](double beta, double noise_variance) { return beta * std::sqrt(noise_variance); };
       }},
      {"level", "the water level σ² instead of βσ²", {"test:rate-distortion"},
       [](Ingredients& i) { i.water_level = [](double, double noise_variance) { return noise_variance; }; }}};
  return all;
}
// clang-format on

}  // namespace ch10
