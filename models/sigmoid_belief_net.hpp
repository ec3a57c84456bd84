#pragma once
// The sigmoid belief net: layers of units that are 0 or 1, every layer drawn given the one above it (Neal 1992,
// "Connectionist learning of belief networks"). Hidden layers z_1 (above the pixels x = z_0) to z_L (the top):
//   p(x, z) = p(z_L) Π_l p(z_l | z_{l+1}),    p(z_lj = 1 | z_{l+1}) = σ( b_lj + Σ_k z_{l+1,k} W_lkj )
// The sum over the states of the hidden layers is taken exactly, so that a
// layer may have a dozen units, not many more.

#include <vector>

#include "autograd/parameters/watched.hpp"
#include "models/statistics/random.hpp"
#include "models/training/layers.hpp"

namespace models {

// Every state of k units, 2^k×k: the binary numbers 0 .. 2^k - 1, the first unit the highest digit. Throws
// std::invalid_argument unless 0 <= k <= 20.
template <Element S>
Matrix<S> binary_states(Index k);

template <Element S>
class SigmoidBeliefNet {
 public:
  // sizes = {d pixels, units of z_1, ..., units of z_L}. Adds "belief.0.W" (units of z_1 × d), "belief.0.b" (1×d), ...
  // and "belief.top.b" to the parameters: weights Glorot-uniform by the seed, biases 0. Throws std::invalid_argument
  // for less than two sizes, and for a hidden layer of more than 20 units.
  SigmoidBeliefNet(Parameters<S>& parameters, const std::vector<Index>& sizes, std::uint64_t seed);

  Index pixels() const { return sizes_[0]; }
  Index hidden_units() const;  // of all layers together

  // Sets the pixels' biases so that, were all W 0, pixel j would be 1 with probability p_j: 1×d, each in (0, 1).
  void start_at(Parameters<S>& parameters, const Matrix<S>& p) const;

  // log p(x) in nats, exactly.       x: n×d, zeros and ones   returns: n×1
  // Layer by layer from the top, p(z_l) = Σ p(z_{l+1}) p(z_l | z_{l+1}): the sums have 2^(units of one layer) terms,
  // not 2^(units of all).
  Var<Matrix<S>> log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x) const;

  // log p(x, z) in nats: the product of the factors.   z: n×hidden_units(), z_1 first, then z_2, ...   returns: n×1
  Var<Matrix<S>> log_joint(const Watched<S>& theta, const Var<Matrix<S>>& x, const Var<Matrix<S>>& z) const;

  // n images by ancestral sampling: z_L, then each layer given the one above it, x last. Returns n×d.
  Matrix<S> sample(const Parameters<S>& parameters, Index n, const Random& random) const;

 private:
  std::vector<Index> sizes_;
  std::vector<Affine> layers_;  // layers_[l] gives the logits of z_l from z_{l+1}
  Slot top_;                    // the logits of z_L
};

}  // namespace models
