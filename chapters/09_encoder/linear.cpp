#include "chapters/09_encoder/linear.hpp"

#include <cmath>

#include "autograd/autograd.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/normal.hpp"
#include "models/training/optimisers.hpp"

namespace ch09 {

using autograd::By;
using autograd::Tape;

models::ExpectedLogJoint expected_log_joint(const LinearGaussian& model, const Matrix<double>& x, bool spread) {
  const Matrix<double> squares = model.W.rowwise().squaredNorm() / model.variance;  // ‖W_j‖² / σ²
  return [model, x, spread, squares](const auto& mean, const auto& log_sd) {
    Tape& tape = mean.tape();
    const auto log_var = tape.constant(Matrix<double>::Constant(1, 1, std::log(model.variance)));
    const auto at_mean = models::normal_log_prob(tape.constant(x), matmul(mean, tape.constant(model.W)), log_var) +
                         models::standard_normal_log_prob(mean);
    const auto s2 = exp(2.0 * log_sd);
    const auto of_prior = sum(s2, By::row);
    return at_mean - 0.5 * (spread ? matmul(s2, tape.constant(squares)) + of_prior : of_prior);
  };
}

namespace {

// H(q) = Σ_j ( log s_j + ½ log 2πe ): n×1.
Var<Matrix<double>> entropy(const Var<Matrix<double>>& log_sd) {
  return sum(log_sd + 0.5 * (models::kLog2Pi + 1), By::row);
}

}  // namespace

Vector elbo(const models::ExpectedLogJoint& expected_log_joint, const DiagonalNormals& q) {
  Tape tape;
  const auto mean = tape.constant(q.mean), log_sd = tape.constant(q.log_sd);
  return (expected_log_joint(mean, log_sd) + entropy(log_sd)).value();
}

Vector kl_to_posterior(const LinearGaussian& model, const Matrix<double>& x, const DiagonalNormals& q) {
  const Matrix<double> precision = model.precision(), off = q.mean - model.posterior_mean(x);
  const double k = precision.rows();
  const Vector spread = (2 * q.log_sd).array().exp().matrix() * precision.diagonal();
  const Vector distance = (off * precision).cwiseProduct(off).rowwise().sum();
  return 0.5 * (spread + distance - k - model.log_det_precision() - 2 * q.log_sd.rowwise().sum().array());
}

DiagonalNormals AffineEncoder::operator()(const Matrix<double>& x) const {
  return {(x * A).rowwise() + b, log_sd.replicate(x.rows(), 1)};
}

AffineEncoder fit_encoder(const models::ExpectedLogJoint& expected_log_joint, const Matrix<double>& seen,
                          const Vector& weights, Index latent, int steps) {
  autograd::Parameters<double> phi;
  const models::Affine mean(phi, "encoder", seen.cols(), latent, 1);
  const autograd::Slot log_sd = phi.add("encoder.log_sd", 1, latent);
  phi[mean.W].setZero();
  autograd::Buffer<double> gradient = autograd::Buffer<double>::Zero(phi.size());
  Tape tape;
  models::Optimiser<double> adam({}, phi.size());
  const models::Schedule schedule{
      .kind = models::ScheduleKind::cosine, .first = 0.05, .steps = static_cast<std::uint64_t>(steps)};
  const Matrix<double> minus_w = -weights.matrix().transpose();
  const auto loss = [&](const autograd::Watched<double>& watched) {
    const auto x = watched.tape().reference(seen);
    const auto one = watched.tape().constant(Matrix<double>::Ones(seen.rows(), 1));
    const auto shared = matmul(one, watched[log_sd]);
    const auto bound = expected_log_joint(mean(watched, x), shared) + entropy(shared);
    return sum(matmul(watched.tape().reference(minus_w), bound));
  };
  for (int step = 0; step < steps; ++step) {
    autograd::value_and_gradient(loss, phi, gradient, tape);
    adam.begin_step(schedule.at(step));
    adam.update(phi.values().data(), gradient.data(), 0, phi.size());
  }
  return {phi[mean.W], phi[mean.b].row(0), phi[log_sd].row(0)};
}

}  // namespace ch09
