#include "chapters/10_elbo/exact_bounds.hpp"

#include <cmath>

#include "models/inference/quadrature.hpp"
#include "models/statistics/normal.hpp"

namespace ch10 {

using Eigen::ArrayXd;

double Spread::signal_to_noise() const { return std::abs(mean) / std::sqrt(variance); }

ExactBounds::ExactBounds(double x, Normal q) : x_(x), q_(q) {
  const models::Quadrature inner = models::gauss_legendre(800, -12, 12);
  epsilon_ = inner.points.array();
  probability_ = inner.weights * (-0.5 * (models::kLog2Pi + epsilon_.square())).exp();
  z_ = q.m + std::sqrt(q.s2) * epsilon_;
  const Normal p = posterior(x);  // w / p(x) = p(z|x) / q(z)
  w_ = (-0.5 * (std::log(p.s2 / q.s2) + (z_ - p.m).square() / p.s2 - epsilon_.square())).exp();

  // t = e^u: small and large t alike. A weight may be as small as e^-100, so t must become large.
  const models::Quadrature outer = models::gauss_legendre(900, -40, 200);
  t_ = outer.points.array().exp();
  dt_over_t_ = outer.weights;
  tw_ = (t_.matrix() * w_.matrix().transpose()).array().min(700);  // from there on e^-tw is 0
  decay_ = (-tw_).exp();
}

double ExactBounds::moment(int power) const { return (probability_ * w_.pow(power)).sum(); }

double ExactBounds::gap(int K) const {
  // with t for t/K: ∫ (e^-Kt - φ(t)^K) dt/t
  const ArrayXd phi = decay_.matrix() * probability_.matrix();
  return -(dt_over_t_ * ((-K * t_).exp() - phi.pow(K))).sum();
}

double ExactBounds::weighted_logs(int K) const { return ratio(w_.log(), 1, K).mean; }

Spread ExactBounds::ratio(const ArrayXd& h, int n, int K) const {
  // e((tw)^power h), for every t
  const auto e = [&](int power, const ArrayXd& h) -> ArrayXd {
    Eigen::MatrixXd terms = decay_.matrix();
    for (int i = 0; i < power; ++i) terms.array() *= tw_;
    return terms * (probability_ * h).matrix();
  };
  const ArrayXd phi = e(0, ArrayXd::Ones(w_.size())), first = e(n, h), second = e(2 * n, h.square());
  const double mean = K * (dt_over_t_ * first * phi.pow(K - 1)).sum() / std::tgamma(n);
  const ArrayXd pairs = K > 1 ? ArrayXd(first.square() * phi.pow(K - 2)) : ArrayXd::Zero(phi.size());
  const double square =
      (dt_over_t_ * (K * second * phi.pow(K - 1) + K * (K - 1.0) * pairs)).sum() / std::tgamma(2 * n);
  return {mean, square - mean * mean};
}

// log w = -½ z² - ½ (x - z)² + ½ ε² + log s + const, with z = m + s ε
Spread ExactBounds::encoder(int K) const { return ratio(x_ - 2 * z_, 1, K); }
Spread ExactBounds::decoder(int K) const { return ratio(x_ - z_, 1, K); }

// ∂/∂z log w = x - 2z + (z - m)/s²
Spread ExactBounds::doubly_reparameterised(int K) const { return ratio(x_ - 2 * z_ + (z_ - q_.m) / q_.s2, 2, K); }

}  // namespace ch10
