#include "models/vae/bounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/distributions.hpp"
#include "models/training/parallel.hpp"

namespace models {

using autograd::By;
using autograd::Tape;

namespace {

template <Element S>
double total(const Var<Matrix<S>>& x) {
  return x.value().template cast<double>().sum();
}

// The mean over the K rows of each data point: (n·K)×1 to n×1.
template <Element S>
Var<Matrix<S>> mean_over_samples(const Var<Matrix<S>>& x, int K) {
  return K == 1 ? x : mean(reshape(x, x.rows() / K, K), By::row);
}

// log q(z|x) - log p(z) of every sample: (n·K)×1.
template <Element S>
Var<Matrix<S>> sampled_rate(const Var<Matrix<S>>& z, const typename Vae<S>::Posterior& q) {
  return normal_log_prob(z, q.mu, q.log_var) - standard_normal_log_prob(z);
}

// q at the same values, without gradient.
template <Element S>
typename Vae<S>::Posterior held(const typename Vae<S>::Posterior& q) {
  Tape& tape = q.mu.tape();
  return {tape.reference(q.mu.value()), tape.reference(q.log_var.value())};
}

template <Element S>
Matrix<S> normal_noise(std::uint64_t seed, std::uint64_t number, Index first_row, Index rows, Index cols) {
  Matrix<S> noise(rows, cols);
  Random(seed, Purpose::evaluation, number)
      .fill_normal(std::span(noise.data(), static_cast<std::size_t>(noise.size())),
                   static_cast<std::uint64_t>(first_row * cols));
  return noise;
}

}  // namespace

template <Element S>
Bound<S> bound(const Vae<S>& vae, const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& epsilon,
               const BoundSettings& settings) {
  const auto q = vae.encode(theta, x);
  const S beta = static_cast<S>(settings.beta);
  if (settings.samples == 0) {
    const Var<Matrix<S>> likelihood = vae.expected_log_likelihood(theta, x, q);
    const Var<Matrix<S>> rate = kl_to_standard_normal(q.mu, q.log_var);
    return {likelihood - beta * rate, total(rate), -total(likelihood)};
  }
  const int K = settings.samples;
  if (epsilon.rows() != x.rows() * K) {
    throw std::invalid_argument(fmt::format("bound: epsilon has {} rows, expected {} rows of x times {} samples",
                                            epsilon.rows(), x.rows(), K));
  }
  const Var<Matrix<S>> z = reparameterise(q.mu, q.log_var, epsilon);
  const Var<Matrix<S>> likelihood = vae.log_likelihood(theta, x, z);
  if (settings.objective == Objective::iwae) {
    const Var<Matrix<S>> rate = sampled_rate<S>(z, q);
    const Var<Matrix<S>> log_w = reshape(likelihood - beta * rate, x.rows(), K);
    return {log_sum_exp(log_w, By::row) - std::log(static_cast<S>(K)), total(rate) / K, -total(likelihood) / K};
  }
  const auto rate_of_samples = [&] { return sampled_rate<S>(z, settings.kl == Kl::path ? held<S>(q) : q); };
  const Var<Matrix<S>> rate = settings.kl == Kl::analytic ? kl_to_standard_normal(q.mu, q.log_var)
                                                          : mean_over_samples<S>(rate_of_samples(), K);
  const Var<Matrix<S>> mean_likelihood = mean_over_samples(likelihood, K);
  return {mean_likelihood - beta * rate, total(rate), -total(mean_likelihood)};
}

template <Element S>
Evaluation evaluate(const Vae<S>& vae, const Parameters<S>& parameters, const Matrix<S>& x, std::uint64_t seed,
                    const BoundSettings& settings) {
  constexpr Index kRows = 500;
  const Index n = x.rows(), K = std::max(1, settings.samples);
  const int blocks = static_cast<int>((n + kRows - 1) / kRows);
  std::vector<double> sums(blocks), squares(blocks), rates(blocks), distortions(blocks);
  parallel_for(blocks, core_count(), [&](int block) {
    const Index first = block * kRows, count = std::min(kRows, n - first);
    Tape tape;
    const Watched<S> theta(tape, parameters);
    const auto rows = tape.reference(autograd::ConstMatrixMap<S>(x.data() + first * x.cols(), count, x.cols()));
    const auto epsilon = tape.constant(normal_noise<S>(seed, 0, first * K, count * K, vae.shape().latent));
    const Bound<S> b = bound(vae, theta, rows, epsilon, settings);
    const auto i = static_cast<std::size_t>(block);
    sums[i] = total(b.value);
    squares[i] = b.value.value().template cast<double>().squaredNorm();
    rates[i] = b.rate;
    distortions[i] = b.distortion;
  });
  const auto mean = [n](const std::vector<double>& parts) {
    double sum = 0;
    for (const double part : parts) sum += part;
    return sum / static_cast<double>(n);
  };
  const double variance = std::max(0.0, mean(squares) - mean(sums) * mean(sums));
  return {mean(sums), std::sqrt(variance / static_cast<double>(n)), mean(rates), mean(distortions)};
}

namespace {

// log w of `count` images with K samples each, of which samples first .. first + size - 1: count×size.
template <Element S>
Matrix<S> log_weights(const Vae<S>& vae, const Parameters<S>& parameters, const Matrix<S>& x, Index image, Index count,
                      Index first, Index size, std::uint64_t seed) {
  Tape tape;
  const Watched<S> theta(tape, parameters);
  const auto rows = tape.reference(autograd::ConstMatrixMap<S>(x.data() + image * x.cols(), count, x.cols()));
  const Index d = vae.shape().latent;
  Matrix<S> noise(count * size, d);
  for (Index i = 0; i < count; ++i) {
    noise.middleRows(i * size, size) = normal_noise<S>(seed, static_cast<std::uint64_t>(image + i), first, size, d);
  }
  const auto q = vae.encode(theta, rows);
  const auto z = reparameterise(q.mu, q.log_var, tape.reference(noise));
  return reshape(vae.log_likelihood(theta, rows, z) - sampled_rate<S>(z, q), count, size).value();
}

// The mean weight of one image, in logarithms, and the variance of its estimate: log ŵ = m + log mean exp(log w - m),
// Var log ŵ ≈ Var[w] / E[w]² / K.
struct ImageEstimate {
  double log_mean = 0, variance = 0;
};
ImageEstimate image_estimate(const Eigen::Ref<const Eigen::ArrayXd>& log_w) {
  const double m = log_w.maxCoeff(), K = static_cast<double>(log_w.size());
  const Eigen::ArrayXd w = (log_w - m).exp();
  const double mean = w.mean();
  return {m + std::log(mean), (w / mean - 1).square().sum() / (K - 1) / K};
}

}  // namespace

template <Element S>
LogLikelihood importance_log_likelihood(const Vae<S>& vae, const Parameters<S>& parameters, const Matrix<S>& x, int K,
                                        std::uint64_t seed, const std::function<void(int)>& progress) {
  if (K < 1)
    throw std::invalid_argument(fmt::format("importance_log_likelihood: need at least 1 sample, found {}", K));
  constexpr Index kRows = 1000;  // of z at a time: enough for fast products, few enough for the cache
  const Index n = x.rows(), samples = std::min<Index>(K, kRows), images = std::max<Index>(1, kRows / samples);
  std::vector<ImageEstimate> estimates(static_cast<std::size_t>(n));
  const int threads = core_count(), groups = static_cast<int>((n + images - 1) / images);
  for (int begin = 0; begin < groups; begin += threads) {
    parallel_for(std::min(threads, groups - begin), threads, [&](int i) {
      const Index first_image = (begin + i) * images, count = std::min(images, n - first_image);
      Eigen::ArrayXXd log_w(K, count);
      for (Index first = 0; first < K; first += samples) {
        const Index size = std::min<Index>(samples, K - first);
        log_w.middleRows(first, size) =
            log_weights(vae, parameters, x, first_image, count, first, size, seed).template cast<double>().transpose();
      }
      for (Index j = 0; j < count; ++j) estimates[first_image + j] = image_estimate(log_w.col(j));
    });
    if (progress) progress(static_cast<int>(std::min(n, (begin + threads) * images)));
  }
  double sum = 0, squares = 0, variance = 0;
  for (const ImageEstimate& e : estimates)
    sum += e.log_mean, squares += e.log_mean * e.log_mean, variance += e.variance;
  const double N = static_cast<double>(n), mean = sum / N;
  return {mean, std::sqrt(std::max(0.0, squares / N - mean * mean) / N), std::sqrt(variance) / N};
}

// Everything above, once for each element type that models train with.
// clang-format off
template Bound<float> bound(const Vae<float>&, const Watched<float>&, const Var<Matrix<float>>&, const Var<Matrix<float>>&, const BoundSettings&);
template Bound<double> bound(const Vae<double>&, const Watched<double>&, const Var<Matrix<double>>&, const Var<Matrix<double>>&, const BoundSettings&);
template Evaluation evaluate(const Vae<float>&, const Parameters<float>&, const Matrix<float>&, std::uint64_t, const BoundSettings&);
template Evaluation evaluate(const Vae<double>&, const Parameters<double>&, const Matrix<double>&, std::uint64_t, const BoundSettings&);
template LogLikelihood importance_log_likelihood(const Vae<float>&, const Parameters<float>&, const Matrix<float>&, int, std::uint64_t, const std::function<void(int)>&);
template LogLikelihood importance_log_likelihood(const Vae<double>&, const Parameters<double>&, const Matrix<double>&, int, std::uint64_t, const std::function<void(int)>&);
// clang-format on

}  // namespace models
