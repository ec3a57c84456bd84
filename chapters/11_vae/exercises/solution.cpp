// The reference answers.
#include "chapters/11_vae/exercises/exercise.hpp"

#include <cmath>

namespace ch11 {

// 11.1   eq:elbo
Var<Matrix<double>> kl_to_standard_normal(const Var<Matrix<double>>& mu, const Var<Matrix<double>>& log_var) {
  // KL = ½ Σⱼ [ μⱼ² + σⱼ² - 1 - log σⱼ² ]
  return 0.5 * sum(square(mu) + exp(log_var) - 1 - log_var, By::row);
}

// 11.2   eq:reparam-density
Var<Matrix<double>> reparameterise(const Var<Matrix<double>>& mu, const Var<Matrix<double>>& log_var,
                                   const Var<Matrix<double>>& epsilon) {
  // z = μ + σ ε,  σ = √(exp log σ²) = exp(½ log σ²)
  return mu + exp(0.5 * log_var) * epsilon;
}

// 11.3   eq:elbo
Var<Matrix<double>> elbo(const Var<Matrix<double>>& x, const Posterior& q, const Decoder& decode,
                         const Var<Matrix<double>>& epsilon) {
  const Var<Matrix<double>> logits = decode(reparameterise(q.mu, q.log_var, epsilon));
  // log sigmoid ℓ = ℓ - log(1 + exp ℓ) and log(1 - sigmoid ℓ) = -log(1 + exp ℓ), so
  // log p(x|z) = Σⱼ [ xⱼ ℓⱼ - log(1 + exp ℓⱼ) ]
  const Var<Matrix<double>> log_likelihood = sum(x * logits - softplus(logits), By::row);
  return log_likelihood - kl_to_standard_normal(q.mu, q.log_var);
}

// 11.4   eq:minibatch-grad
double training_step(const MinibatchElbo& elbo, Parameters<double>& theta, Adam& adam) {
  autograd::Tape tape;
  Buffer<double> gradient = Buffer<double>::Zero(theta.size());
  // L = -(1/M) Σᵢ ELBO(xᵢ)
  const auto loss = [&](const Watched<double>& watched) { return -mean(elbo(watched)); };
  const double value = value_and_gradient(loss, theta, gradient, tape);

  const auto g = gradient.array();
  auto m = adam.m.array(), v = adam.v.array();
  ++adam.t;
  // m = β₁ m + (1 - β₁) g        v = β₂ v + (1 - β₂) g²
  m = adam.beta1 * m + (1 - adam.beta1) * g;
  v = adam.beta2 * v + (1 - adam.beta2) * g.square();
  // m̂ = m / (1 - β₁ᵗ)            v̂ = v / (1 - β₂ᵗ)
  const auto m_hat = m / (1 - std::pow(adam.beta1, adam.t));
  const auto v_hat = v / (1 - std::pow(adam.beta2, adam.t));
  // θ -= α m̂ / (√v̂ + ε)
  theta.values().array() -= adam.learning_rate * m_hat / (v_hat.sqrt() + adam.epsilon);
  return value;
}

// 11.5   eq:is-bound
Var<Matrix<double>> importance_bound(const Var<Matrix<double>>& log_weights) {
  // log (1/K) Σₖ wₖ = log Σₖ exp(log wₖ) - log K
  return log_sum_exp(log_weights, By::row) - std::log(log_weights.cols());
}

}  // namespace ch11
