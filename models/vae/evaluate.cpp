#include "models/vae/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <vector>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"
#include "models/inference/importance.hpp"
#include "models/statistics/estimate.hpp"
#include "models/training/parallel.hpp"

namespace models {

using autograd::Tape;

namespace {

// Rows first_row .. first_row + rows - 1 of the standard normal noise of one stream.
template <Element S>
Matrix<S> evaluation_noise(std::uint64_t seed, std::uint64_t number, Index first_row, Index rows, Index cols) {
  Matrix<S> noise(rows, cols);
  Random(seed, Purpose::evaluation, number).fill_normal(std::span(noise.data(), noise.size()), first_row * cols);
  return noise;
}

template <Element S>
Var<Matrix<S>> rows_of(Tape& tape, const Matrix<S>& x, Index first, Index count) {
  return tape.reference(autograd::ConstMatrixMap<S>(x.data() + first * x.cols(), count, x.cols()));
}

// The first item of each rank, and their number N, where ranks share out groups of `size` items.
std::vector<Index> first_items(const Ranks& ranks, Index groups, Index size, Index N) {
  std::vector<Index> first;
  for (int r = 0; r <= ranks.count; ++r) first.push_back(std::min(N, ranks.begin(groups, r) * size));
  return first;
}

}  // namespace

template <Element S>
Evaluation evaluate(const Vae<S>& vae, const Parameters<S>& parameters, const Matrix<S>& x, std::uint64_t seed,
                    const BoundSettings& settings, const Ranks& ranks) {
  constexpr Index kRows = 500;  // in a block
  struct Sums {
    double rate = 0, distortion = 0;
  };
  const Index N = x.rows(), K = std::max(1, settings.samples), blocks = (N + kRows - 1) / kRows;
  std::vector<Sums> parts(blocks);
  Eigen::VectorXd bounds(N);
  const auto evaluate_block = [&](Index block) {
    const Index first = block * kRows, count = std::min(kRows, N - first);
    Tape tape;
    const Watched<S> theta(tape, parameters);
    const auto epsilon = tape.constant(evaluation_noise<S>(seed, 0, first * K, count * K, vae.shape().noise()));
    const Bound<S> b = bound(vae, theta, rows_of(tape, x, first, count), epsilon, settings);
    bounds.segment(first, count) = b.value.value().template cast<double>();
    parts[block] = {b.rate(), b.distortion()};
  };
  const Index begin = ranks.begin(blocks), own = ranks.end(blocks) - begin;
  ranks.together([&] { parallel_for(own, core_count(), [&](int i) { evaluate_block(begin + i); }); });
  ranks.all_gather(parts.data(), sizeof(Sums), blocks);
  ranks.all_gather(bounds.data(), sizeof(double), first_items(ranks, blocks, kRows, N));
  Sums sums;
  for (const Sums& part : parts) sums.rate += part.rate, sums.distortion += part.distortion;
  RunningMean mean;
  for (const double bound : bounds) mean.add(bound);
  const Estimate elbo = mean.estimate();
  return {elbo.mean, elbo.se, sums.rate / N, sums.distortion / N};
}

namespace {

// log w of `count` images with K samples each, of which samples first .. first + size - 1: count×size.
//   log w = log p(x|z) + log p(z) - log q(z|x)
template <Element S>
Matrix<S> log_weights(const Vae<S>& vae, const Parameters<S>& parameters, const Matrix<S>& images, Index image,
                      Index count, Index first, Index size, std::uint64_t seed) {
  const Index d = vae.shape().noise();
  Matrix<S> noise(count * size, d);
  for (Index i = 0; i < count; ++i) {
    noise.middleRows(i * size, size) = evaluation_noise<S>(seed, image + i, first, size, d);
  }
  Tape tape;
  const Watched<S> theta(tape, parameters);
  const auto x = rows_of(tape, images, image, count);
  const auto [log_likelihood, log_ratio] = scores(vae, theta, x, tape.reference(noise));
  return reshape(log_likelihood - log_ratio, count, size).value();
}

}  // namespace

template <Element S>
LogLikelihood importance_log_likelihood(const Vae<S>& vae, const Parameters<S>& parameters, const Matrix<S>& x, int K,
                                        std::uint64_t seed, const std::function<void(int)>& progress,
                                        const Ranks& ranks) {
  if (K < 1)
    throw std::invalid_argument(fmt::format("importance_log_likelihood: need at least 1 sample, found {}", K));
  constexpr Index kRows = 1000;  // of z at a time: enough for fast products, few enough for the cache
  const Index N = x.rows(), samples = std::min<Index>(K, kRows), images = std::max<Index>(1, kRows / samples);
  std::vector<ImportanceEstimate> estimates(N);
  const auto estimate_group = [&](Index group) {
    const Index first_image = group * images, count = std::min(images, N - first_image);
    Eigen::ArrayXXd log_w(K, count);
    for (Index first = 0; first < K; first += samples) {
      const Index size = std::min<Index>(samples, K - first);
      log_w.middleRows(first, size) =
          log_weights(vae, parameters, x, first_image, count, first, size, seed).template cast<double>().transpose();
    }
    for (Index j = 0; j < count; ++j) estimates[first_image + j] = importance_estimate(log_w.col(j));
  };
  const Index threads = core_count(), groups = (N + images - 1) / images, end = ranks.end(groups);
  for (Index next = ranks.begin(groups), done = 0, all_done = 0; all_done < groups;) {
    const Index count = std::min(threads, end - next);
    ranks.together([&] { parallel_for(count, threads, [&](int i) { estimate_group(next + i); }); });
    next += count, done += count;
    all_done = ranks.sum(done);
    if (progress) progress(std::min(N, all_done * images));
  }
  ranks.all_gather(estimates.data(), sizeof(ImportanceEstimate), first_items(ranks, groups, images, N));
  RunningMean mean;
  double variance = 0;
  for (const auto& [log_mean, of_estimate] : estimates) mean.add(log_mean), variance += of_estimate;
  const Estimate log_p = mean.estimate();
  return {log_p.mean, log_p.se, std::sqrt(variance) / N};
}

// Everything above, once for each element type that models train with.
// clang-format off
#define EVALUATION_OF(S)                                                                                       \
  template Evaluation evaluate(const Vae<S>&, const Parameters<S>&, const Matrix<S>&, std::uint64_t,           \
                               const BoundSettings&, const Ranks&);                                            \
  template LogLikelihood importance_log_likelihood(const Vae<S>&, const Parameters<S>&, const Matrix<S>&, int, \
                                                   std::uint64_t, const std::function<void(int)>&, const Ranks&);
EVALUATION_OF(float)
EVALUATION_OF(double)
#undef EVALUATION_OF
// clang-format on

}  // namespace models
