#include "chapters/10_elbo/exact_bounds.hpp"

#include <cmath>

#include "models/inference/quadrature.hpp"
#include "models/statistics/normal.hpp"

namespace ch10 {

using Eigen::ArrayXd;

double Spread::signal_to_noise() const { return std::abs(mean) / std::sqrt(variance); }

ExactBounds::ExactBounds(double x, Normal q) : x_(x), q_(q) {
  const models::Quadrature inner = models::gauss_legendre(400, -12, 12);
  epsilon_ = inner.points.array();
  probability_ = inner.weights * (-0.5 * (models::kLog2Pi + epsilon_.square())).exp();
  z_ = q.m + std::sqrt(q.s2) * epsilon_;
  const Normal p = posterior(x);  // w / p(x) = p(z|x) / q(z)
  w_ = (-0.5 * (std::log(p.s2 / q.s2) + (z_ - p.m).square() / p.s2 - epsilon_.square())).exp();

  // t = e^u: small and large t alike
  const models::Quadrature outer = models::gauss_legendre(400, -40, 40);
  t_ = outer.points.array().exp();
  dt_ = outer.weights * t_;
  decay_ = (-(t_.matrix() * w_.matrix().transpose()).array()).exp();
}

double ExactBounds::moment(int power) const { return (probability_ * w_.pow(power)).sum(); }

double ExactBounds::gap(int K) const {
  // with t/K for t: ∫ (e^-Kt - φ(t)^K) dt/t
  const ArrayXd phi = decay_.matrix() * probability_.matrix();
  return -(dt_ / t_ * ((-K * t_).exp() - phi.pow(K))).sum();
}

Spread ExactBounds::ratio(const ArrayXd& a, int n, int K) const {
  const auto mean_of = [&](const ArrayXd& f) -> ArrayXd { return decay_.matrix() * (probability_ * f).matrix(); };
  const ArrayXd phi = mean_of(ArrayXd::Ones(w_.size())), first = mean_of(a), second = mean_of(a.square());
  const ArrayXd t1 = t_.pow(n - 1) / std::tgamma(n), t2 = t_.pow(2 * n - 1) / std::tgamma(2 * n);
  const double mean = K * (dt_ * t1 * first * phi.pow(K - 1)).sum();
  const ArrayXd pairs = K > 1 ? ArrayXd(first.square() * phi.pow(K - 2)) : ArrayXd::Zero(phi.size());
  const double square = (dt_ * t2 * (K * second * phi.pow(K - 1) + K * (K - 1.0) * pairs)).sum();
  return {mean, square - mean * mean};
}

// log w = -½ z² - ½ (x - z)² + ½ ε² + log s + const, with z = m + s ε
Spread ExactBounds::encoder(int K) const { return ratio(w_ * (x_ - 2 * z_), 1, K); }
Spread ExactBounds::decoder(int K) const { return ratio(w_ * (x_ - z_), 1, K); }

// ∂/∂z log w = x - 2z + (z - m)/s²
Spread ExactBounds::doubly_reparameterised(int K) const {
  return ratio(w_.square() * (x_ - 2 * z_ + (z_ - q_.m) / q_.s2), 2, K);
}

}  // namespace ch10
