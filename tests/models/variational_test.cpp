// Variational inference: where the posterior is known, every data point gets the diagonal normal that is closest to it
// and the bound that belongs to it, with drawn and with exact gradients.

#include "models/inference/variational.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>
#include <stdexcept>

#include "autograd/autograd.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/normal.hpp"
#include "tests/models/matrices.hpp"

using namespace models;

namespace {

using M = Matrix<double>;

// z ~ N(0, I), x | z ~ N(W z, σ² I) in two dimensions, for data points of three numbers. The posterior has the
// precision P = I + WᵀW/σ² and the mean P⁻¹ Wᵀx/σ². The diagonal normal closest to it has that mean, and the variances
// 1/P_jj (Bishop 2006, section 10.1.2).
struct LinearGaussian {
  double variance = 0.4;
  M W = (M(3, 2) << 1, 0.5, -0.3, 0.8, 0.7, 1.1).finished();
  M x = normal_matrix(4, 3, 7);

  Eigen::Matrix2d precision() const { return Eigen::Matrix2d::Identity() + W.transpose() * W / variance; }
  M means() const { return x * W / variance * precision().inverse(); }
  Eigen::Vector2d log_sds() const { return -0.5 * precision().diagonal().array().log(); }
  // log p(x) - KL(q ‖ posterior), where the KL of the closest q is ½ (Σ log P_jj - log det P).
  Eigen::ArrayXd best_elbos() const {
    const Eigen::Matrix3d C = W * W.transpose() + variance * M::Identity(3, 3);
    const double kl = 0.5 * (precision().diagonal().array().log().sum() - std::log(precision().determinant()));
    const Eigen::VectorXd squares = (x * C.inverse()).cwiseProduct(x).rowwise().sum();
    return -0.5 * (3 * kLog2Pi + std::log(C.determinant()) + squares.array()) - kl;
  }

  LogJoint log_joint() const {
    return [this](const auto& z) {
      autograd::Tape& tape = z.tape();
      return standard_normal_log_prob(z) + normal_log_prob(tape.constant(x), matmul(z, tape.constant(W.transpose())),
                                                           tape.constant(M::Constant(1, 1, std::log(variance))));
    };
  }
  // E log p(x, z) = log p(x, mean) - ½ Σ_j P_jj s_j², since log p(x, z) is a parabola in z.
  ExpectedLogJoint expected() const {
    return [this, at = log_joint()](const auto& mean, const auto& log_sd) {
      return at(mean) - 0.5 * sum(exp(2 * log_sd) * M(precision().diagonal().transpose()), autograd::By::row);
    };
  }
};

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("variational: exact gradients find the closest diagonal normal of every data point") {
    const LinearGaussian model;
    const VariationalFit fit = fit_variational(model.expected(), standard_normals(4, 2), {.steps = 1000});
    CHECK((fit.q.mean - model.means()).norm() < 1e-6);
    CHECK((fit.q.log_sd.rowwise() - model.log_sds().transpose()).norm() < 1e-6);
    CHECK((fit.elbo - model.best_elbos()).abs().maxCoeff() < 1e-10);
    CHECK(fit.elbo_se.isZero());
    // The standard deviations of the posterior's own marginals are others.
    const Eigen::Vector2d marginal = 0.5 * model.precision().inverse().diagonal().array().log();
    CHECK((fit.q.log_sd.rowwise() - marginal.transpose()).norm() > 0.1);
  }

  TEST_CASE("variational: drawn gradients come close, and the bound agrees within its standard error") {
    const LinearGaussian model;
    const VariationalFit fit = fit_variational(model.log_joint(), standard_normals(4, 2));
    CHECK((fit.q.mean - model.means()).cwiseAbs().maxCoeff() < 0.05);
    CHECK((fit.q.log_sd.rowwise() - model.log_sds().transpose()).cwiseAbs().maxCoeff() < 0.05);
    CHECK(((fit.elbo - model.best_elbos()) / fit.elbo_se).abs().maxCoeff() < 4);
    CHECK(fit.elbo_se.maxCoeff() < 0.05);
    CHECK(((fit.elbo - 0.3 - model.best_elbos()) / fit.elbo_se).abs().minCoeff() > 4);  // another bound is told apart
  }

  TEST_CASE("variational: a data point's result does not depend on its neighbours") {
    LinearGaussian model;
    const VariationalFit all = fit_variational(model.expected(), standard_normals(4, 2), {.steps = 50});
    model.x = M(model.x.row(2));
    const VariationalFit alone = fit_variational(model.expected(), standard_normals(1, 2), {.steps = 50});
    CHECK((all.q.mean.row(2) - alone.q.mean).norm() < 1e-12);
    CHECK((all.q.log_sd.row(2) - alone.q.log_sd).norm() < 1e-12);
  }

  TEST_CASE("variational: what cannot be fitted is refused") {
    const LinearGaussian model;
    const LogJoint f = model.log_joint();
    CHECK_THROWS_AS(fit_variational(f, {M(), M()}), std::invalid_argument);
    CHECK_THROWS_AS(fit_variational(f, {M::Zero(4, 2), M::Zero(4, 1)}), std::invalid_argument);
    CHECK_THROWS_AS(fit_variational(f, standard_normals(4, 2), {.samples = 0}), std::invalid_argument);
    CHECK_THROWS_AS(fit_variational(f, standard_normals(4, 2), {.steps = -1}), std::invalid_argument);
    const LogJoint wide = [](const auto& z) { return z * 1.0; };
    CHECK_THROWS_AS(fit_variational(wide, standard_normals(4, 2)), std::invalid_argument);
  }
}
