#pragma once

#include <cmath>
#include <numbers>

#include "models/vae/bounds.hpp"
#include "tests/dense.hpp"
#include "tests/models/matrices.hpp"

// Small VAEs with all parameters random, biases too.
template <class S = double>
struct TestVae {
  models::Parameters<S> parameters;
  models::Vae<S> vae;

  explicit TestVae(const models::VaeShape& shape, std::uint64_t seed = 1) : vae(parameters, shape, seed) {
    for (std::size_t i = 0; i < parameters.entries().size(); ++i) {
      const auto& entry = parameters.entries()[i];
      parameters[models::Slot{i}] = uniform_matrix<S>(entry.rows, entry.cols, -0.8, 0.8, 100 * seed + i);
    }
  }
};

// A linear VAE with Gaussian likelihood, of which everything is known: p(x) = N(b, WᵀW + s² I), and
// p(z | x) = N((x - b) Wᵀ A, s² A) with A = (W Wᵀ + s² I)⁻¹ (Tipping & Bishop 1999, eq. 6 and 7), here with W: k×d.
struct LinearVae : TestVae<double> {
  using M = autograd::Matrix<double>;
  int k, d;

  // Rows of W are made orthogonal, so that the posterior's covariance is diagonal and the encoder can be exact.
  LinearVae(int k, int d, std::uint64_t seed)
      : TestVae({.pixels = d, .latent = k, .hidden = {}, .likelihood = models::Likelihood::gaussian}, seed),
        k(k),
        d(d) {
    auto W = named(parameters, "decoder.output.W");
    for (int i = 0; i < k; ++i) {
      for (int j = 0; j < i; ++j) W.row(i) -= W.row(i).dot(W.row(j)) / W.row(j).squaredNorm() * W.row(j);
    }
  }

  M W() { return named(parameters, "decoder.output.W"); }
  M b() { return named(parameters, "decoder.output.b"); }
  double noise_variance() { return std::exp(named(parameters, "decoder.log_var")(0, 0)); }
  M A() { return inverse(times(W(), W().transpose()) + noise_variance() * M::Identity(k, k)); }

  // Makes q(z | x) the posterior, but for a shift of its means and a factor on its standard deviations.
  void set_encoder(double shift = 0, double factor = 1) {
    const M map = times(W().transpose(), A());
    named(parameters, "encoder.mu.W") = map;
    named(parameters, "encoder.mu.b") = M::Constant(1, k, shift) - times(b(), map);
    named(parameters, "encoder.log_var.W").setZero();
    named(parameters, "encoder.log_var.b") =
        (noise_variance() * factor * factor * A().diagonal()).array().log().matrix().transpose();
  }

  // n data points of the model itself.
  M sample(int n, std::uint64_t seed) {
    const M z = normal_matrix(n, k, seed), noise = normal_matrix(n, d, seed + 1);
    return (times(z, W()) + std::sqrt(noise_variance()) * noise).rowwise() + b().row(0);
  }

  // log p(x), n×1.
  M log_p(const M& x) {
    const M centred = x.rowwise() - b().row(0);
    const M covariance = times(W().transpose(), W()) + noise_variance() * M::Identity(d, d);
    const M squared = times(centred, inverse(covariance)).cwiseProduct(centred).rowwise().sum();
    return -0.5 * (d * std::log(2 * std::numbers::pi) + std::log(determinant(covariance)) + squared.array());
  }
};
