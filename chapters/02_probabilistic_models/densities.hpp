#pragma once
// Distributions of one number, and integrals over them.

#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "autograd/autograd.hpp"

namespace ch02 {

using autograd::Index;
using autograd::Matrix;
using autograd::Tape;
using autograd::Var;
using Numbers = std::vector<double>;

// log p(x) in nats.
using LogDensity = std::function<double(double x)>;

// A mixture of normals: with probability weight_k the component k, then x ~ N(mean_k, sd_k²) of it. With a single
// component it is a normal distribution.
struct Mixture {
  Numbers weight{}, mean{}, sd{};

  double log_density(double x) const;   // in nats
  double distribution(double x) const;  // P(X <= x)
  double expectation() const;
  double variance() const;
};
Mixture normal(double mean, double sd);

// ∫ f(x) dx from a to b by Simpson's rule with 2000 intervals.
double integral(double a, double b, const std::function<double(double)>& f);

// Over the whole line, for densities whose mass lies within ±20: ∫ p log p, with a minus the entropy; ∫ p log(p/q);
// ½ ∫ |p - q|. In nats, the last one a number from 0 to 1.
double entropy(const LogDensity& p);
double divergence(const LogDensity& p, const LogDensity& q);
double total_variation(const LogDensity& p, const LogDensity& q);

// Where f, with a single minimum in [low, high], is least, to about 1e-8 of the interval: golden section search
// (Kiefer 1953).
double minimise(double low, double high, const std::function<double(double)>& f);

// 1 / (1 + exp(-t)): the probability whose log-odds are t.
inline double sigmoid(double t) { return 1 / (1 + std::exp(-t)); }

// `count` numbers from low to high at equal steps.
Numbers steps_between(double low, double high, int count);

// The same numbers as a column n×1.
Matrix<double> column(std::span<const double> numbers);

}  // namespace ch02
