// A mixture of normals whose parameters are on the tape.
#include "chapters/06_latent_variables/chapter.hpp"
#include "models/statistics/shared_rows.hpp"

namespace ch06 {

TapeMixture::TapeMixture(const NormalComponents& start, Covariance covariance) : K_(start.mu.rows()) {
  const Index d = start.mu.cols(), factors = covariance == Covariance::own ? K_ : 1;
  alpha_ = parameters_.add("alpha", 1, K_);
  mu_ = parameters_.add("mu", K_, d);
  log_diagonal_ = parameters_.add("log_diagonal", factors, d);
  below_ = parameters_.add("below", factors, d * (d - 1) / 2);
  parameters_[alpha_] = start.log_prior;
  parameters_[mu_] = start.mu;
  for (Index k = 0; k < factors; ++k) {
    const Matrix<double> identity = Matrix<double>::Identity(d, d);
    const Matrix<double> Q = start.L[k].triangularView<Eigen::Lower>().solve(identity);  // Σ⁻¹ = QᵀQ
    parameters_[log_diagonal_].row(k) = Q.diagonal().array().log().transpose();
    Index column = 0;
    for (Index i = 1; i < d; ++i)
      for (Index j = 0; j < i; ++j) parameters_[below_](k, column++) = Q(i, j);
  }
}

models::GaussianMixture<double> TapeMixture::on(const Watched<double>& theta) const {
  const auto each = [&](Slot slot) {  // a shared row serves all components
    return theta[slot].rows() == K_ ? theta[slot] : models::repeat_rows(theta[slot], K_);
  };
  return {.alpha = theta[alpha_], .mu = theta[mu_], .log_diagonal = each(log_diagonal_), .below = each(below_)};
}

Var<Matrix<double>> TapeMixture::log_joint(const Watched<double>& theta, const Matrix<double>& x) const {
  return on(theta).log_joint(theta.tape().reference(x));
}

Var<double> TapeMixture::log_likelihood(const Watched<double>& theta, const Matrix<double>& x) const {
  return sum(on(theta).log_prob(theta.tape().reference(x)));
}

double TapeMixture::log_likelihood(const Matrix<double>& x, Vector& gradient) const {
  Tape tape;
  gradient.resize(parameters_.size());
  return autograd::value_and_gradient([&](const Watched<double>& theta) { return log_likelihood(theta, x); },
                                      parameters_, gradient, tape);
}

Vector TapeMixture::weighted_gradient(const Matrix<double>& x, const Matrix<double>& W) const {
  Tape tape;
  Vector sum = Vector::Zero(parameters_.size()), gradient = sum;
  for (Index k = 0; k < K_; ++k) {
    Matrix<double> of_k = Matrix<double>::Zero(W.rows(), W.cols());
    of_k.col(k) = W.col(k);
    autograd::value_and_gradient(
        [&](const Watched<double>& theta) { return dot(theta.tape().reference(of_k), log_joint(theta, x)); },
        parameters_, gradient, tape);
    sum += gradient;
  }
  return sum;
}

}  // namespace ch06
