#pragma once
// Adam in the eigenbasis of the gradient's covariance: "SOAP" (Vyas et al. 2024, algorithm 3, on
// the shorter side alone).
//
// Adam scales every parameter by itself, which is right where parameters do not depend on each other. The rows of a
// weight matrix W do: their gradients are correlated, as the activations they are multiplied with. In the basis of the
// eigenvectors of that correlation they are not, so there Adam takes its steps. For W: r×c with r <= c and gradient G:
//   C = β C + (1 - β) G Gᵀ           the covariance, r×r
//   Q R = C Q                        orthogonal iteration: the columns of Q go to the eigenvectors of C
//   W += Q u                         u is Adam's step for the gradient Qᵀ G
// For r > c the same holds of columns: C = β C + (1 - β) Gᵀ G, gradient G Q, and W += u Qᵀ. Vectors are
// left as they are.

#include <vector>

#include "autograd/parameters/parameters.hpp"
#include "models/training/optimisers.hpp"

namespace models {

using autograd::Matrix;
using autograd::Parameters;

template <Element S>
class Eigenbasis {
 public:
  // Bases for the matrices among these parameters: the unit vectors to begin with.
  explicit Eigenbasis(const Parameters<S>& parameters);

  // One step of `adam`, whose begin_step was called, for the gradient g, a buffer of the parameters' layout. The
  // moments that it keeps are those of the rotated gradient. The result does not depend on the number of threads.
  void update(Parameters<S>& parameters, const Buffer<S>& g, Optimiser<S>& adam, int threads);

  struct Basis {
    autograd::Slot slot;
    bool of_rows;  // or of columns
    Matrix<S> C, Q;
  };
  std::vector<Basis> bases;  // what a checkpoint keeps

 private:
  // Found by trial (tests/bench/mnist_nll): twice as often gains little, and the turns take time.
  static constexpr double kDecay = 0.98;                    // β
  static constexpr std::uint64_t kObserve = 4, kTurn = 10;  // steps between two changes of C, and of Q

  void observe(const Parameters<S>& parameters, const Buffer<S>& g, int threads);
  void turn(const Parameters<S>& parameters, Buffer<S>& m, int threads);
  void step_along(const Basis& basis, Parameters<S>& parameters, const Buffer<S>& g, Optimiser<S>& adam);
  template <class F>
  void for_bases(int threads, F f);

  std::vector<autograd::Slot> vectors_;  // parameters without a basis
  Buffer<S> rotated_, step_;             // Qᵀ G, and u
};

}  // namespace models
