#pragma once
// A deep latent-variable model: simple factors, the numbers of one of which a network computes (notes 1.7.2).
//   p_θ(x, z | y) = p(z) p_θ(x | z, y),    z ~ N(0, I)
//   x | z, y ~ N(f_θ(z, y), σ² I),   or   x_j | z, y ~ Bernoulli(sigmoid f_θ(z, y)_j)
// z has so few dimensions that p_θ(x | y) = ∫ p(z) p_θ(x | z, y) dz can be taken by quadrature. y is what the model
// may be conditioned on, the same for all rows of x; a model without a context takes a y of no columns.

#include <vector>

#include "autograd/parameters/watched.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/likelihood.hpp"
#include "models/statistics/random.hpp"
#include "models/training/layers.hpp"

namespace models {

struct DeepLatentShape {
  Index observed = 1;           // d, numbers in x
  Index latent = 1;             // in z
  Index context = 0;            // in y
  std::vector<Index> hidden{};  // layers of the decoder f_θ; empty: f_θ is affine
  Activation activation = Activation::tanh;
  Likelihood likelihood = Likelihood::gaussian;
};

template <Element S>
class DeepLatentVariableModel {
 public:
  // Adds "decoder.0.W", ..., "decoder.output.b" and, for a Gaussian likelihood, "decoder.log_var", log σ², to the
  // parameters: weights Glorot-uniform by the seed, all else 0. Throws std::invalid_argument unless x and z have a
  // dimension.
  DeepLatentVariableModel(Parameters<S>& parameters, const DeepLatentShape& shape, std::uint64_t seed);

  const DeepLatentShape& shape() const { return shape_; }

  // f_θ(z, y): means or logits.      z: K×latent   y: 1×context   returns: K×d
  Var<Matrix<S>> decode(const Watched<S>& theta, const Var<Matrix<S>>& z, const Matrix<S>& y = no_context()) const;

  // log p(x_i | z_k, y) of every x under every z, in nats.      x: n×d   z: K×latent   returns: n×K
  Var<Matrix<S>> log_likelihoods(const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& z,
                                 const Matrix<S>& y = no_context()) const;

  // log p(z_k) + log p(x_i | z_k, y): the logarithms of the terms that the quadrature adds up. log_softmax of a row
  // is the posterior p(z_k | x_i, y) on the points of the rule.      x: n×d   returns: n×K
  // `rule` has points in as many dimensions as z, and weights that hold p(z): E f(z) = Σ_k weight_k f(z_k).
  Var<Matrix<S>> log_joint(const Watched<S>& theta, const Var<Matrix<S>>& x, const Quadrature& rule,
                           const Matrix<S>& y = no_context()) const;

  // log p(x_i | y) = log Σ_k weight_k p(x_i | z_k, y), in nats.      x: n×d   returns: n×1
  Var<Matrix<S>> log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x, const Quadrature& rule,
                          const Matrix<S>& y = no_context()) const;

  // n draws from p(x, z | y), ancestral: first z, then x given z.
  struct Draws {
    Matrix<S> z, x;  // n×latent, n×d
  };
  Draws sample(const Parameters<S>& parameters, Index n, const Random& random,
               const Matrix<S>& y = no_context()) const;

 private:
  static Matrix<S> no_context() { return Matrix<S>(1, 0); }

  DeepLatentShape shape_;
  Mlp hidden_;
  Affine output_;
  Slot log_var_;
};

// The prior N(0, I) of z in d dimensions as a quadrature: Gauss-Legendre with n points on [-7, 7] in each
// of them, the density multiplied into the weights. What lies outside has a probability of 3e-12. With n
// points their distance falls like 1/n, that of Gauss-Hermite's like 1/√n: so it can follow a decoder that
// changes quickly. Throws as product_rule.
Quadrature normal_prior(int n, int d = 1);

}  // namespace models
