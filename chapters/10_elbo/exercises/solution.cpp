// The reference answers.
#include <cmath>
#include <numbers>
#include <numeric>

#include "chapters/05_minibatch_sgd/exercises/exercise.hpp"

namespace ch05 {

// 5.1   eq:loglik-m
Var<double> log_likelihood(const Var<double>& theta, std::span<const double> minibatch) {
  Var<double> sum = theta.tape().constant(0.0);
  for (const double x : minibatch) sum += -0.5 * std::log(2 * std::numbers::pi) - 0.5 * square(x - theta);
  return sum;
}

// 5.2   eq:scaled
// Each point is in a minibatch with probability M/N, so that E[ Σ g_j ] = (M/N) Σ_i g_i.
double scaled_gradient(std::span<const double> g, int N) {
  const double M = g.size();
  return N / M * std::reduce(g.begin(), g.end());
}

// 5.3   eq:expectation
double expectation_over_pairs(int N, const std::function<double(int i, int j)>& f) {
  double sum = 0;
  for (int i = 0; i < N; ++i)
    for (int j = i + 1; j < N; ++j) sum += f(i, j);
  return sum / (N * (N - 1) / 2.0);
}

// 5.4   eq:minibatch-grad
// S²/M · (N-M)/(N-1): two points of one minibatch have the covariance -S²/(N-1), since their sum over all N is fixed.
double minibatch_variance(std::span<const double> g, int M) {
  const double N = g.size(), mean = std::reduce(g.begin(), g.end()) / N;
  double S2 = 0;
  for (const double x : g) S2 += (x - mean) * (x - mean) / N;
  return S2 / M * (N - M) / (N - 1);
}

// 5.5   eq:coefficient
// One draw: E[ g/q ] = Σ_i q_i g_i/q_i = Σ_i g_i. The mean of M of them has the same mean.
double importance_weighted_gradient(std::span<const double> g, std::span<const double> q) {
  double sum = 0;
  for (std::size_t j = 0; j < g.size(); ++j) sum += g[j] / q[j];
  return sum / g.size();
}

// 5.6   eq:sgd-floor
// θ_{t+1} - θ* = (1 - a h)(θ_t - θ*) - a ε_t. The two parts are uncorrelated, so that their squares add up:
//   E e² <- (1 - a h)² E e² + a² v       and L = ½ h e²
double expected_loss(double start, double a, double h, double v, int t) {
  double loss = start;
  for (int step = 0; step < t; ++step) loss = (1 - a * h) * (1 - a * h) * loss + 0.5 * h * a * a * v;
  return loss;
}

}  // namespace ch05
