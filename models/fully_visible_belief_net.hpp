#pragma once
// The fully visible belief net: a directed graph over all pixels in which the parents of a pixel are those before it.
// Each conditional is a logistic regression (Frey, Hinton & Dayan 1996; Neal 1992 calls it a logistic belief net):
//   p(x) = Π_i p(x_i | x_1 .. x_{i-1}),     p(x_i = 1 | x_1 .. x_{i-1}) = σ( b_i + Σ_{j<i} x_j W_ji )

#include "autograd/parameters/watched.hpp"
#include "models/statistics/random.hpp"

namespace models {

using autograd::Element;
using autograd::Index;
using autograd::Matrix;
using autograd::Parameters;
using autograd::Slot;
using autograd::Var;
using autograd::Watched;

// M_ji = 1 where pixel j comes before pixel i, j < i, and 0 elsewhere: d×d.
template <Element S>
Matrix<S> earlier_pixels(Index d);

template <Element S>
class FullyVisibleBeliefNet {
 public:
  // Adds "belief.W" (d×d, used where the mask is 1) and "belief.b" (1×d) to the parameters, all zero:
  // every image has the probability 2^-d. The product of all factors is a distribution for a mask that, like
  // earlier_pixels, lets no pixel see itself or one that sees it. Throws std::invalid_argument for a mask that is not
  // square.
  FullyVisibleBeliefNet(Parameters<S>& parameters, Matrix<S> mask);

  Index pixels() const { return mask_.rows(); }  // d
  // How many of the numbers in W and b take part.
  Index weights() const;

  // b_i = log( p_i / (1 - p_i) ), with the probability p_i of pixel i for itself: 1×d, each in (0, 1). As long as W is
  // 0, pixels are independent.
  void start_at(Parameters<S>& parameters, const Matrix<S>& p) const;

  // The logit of every p(x_i = 1 | x_1 .. x_{i-1}), all in one product:  x (W ∘ M) + b.       x: n×d   returns: n×d
  Var<Matrix<S>> logits(const Watched<S>& theta, const Var<Matrix<S>>& x) const;

  // log p(x) in nats, exactly.       x: n×d, zeros and ones   returns: n×1
  Var<Matrix<S>> log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x) const;

  // Ancestral sampling with the mask earlier_pixels: pixel `first` of every row of x is drawn given those before it,
  // then the next, to the last one. With first = 0 all of x is drawn, otherwise the pixels before `first` are kept.
  void sample(const Parameters<S>& parameters, Matrix<S>& x, Index first, const Random& random) const;

 private:
  Matrix<S> mask_;
  Slot W_, b_;
};

}  // namespace models
