#pragma once
// What K importance samples give on average, exactly, for every K: no sampling, two integrals of one dimension.
//
// The K weights meet in their sum S = w_1 + .. + w_K, in a logarithm or in a denominator. Both are integrals of e^-tS,
//   log S = ∫_0^∞ (e^-t - e^-tS) dt/t          1/S^n = ∫_0^∞ t^(n-1)/(n-1)! e^-tS dt,
// and the mean of e^-tS is a power, since the samples are independent: E e^-tS = φ(t)^K with φ(t) = E e^-tw. So
//   E log S/K            = ∫ (e^-t - φ(t/K)^K) dt/t
// and with e(f) = E[ f e^-tw ]
//   E Σ_k w_k^n h_k / S^n        = K ∫ e((tw)^n h) φ^(K-1) / (n-1)! dt/t
//   E (Σ_k w_k^n h_k)² / S^2n    = ∫ ( K e((tw)^2n h²) φ^(K-1) + K(K-1) e((tw)^n h)² φ^(K-2) ) / (2n-1)! dt/t

#include <Eigen/Core>

#include "chapters/10_elbo/one_dimension.hpp"

namespace ch10 {

// Mean and variance of an estimator, and how many standard deviations its mean is away from 0.
struct Spread {
  double mean, variance;
  double signal_to_noise() const;
};

class ExactBounds {
 public:
  // Of the model and the encoder q = N(m, s²) at the data point x. The weights are bounded: q.s2 >= ½.
  ExactBounds(double x, Normal q);

  // log p(x) - E log (1/K) Σ_k w_k
  double gap(int K) const;

  // E Σ_k w̃_k log w_k - log p(x), with w̃_k = w_k / Σ w: no bound, since it is above 0 for large K.
  double weighted_logs(int K) const;

  // Estimators of the gradient of log (1/K) Σ_k w_k:
  Spread encoder(int K) const;                 // in m:  Σ w̃_k d/dm log w_k,  z_k = m + s ε_k
  Spread decoder(int K) const;                 // in the decoder's shift c at 0:  Σ w̃_k (x - z_k)
  Spread doubly_reparameterised(int K) const;  // in m:  Σ w̃_k² ∂/∂z log w_k                      (Tucker et al. 2019)

  // E[ (w/p(x))^power ], power 1, 2, 3: the moments of a single weight.
  double moment(int power) const;

 private:
  Spread ratio(const Eigen::ArrayXd& h, int n, int K) const;  // of Σ_k w_k^n h_k / S^n

  double x_;
  Normal q_;
  Eigen::ArrayXd probability_;      // of the noise ε at the points of a quadrature
  Eigen::ArrayXd epsilon_, z_, w_;  // noise, sample, and its weight over p(x)
  Eigen::ArrayXd t_, dt_over_t_;    // points of the outer integral, and their shares
  Eigen::ArrayXXd tw_, decay_;      // t w and e^-tw, one row a t
};

}  // namespace ch10
