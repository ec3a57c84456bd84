// The gradient of a minibatch has two noises: which points were drawn, and the noise ε of each of them.
#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "chapters/10_elbo/slopes.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/estimate.hpp"
#include "models/statistics/random.hpp"

namespace ch10 {

namespace {

// The gradient of a minibatch's ELBO in the decoder's shift c at c = 0, one for each row of ε:
//   (N/M) Σ_{j∈M} (x_j - z_j),   z_j = x_j/2 + s ε_j,   s² = ½
Eigen::ArrayXd shift_gradients(const std::vector<double>& x, const std::vector<int>& batch,
                               const Matrix<double>& epsilon) {
  Matrix<double> points(1, batch.size());
  for (std::size_t j = 0; j < batch.size(); ++j) points(0, j) = x[batch[j]];
  const double factor = 1.0 * x.size() / batch.size();
  return slopes(0, epsilon.rows(), [&](const Var<Matrix<double>>& shift) {
    Tape& tape = shift.tape();
    const auto of_batch = tape.constant(points);
    const auto log_var = tape.constant(Matrix<double>(Matrix<double>::Constant(1, points.cols(), std::log(0.5))));
    const auto z = models::reparameterise(0.5 * of_batch, log_var, tape.constant(epsilon));
    return factor * models::normal_log_prob(of_batch, z + shift, number(tape, 0));
  });
}

}  // namespace

void check_two_noises(lesson::Lesson& lesson, const Ingredients& use) {
  const std::vector<double> x{1, 2, 3, 4, 10};
  const int N = x.size(), M = 2;
  const auto batches = models::subsets(N, M);

  // every minibatch, and for each of them the mean and variance over the noise
  models::Quadrature rule = models::product_rule(models::gauss_hermite(4), M);
  if (use.shared_noise) rule.points.col(1) = rule.points.col(0);
  std::vector<double> means;
  double within = 0;
  for (const auto& batch : batches) {
    const Moments of_batch = exact_moments(rule, shift_gradients(x, batch, rule.points));
    means.push_back(of_batch.mean);
    within += of_batch.variance / batches.size();
  }
  const Eigen::Map<const Eigen::ArrayXd> by_batch(means.data(), means.size());
  const double between = (by_batch - by_batch.mean()).square().mean();

  // theory: S² is the variance of the points' mean gradients x/2, s² that of their noise
  const double S2 = 2.5, s2 = 0.5, n = N, m = M;
  const double of_minibatch = n * n / m * S2 * (n - m) / (n - 1), of_noise = n * n / m * s2;

  // and drawn: a subset at random, then its noise
  const int draws = lesson.quick() ? 20'000 : 200'000;
  Matrix<double> epsilon = normal_noise(draws, M, lesson.seed(), 300);
  if (use.shared_noise) epsilon.col(1) = epsilon.col(0);
  Matrix<double> drawn(draws, int(batches.size()));
  for (std::size_t b = 0; b < batches.size(); ++b) drawn.col(b) = shift_gradients(x, batches[b], epsilon).matrix();
  const models::Random random(lesson.seed(), models::Purpose::shuffle);
  models::RunningMean mean, variance;
  for (int r = 0; r < draws; ++r) {
    const double g = drawn(r, random.below(batches.size(), r));
    mean.add(g);
    variance.add((g - 10) * (g - 10));
  }
  lesson.equation("1.1", "Var g = Var_M E_ε[ g | M ] + E_M Var_ε[ g | M ]", "claim:noise")
      .exact("whole gradient Σ x/2", by_batch.mean(), 10)
      .exact("from the minibatch", between, of_minibatch)
      .exact("from ε", within, of_noise)
      .sampled(fmt::format("{} drawn", lesson::thousands(draws)), mean.estimate(), 10)
      .sampled("  their variance", variance.estimate(), of_minibatch + of_noise);
}

}  // namespace ch10
