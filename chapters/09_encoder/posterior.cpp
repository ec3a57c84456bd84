#include "chapters/09_encoder/posterior.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/autograd.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/normal.hpp"

namespace ch09 {

using autograd::Tape;
using autograd::Watched;

namespace {

models::VaeShape shape_of(const models::Dataset& data, const VaeSettings& s) {
  return {.pixels = data.dimensions(), .latent = s.latent, .hidden = {s.hidden}};
}

models::VaeTrainingSettings training_of(const models::Dataset& data, const VaeSettings& s, std::uint64_t seed) {
  return {.batch = std::min(100, data.count()),
          .epochs = s.epochs,
          .schedule = models::ScheduleKind::cosine,
          .learning_rate = s.learning_rate,
          .seed = seed,
          .trainer = {.shards = 1, .threads = 1}};
}

}  // namespace

TrainedVae::TrainedVae(const models::Dataset& data, const VaeSettings& settings, std::uint64_t seed)
    : data_(data), trainer_(data_, shape_of(data, settings), training_of(data, settings, seed)) {
  while (!trainer_.done()) trainer_.step();
}

DiagonalNormals encode(const TrainedVae& model, const Matrix<double>& x) {
  Tape tape;
  const auto q = model.vae().encode({tape, model.theta()}, tape.reference(x));
  return {q.mu.value(), 0.5 * q.log_var.value()};
}

namespace {

// Σ_k w_k f_ik for the K = nodes² values of each row i: (n·K)×1 in, n×1 out.
Var<Matrix<double>> weighted(const Var<Matrix<double>>& values, const models::Quadrature& rule) {
  const Index K = rule.points.rows();
  return matmul(reshape(values, values.rows() / K, K), values.tape().constant(rule.weights.matrix()));
}

}  // namespace

Vector elbo(const TrainedVae& model, const Matrix<double>& x, const DiagonalNormals& q, const ElboParts& parts,
            const models::Quadrature& rule) {
  Vector bound(x.rows());
  Tape tape;
  for (Index i = 0; i < x.rows(); ++i) {
    tape.rewind();
    const auto z = tape.constant(parts.sample(q.mean.row(i), q.log_sd.row(i), rule.points));
    const auto log_likelihood = model.vae().log_likelihood({tape, model.theta()}, tape.constant(x.row(i)), z);
    bound[i] = (log_likelihood.value().array().col(0) * rule.weights).sum();
    for (Index j = 0; j < q.mean.cols(); ++j) bound[i] -= parts.kl_to_prior(q.mean(i, j), q.log_sd(i, j));
  }
  return bound;
}

models::ExpectedLogJoint expected_log_joint(const TrainedVae& model, const Matrix<double>& x, int nodes) {
  const models::Quadrature rule = models::product_rule(models::gauss_hermite(nodes), model.vae().shape().latent);
  const Matrix<double> epsilon = rule.points.replicate(x.rows(), 1);
  return [&model, x, rule, epsilon](const auto& mean, const auto& log_sd) {
    Tape& tape = mean.tape();
    const auto z = models::reparameterise(mean, 2.0 * log_sd, tape.reference(epsilon));
    const auto log_likelihood = model.vae().log_likelihood({tape, model.theta()}, tape.reference(x), z);
    return weighted(log_likelihood + models::standard_normal_log_prob(z), rule);
  };
}

Matrix<double> Grid::points() const {
  Matrix<double> z(side * side, 2);
  for (int up = 0; up < side; ++up)
    for (int across = 0; across < side; ++across) z.row(up * side + across) << at(across), at(up);
  return z;
}

models::Quadrature normal_rule(const Grid& grid) {
  const Matrix<double> epsilon = grid.points();
  const Vector log_density = -epsilon.rowwise().squaredNorm().array() / 2 - models::kLog2Pi;
  return {epsilon, log_density.exp() * grid.step() * grid.step()};
}

namespace {

// log p(x_i, z_m) at every point z (m×2) for every image: n×m. log p(x|z) = Σ_j x_j ℓ_j(z) - log(1 + exp ℓ_j(z)) is
// affine in x, so that the decoder runs once for all images.
Matrix<double> log_joint(const TrainedVae& model, const Matrix<double>& x, const Matrix<double>& z) {
  Tape tape;
  const auto logits = model.vae().decode({tape, model.theta()}, tape.reference(z));
  const auto of_point = models::standard_normal_log_prob(tape.reference(z)) - sum(softplus(logits), autograd::By::row);
  Matrix<double> log_p = x * logits.value().transpose();
  log_p.rowwise() += of_point.value().col(0).transpose();
  return log_p;
}

}  // namespace

Vector log_evidence(const TrainedVae& model, const Matrix<double>& x, const models::Quadrature& rule) {
  const Matrix<double> log_p = log_joint(model, x, rule.points);
  Vector log_evidence(x.rows());
  for (Index i = 0; i < x.rows(); ++i)
    log_evidence[i] = models::log_integral(rule, [&](const auto&) { return log_p.row(i).transpose().array().eval(); });
  return log_evidence;
}

GridPosterior grid_posterior(const TrainedVae& model, const Matrix<double>& x, const Grid& grid) {
  const Matrix<double> z = grid.points();
  const models::Quadrature even{z, Vector::Constant(z.rows(), grid.step() * grid.step())};
  GridPosterior p{grid, log_joint(model, x, z), Vector(x.rows())};
  for (Index i = 0; i < x.rows(); ++i) {
    p.log_evidence[i] =
        models::log_integral(even, [&](const auto&) { return p.log_posterior.row(i).transpose().array().eval(); });
    p.log_posterior.row(i).array() -= p.log_evidence[i];
  }
  return p;
}

Vector log_density(const DiagonalNormals& q, Index row, const Matrix<double>& points) {
  Vector log_q = Vector::Constant(points.rows(), -0.5 * points.cols() * models::kLog2Pi);
  for (Index j = 0; j < points.cols(); ++j)
    log_q -=
        q.log_sd(row, j) + 0.5 * (points.col(j).array() - q.mean(row, j)).square() * std::exp(-2 * q.log_sd(row, j));
  return log_q;
}

Vector kl_to_posterior(const DiagonalNormals& q, const GridPosterior& p) {
  const Matrix<double> z = p.grid.points();
  Vector kl(q.mean.rows());
  for (Index i = 0; i < kl.size(); ++i) {
    const Vector log_q = log_density(q, i, z), log_p = p.log_posterior.row(i).transpose();
    kl[i] = (log_q.exp() * (log_q - log_p)).sum() * p.grid.step() * p.grid.step();
  }
  return kl;
}

Vector kl_from_posterior(const DiagonalNormals& q, const GridPosterior& p) {
  const Matrix<double> z = p.grid.points();
  Vector kl(q.mean.rows());
  for (Index i = 0; i < kl.size(); ++i) {
    const Vector log_q = log_density(q, i, z), log_p = p.log_posterior.row(i).transpose();
    kl[i] = (log_p.exp() * (log_p - log_q)).sum() * p.grid.step() * p.grid.step();
  }
  return kl;
}

}  // namespace ch09
