// A posterior whose dimensions depend on each other: what a diagonal q must lose on it, and how a Cholesky factor in
// the encoder gets it back.
#include <cmath>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "chapters/10_elbo/maximise.hpp"
#include "models/statistics/normal.hpp"

namespace ch10 {

namespace {

// z ~ N(0, I_3), x | z ~ N(zW, σ²I) with four pixels: the posterior has precision Λ = I + W Wᵀ/σ², for every x.
struct Correlated {
  Matrix<double> W{{1.0, 0.8, 0.2, 0.0}, {0.9, 1.1, -0.3, 0.4}, {-0.5, 0.6, 1.2, 0.7}}, x{{0.7, -1.1, 0.4, 1.5}};
  double noise_variance = 0.5;

  Matrix<double> precision() const { return Matrix<double>::Identity(3, 3) + W * W.transpose() / noise_variance; }

  double evidence() const {  // log N(x; 0, WᵀW + σ²I)
    Tape tape;
    const Matrix<double> covariance = W.transpose() * W + noise_variance * Matrix<double>::Identity(4, 4);
    const auto factor = cholesky(tape.constant(covariance));
    return -0.5 * (4 * models::kLog2Pi + log_det(factor).value() +
                   squared_norm(solve_lower(factor, tape.constant(Matrix<double>(x.transpose())))).value());
  }

  // The ELBO of q = N(μ, L Lᵀ), L lower triangular:
  //   E log p(x|z) = -½ [ 4 log 2πσ² + ( |x - μW|² + |LᵀW|² ) / σ² ]
  //   KL(q ‖ p(z)) = ½ [ |μ|² + |L|² - 3 - log det LLᵀ ]
  Var<double> elbo(const Var<Matrix<double>>& mu, const Var<Matrix<double>>& L) const {
    Tape& tape = mu.tape();
    const auto decoder = tape.constant(W);
    const auto squares = squared_norm(x - matmul(mu, decoder)) + squared_norm(matmul(transpose(L), decoder));
    const double constant = 4 * (models::kLog2Pi + std::log(noise_variance));
    const auto kl = 0.5 * (squared_norm(mu) + squared_norm(L) - 3.0 - log_det(L));
    return -0.5 * (constant + squares / noise_variance) - kl;
  }

  // The best ELBO over μ and L = diag(exp l) + (what is below the diagonal, if that is allowed).
  double best_elbo(bool below_diagonal) const {
    Parameters<double> theta;
    const Slot mu = theta.add("mu", 1, 3), log_scale = theta.add("log_scale", 1, 3), below = theta.add("below", 3, 3);
    const Matrix<double> I = Matrix<double>::Identity(3, 3);
    Matrix<double> lower = Matrix<double>::Zero(3, 3);
    if (below_diagonal) lower.triangularView<Eigen::StrictlyLower>().setOnes();
    return maximise(
        [&](const Watched<double>& watched) {
          Tape& tape = watched.tape();
          const auto L = exp(watched[log_scale]) * tape.constant(I) + watched[below] * tape.constant(lower);
          return elbo(watched[mu], L);
        },
        theta, {.steps = 3000, .rate = 0.03});
  }
};

}  // namespace

void check_full_covariance(lesson::Lesson& lesson, const Ingredients& use) {
  const Correlated model;
  const double log_p = model.evidence();
  lesson.equation("2.1", "best diagonal q: gap ½ ( Σ log Λ_ii - log det Λ );  full q: 0", "eq:full-cov")
      .exact("diagonal: log p - best ELBO", log_p - model.best_elbo(false), use.mean_field_gap(model.precision()),
             1e-6)
      .exact("Cholesky: log p - best ELBO", log_p - model.best_elbo(true), 0, 1e-6);

  // where the figure's ellipses of two standard deviations end on the right: correlation 0.9, and 1/Λ_ii = 1 - 0.9²
  lesson.metric("ellipse_of_posterior", 2 * 0.9).shown("10_mean_field", "posterior, 2 σ", 2);
  lesson.metric("ellipse_of_diagonal", 0).shown("10_mean_field", "best diagonal q, 2 σ", 2 * std::sqrt(1 - 0.9 * 0.9));
}

}  // namespace ch10
