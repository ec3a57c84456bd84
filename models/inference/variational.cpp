#include "models/inference/variational.hpp"

#include <fmt/format.h>

#include <span>
#include <stdexcept>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/estimate.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "models/training/trainer.hpp"

namespace models {
namespace {

using autograd::By;
using autograd::Parameters;
using autograd::Slot;
using autograd::Tape;
using autograd::Watched;

// Σ_j ( log_sd_ij + ½ log 2πe ) = H(q_i): n×1.
Var<Matrix<double>> entropies(const Var<Matrix<double>>& log_sd) { return sum(log_sd + 0.5 * (kLog2Pi + 1), By::row); }

// ELBO_i as a function on the tape, in step t: n×1.
using ElboOnTape = std::function<Var<Matrix<double>>(const Var<Matrix<double>>& mean,
                                                     const Var<Matrix<double>>& log_sd, std::uint64_t t)>;

DiagonalNormals maximise(const ElboOnTape& bound, const DiagonalNormals& start, const VariationalSettings& settings) {
  const Index n = start.mean.rows(), d = start.mean.cols();
  Parameters<double> q;
  const Slot mean = q.add("mean", n, d), log_sd = q.add("log_sd", n, d);
  q[mean] = start.mean;
  q[log_sd] = start.log_sd;
  Trainer<double> trainer(q, {.shards = 1, .threads = 1});
  const Schedule schedule{
      .kind = ScheduleKind::cosine, .first = settings.step_size, .steps = static_cast<std::uint64_t>(settings.steps)};
  for (std::uint64_t t = 0; t < schedule.steps; ++t) {
    // A row's gradient is that of its own ELBO alone, and Adam moves every number by itself.
    const auto loss = [&](const Watched<double>& on_tape, const Shard&) {
      return -sum(bound(on_tape[mean], on_tape[log_sd], t));
    };
    trainer.step(loss, n, schedule.at(t));
  }
  return {q[mean], q[log_sd]};
}

void expect_shapes(const DiagonalNormals& start, const VariationalSettings& s) {
  const Matrix<double>&mean = start.mean, &log_sd = start.log_sd;
  if (mean.size() == 0 || mean.rows() != log_sd.rows() || mean.cols() != log_sd.cols())
    throw std::invalid_argument(fmt::format(
        "fit_variational: expected means and log_sds of one shape that is not empty, found {}×{} and {}×{}",
        mean.rows(), mean.cols(), log_sd.rows(), log_sd.cols()));
  if (s.steps < 0 || !(s.step_size > 0) || s.samples < 1 || s.final_samples < 2)
    throw std::invalid_argument(fmt::format(
        "fit_variational: expected steps >= 0, step_size > 0, samples >= 1, final_samples >= 2, found {}, {}, {}, {}",
        s.steps, s.step_size, s.samples, s.final_samples));
}

// log p(x_i, z_i) at z = mean + exp(log_sd) ε, where ε are the numbers of draw `number`.
Var<Matrix<double>> at_sample(const LogJoint& log_joint, const Var<Matrix<double>>& mean,
                              const Var<Matrix<double>>& log_sd, const Random& random, std::uint64_t number) {
  auto epsilon = mean.tape().scratch<double>(mean.rows(), mean.cols());
  const std::uint64_t size = epsilon.size();
  random.fill_normal(std::span(epsilon.data(), size), number * size);
  return evaluate(log_joint, mean + exp(log_sd) * mean.tape().reference(epsilon));
}

}  // namespace

VariationalFit fit_variational(const LogJoint& log_joint, const DiagonalNormals& start,
                               const VariationalSettings& settings) {
  expect_shapes(start, settings);
  const Random noise(settings.seed, Purpose::noise), final_noise(settings.seed, Purpose::evaluation);
  const std::uint64_t K = settings.samples;
  const ElboOnTape bound = [&](const auto& mean, const auto& log_sd, std::uint64_t t) {
    auto log_p = at_sample(log_joint, mean, log_sd, noise, t * K);
    for (std::uint64_t k = 1; k < K; ++k) log_p += at_sample(log_joint, mean, log_sd, noise, t * K + k);
    return log_p / K + entropies(log_sd);
  };
  const DiagonalNormals q = maximise(bound, start, settings);

  RunningMeans elbo(q.mean.rows());
  Tape tape;
  for (int k = 0; k < settings.final_samples; ++k) {
    tape.rewind();
    const auto mean = tape.constant(q.mean), log_sd = tape.constant(q.log_sd);
    elbo.add((at_sample(log_joint, mean, log_sd, final_noise, k) + entropies(log_sd)).value());
  }
  return {q, elbo.mean(), elbo.standard_error()};
}

VariationalFit fit_variational(const ExpectedLogJoint& expected_log_joint, const DiagonalNormals& start,
                               const VariationalSettings& settings) {
  expect_shapes(start, settings);
  const ElboOnTape bound = [&](const auto& mean, const auto& log_sd, std::uint64_t) {
    const LogJoint of_mean = [&](const auto& m) { return expected_log_joint(m, log_sd); };
    return evaluate(of_mean, mean) + entropies(log_sd);
  };
  const DiagonalNormals q = maximise(bound, start, settings);
  Tape tape;
  const auto elbo = bound(tape.constant(q.mean), tape.constant(q.log_sd), 0);
  return {q, elbo.value(), Eigen::ArrayXd::Zero(elbo.rows())};
}

DiagonalNormals standard_normals(Index n, Index d) { return {Matrix<double>::Zero(n, d), Matrix<double>::Zero(n, d)}; }

}  // namespace models
